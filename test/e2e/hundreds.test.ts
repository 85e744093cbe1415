// hundreds of paths in one ask: kept before they are answered for, never more programs than allowed, all end
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixture } from '../agent/scratch.ts'
import { createStack, type Stack } from '../helpers/stack.ts'

const PATHS = Array.from({ length: 400 }, (_, n) => `/k/part-${String(n).padStart(5, '0')}`)
const LIMIT = 4

let stack: Stack
const quick = mkdtempSync(join(tmpdir(), 'gander-quick-'))

beforeAll(async () => {
  mkdirSync(join(quick, 'cached'))
  mkdirSync(join(quick, 'words'))
  // a shell as CLI: otherwise hundreds of starts of Node would be all that is measured
  stack = await createStack({
    agents: [{ bin: fixture('quick-goosefs') }],
    agentEnv: { QUICK_DIR: quick, GANDER_AGENT_CONCURRENCY: String(LIMIT) },
    start: false,
  })
  for (const what of ['jobservice', 'capacity'])
    writeFileSync(join(quick, 'words', what), await stack.goosefs('fsadmin', 'report', what))
})
afterAll(async () => {
  await stack.close()
  rmSync(quick, { recursive: true, force: true })
})

/** The most that were at work at once, by the programs' own log of their begins and ends. */
function mostAtOnce(matches: (what: string) => boolean): { most: number; calls: number } {
  const alive = new Set<string>()
  let most = 0
  let calls = 0
  for (const line of readFileSync(join(quick, 'log'), 'utf8').split('\n')) {
    const [sign = '', pid = '', ...what] = line.split(' ')
    if (!matches(what.join(' '))) continue
    if (sign === '-') alive.delete(pid)
    else {
      alive.add(pid)
      calls += 1
    }
    most = Math.max(most, alive.size)
  }
  return { most, calls }
}

/** Calls whose first two words match. */
const named = (pattern: RegExp) => (what: string) => pattern.test(what)

test('four hundred are kept, all end, and never too many at once', { timeout: 120_000 }, async () => {
  stack.daemon.start()
  await stack.daemonReady()
  // unmeasured: one program for each path, and nothing to share
  const ask = { action: 'load', paths: PATHS, options: { verify: false } }
  const { status, json: job } = await stack.api('POST', '/api/v1/jobs', ask)
  await stack.daemon.end('SIGKILL')
  expect([status, job.counts.total]).toEqual([201, PATHS.length])
  stack.daemon.start()
  await stack.daemonReady()
  const kept = await stack.tasks(job.id)
  expect(kept.map(task => task.path)).toEqual(PATHS)
  expect(new Set(kept.map(task => task.status))).toEqual(new Set(['queued']))

  stack.agent.start()
  await stack.agentReady(0)
  expect(await stack.ended(job.id, 110_000)).toMatchObject({ counts: { total: PATHS.length, succeeded: PATHS.length } })
  const tasks = await stack.tasks(job.id)
  expect(tasks.map(task => task.id)).toEqual(kept.map(task => task.id))
  expect(tasks.filter(task => task.attempts !== 1 || task.exit?.code !== 0)).toEqual([])
  const { most, calls } = mostAtOnce(named(/^fs distributedLoad$/))
  expect(calls).toBe(PATHS.length)
  expect(most).toBeLessThanOrEqual(LIMIT)
  expect(most).toBeGreaterThan(1)
})

test('thirty are measured: listings are shared, and count among the programs', { timeout: 60_000 }, async () => {
  const { calls: before } = mostAtOnce(named(/^fs ls$/))
  const paths = PATHS.slice(0, 30).map(path => path.replace('/k/', '/h/'))
  const { id } = await stack.submit({ action: 'load', paths })
  const job = await stack.ended(id, 50_000)
  expect(job.verdict).toMatchObject({ ok: true, kind: 'cached', after: { files: 30, cachedFiles: 30 } })
  expect(job).toMatchObject({ status: 'succeeded', counts: { succeeded: 30 } })
  expect(mostAtOnce(named(/^fs (ls|distributedLoad)$|^fsadmin/)).most).toBeLessThanOrEqual(LIMIT)
  expect(mostAtOnce(named(/^fs ls$/)).calls - before).toBeLessThan(60)
})
