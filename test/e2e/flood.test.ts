// a CLI that prints without end: every byte arrives once, nobody grows, also when the line is cut again and again
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixture } from '../agent/scratch.ts'
import { until } from '../agent/until.ts'
import { type CuttingProxy, createCuttingProxy } from '../helpers/cutting-proxy.ts'
import { createStack, type Stack } from '../helpers/stack.ts'

const MB = 1_000_000
/** A bound, not a measurement: what is kept in memory must not follow what is printed. */
const MOST_GROWTH_MB = 150

let stack: Stack
let proxy: CuttingProxy
const records = mkdtempSync(join(tmpdir(), 'gander-records-'))

beforeAll(async () => {
  let launcher = ''
  stack = await createStack({
    agents: [{ bin: fixture('recording-goosefs') }],
    agentEnv: { RECORD_DIR: records },
    start: false,
    async dial(port) {
      proxy = await createCuttingProxy(port)
      return proxy.port
    },
  })
  launcher = join(stack.dist, 'playground/goosefs')
  stack.daemon.start()
  await stack.daemonReady()
  stack.agent.start({ GOOSEFS_REAL: launcher })
  await stack.agentReady(0)
})
afterAll(async () => {
  await stack.close()
  await proxy.close()
  rmSync(records, { recursive: true, force: true })
})

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Loads while something is done, and holds what arrived against what the program itself wrote. */
async function flood(path: string, knobs: string[], meanwhile: () => Promise<void> = async () => {}) {
  await stack.put(path)
  await stack.knob(...knobs)
  const programs = [stack.daemon, stack.agent]
  for (const program of programs) program.forgetPeak()
  const before = programs.map(program => program.memory().nowMb)
  const { id } = await stack.submit({ action: 'load', paths: [path] })
  await meanwhile()
  const job = await stack.ended(id, 100_000)
  await stack.knob(...knobs.map(pair => `${pair.split('=')[0]}=`))
  const growth = programs.map((program, index) => Math.round(program.memory().peakMb - (before[index] ?? 0)))
  expect(job).toMatchObject({ status: 'succeeded', verdict: { kind: 'cached' } })
  const task = await stack.task(id)
  const record = readFileSync(join(records, path))
  // the last bytes may come after the last word
  const bytes = await until('the whole output', async () => {
    const got = (await stack.api('GET', `/api/v1/output/${task.id}`)).bytes
    return got.length >= record.length && got
  })
  expect([bytes.length, sha(bytes)]).toEqual([record.length, sha(record)])
  expect(task).toMatchObject({ attempts: 1, exit: { reason: 'exited', code: 0 } })
  for (const megabytes of growth) expect(megabytes).toBeLessThan(MOST_GROWTH_MB)
  return { record, task, job }
}

test('200,000 lines', { timeout: 60_000 }, async () => {
  const { record, task } = await flood('/lines', ['lines=200000'])
  expect(record.length).toBeGreaterThan(8 * MB)
  const status = (await stack.api('GET', `/api/v1/status?task_id=${task.id}`)).json
  expect(status.data[task.id]).toMatchObject({ success_count: 3, total_file: 200_003 })
  // inside JSON only the end of so much text
  const texts = (await stack.api('GET', `/api/v1/output?task_id=${task.id}`)).json
  expect(texts[task.id].length).toBeLessThan(1.1 * 2 ** 20)
  expect(texts[task.id]).toContain('Successfully loaded path /lines/part-00002 after 1 attempts\n')
})

test('100 MB at once', { timeout: 120_000 }, async () => {
  const { record, task } = await flood('/bytes', [`floodbytes=${100 * MB}`])
  expect(record.length).toBeGreaterThan(100 * MB)
  const tail = await stack.api('GET', `/api/v1/jobs/${task.job}/output?tail=2`)
  expect(tail.text).toBe(record.toString().split('\n').slice(-3).join('\n'))
  const part = await stack.api('GET', `/api/v1/jobs/${task.job}/output?from=${record.length - 100}`)
  expect(part.text).toBe(record.subarray(-100).toString())
})

test('a line of a megabyte, stray bytes, characters in two pieces, words on both streams', async () => {
  const { record } = await flood('/数据', ['longline=1', 'stray=1', 'split=1', 'noise=1', 'trace=1'])
  expect(record.length).toBeGreaterThan(MB)
  expect(record.includes(Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x80]))).toBe(true)
  expect(record.toString()).toContain('Successfully loaded path /数据/part-00002 after 1 attempts\n')
})

test('60 MB through a line that is cut ten times in the middle of a piece', { timeout: 120_000 }, async () => {
  const before = proxy.cuts
  const { task } = await flood('/cut', [`floodbytes=${60 * MB}`], async () => {
    while (proxy.cuts - before < 10) await proxy.cutAfter(3 * MB)
    await until('the agent is back', () => proxy.open > 0)
  })
  expect(proxy.cuts - before).toBe(10)
  expect(task.steps.filter(step => step.name === 'load')).toHaveLength(1)
})
