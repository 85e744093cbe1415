// a kill -9 in the middle of a load: agent and daemon come back to it, and it is neither lost nor begun again
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../agent/until.ts'
import { createField, type Field, JOB_MS, many } from './field.ts'

const FILES = 300
let field: Field

beforeAll(async () => {
  field = await createField('restart')
})

afterAll(() => field?.close())

/** Begins a load with the client waiting for it, and waits until the engine holds jobs that cannot end. */
async function begin(name: string): Promise<{ load: ReturnType<Field['stack']['gander']> }> {
  await field.fill(many(FILES, `${name}/f`))
  await field.cluster.kill('job-worker', 'STOP')
  const load = field.stack.gander(['load', `${field.root}/${name}`, '--json'])
  await until('engine jobs', async () => (await field.engineJobs(name)).length > 20, JOB_MS)
  return { load }
}

function verdictOf({ stdout }: { stdout: string }) {
  return stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
    .find(({ type }) => type === 'task').task
}

const GOOD = { attempts: 1, status: 'succeeded', files: { loaded: FILES, failed: 0 }, verdict: { kind: 'cached' } }
const loads = (calls: string[][]): number => calls.filter(([, verb]) => verb === 'distributedLoad').length

it('an agent that was killed finds its load again', async () => {
  const { stack, cluster } = field
  const { calls, result } = await field.callsDuring(async () => {
    const { load } = await begin('agent')
    await stack.agent.end('SIGKILL')
    await cluster.kill('job-worker', 'CONT')
    stack.agent.start()
    return load
  })
  expect(result.code).toBe(0)
  expect(verdictOf(result)).toMatchObject(GOOD)
  expect(loads(calls)).toBe(1)
  const path = `${field.root}/agent`
  expect((await stack.api('GET', `/api/v1/jobs/${verdictOf(result).job}/output`)).text).toBe(field.said(path))
})

it('a daemon that was killed hears how the load ended while it was away, and so does the client that waits', async () => {
  const { stack, cluster, root } = field
  const { calls, result } = await field.callsDuring(async () => {
    const { load } = await begin('daemon')
    await stack.daemon.end('SIGKILL')
    await cluster.kill('job-worker', 'CONT')
    await until('the end of the load', () => stack.processes('distributedLoad', `${root}/daemon`).length === 0, JOB_MS)
    stack.daemon.start()
    return load
  })
  expect(result.code).toBe(0)
  expect(verdictOf(result)).toMatchObject(GOOD)
  expect(loads(calls)).toBe(1)
  expect((await stack.api('GET', `/api/v1/jobs/${verdictOf(result).job}/output`)).text).toBe(
    field.said(`${root}/daemon`),
  )
})
