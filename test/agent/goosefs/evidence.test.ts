// which cause a missing file gets: its own line first, the cluster's state next, and no other file's failure
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { blame, type Circumstances } from '../../../agent/goosefs/blame.ts'
import { gatherEvidence } from '../../../agent/goosefs/evidence.ts'
import { causeOfRun } from '../../../agent/goosefs/load-outcome.ts'
import { createLoadReader } from '../../../agent/goosefs/read-load.ts'
import { runAllocation } from '../../../agent/run-allocation.ts'
import type { Exit } from '../../../shared/allocation.ts'
import { createWorld, usePlayground } from './world.ts'

usePlayground()

const DENIED = 'Permission denied: user=hadoop'
const ROOMY = { live: 2, lost: 0, silent: 0, capacityBytes: 1000, usedBytes: 10 }

/** Blames a file for which the load said these lines. */
async function judge(lines: readonly string[], more: Partial<Circumstances> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'gander-evidence-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const path = join(dir, 'output')
  writeFileSync(path, lines.map(line => `${line}\n`).join(''))
  const reader = createLoadReader()
  for (const line of lines) reader.line(line)
  reader.end()
  const evidence = await gatherEvidence({ path, from: 0, cwd: dir }, reader.summary())
  const circumstances = { evidence, workers: ROOMY, missingBytes: 1, servesNothing: false, copies: 1, ...more }
  return (file: string) =>
    blame(circumstances, { path: file, bytes: 1, percent: 0, persisted: true, modified: 'm' }, 'same')
}

it('one file that may not be read does not explain those that were evicted', async () => {
  const kib = 1024
  const world = createWorld({ QUOTA: String(16 * kib), BLOCK: String(4 * kib), DENIED: '/a/part-00003' })
  world.goosefs('playground', 'put', '/a', '--bytes', String(4 * kib), '--files', '8')
  const ending = await runAllocation(world.allocation({ path: '/a', options: { force: true } }).deps)
  expect(ending.findings?.missingByCause).toEqual({ permission: 1, 'no-space': 3 })
  expect(ending.findings?.missing).toContainEqual({ path: '/a/part-00003', cause: 'permission' })
})

const failed = `Attempt 1 to load /a/1 failed because: ${DENIED}`
const loaded = 'Successfully loaded path /a/2 after 1 attempts'

it('what was called loaded is explained by the cluster, or not at all', async () => {
  const lines = [failed, loaded]
  const full = { ...ROOMY, usedBytes: 1000 }
  expect((await judge(lines, { workers: full }))('/a/2')).toBe('no-space')
  expect((await judge(lines, { workers: { ...ROOMY, silent: 1 } }))('/a/2')).toBe('worker-lost')
  expect((await judge(lines, { jobWorkers: 0 }))('/a/2')).toBe('no-job-worker')
  const of = await judge(lines)
  expect([of('/a/1'), of('/a/2'), of('/a/never-named')]).toEqual(['permission', 'unknown', 'unknown'])
})

it('that a load stood still is the cause only where no server was away', async () => {
  const stalled = { runCause: 'stalled' as const }
  expect((await judge([], stalled))('/a/1')).toBe('stalled')
  expect((await judge([], { ...stalled, jobWorkers: 0 }))('/a/1')).toBe('no-job-worker')
  const absences = { restarted: ['job-master' as const], allJobWorkers: false }
  expect((await judge([], { ...stalled, absences }))('/a/1')).toBe('job-service-down')

  const away = { runCause: 'master-unreachable' as const }
  expect((await judge([], { ...away, absences }))('/a/1')).toBe('job-service-down')
  const both = { restarted: ['master' as const, 'job-master' as const], allJobWorkers: false }
  expect((await judge([], { ...away, absences: both }))('/a/1')).toBe('master-unreachable')
  expect((await judge([], away))('/a/1')).toBe('master-unreachable')
})

it('a block that its worker has committed, and its master has not, is told as that', async () => {
  const of = await judge([
    'Attempt 1 to load /a/1 failed because: Task execution failed: Temp blockId 71504494592 is not available, because it is already committed (GrpcDataWriter{request=type: ALLUXIO_BLOCK',
    'id: 71504494592',
  ])
  expect(of('/a/1')).toBe('unreported')
})

it('a CLI that was killed explains what it did not get to', () => {
  const { summary } = createLoadReader()
  const outcome = (exit: Exit) => ({ exit, summary: summary(), from: 0 })
  expect(causeOfRun(outcome({ reason: 'exited', code: 137 }))).toBe('cli-killed')
  expect(causeOfRun(outcome({ reason: 'signalled', signal: 'SIGSEGV' }))).toBe('cli-killed')
  expect(causeOfRun({ ...outcome({ reason: 'signalled', signal: 'SIGTERM' }), givenUp: 'stalled' })).toBe('stalled')
  expect(causeOfRun(outcome({ reason: 'exited', code: 255 }))).toBeUndefined()
})

it('a batch that does not name all of its files speaks for those that no line names', async () => {
  const of = await judge([`Attempt 1 to load [/a/1,/a/3,/a...] failed because: ${DENIED}`, loaded])
  expect([of('/a/1'), of('/a/3'), of('/a/4'), of('/a/2')]).toEqual([
    'permission',
    'permission',
    'permission',
    'unknown',
  ])
})

it('a job that could not be started names no file, and does not speak for a file that was loaded', async () => {
  const of = await judge([
    '/a/1 loading',
    `Failed to start job with error: ${DENIED}`,
    '/a/2 loading',
    loaded,
    '/a/3 is already fully loaded in Alluxio',
  ])
  expect([of('/a/1'), of('/a/2'), of('/a/3')]).toEqual(['permission', 'unknown', 'unknown'])
})

it('a file that failed and was loaded later is not explained by its failure', async () => {
  const of = await judge([failed, 'Successfully loaded path /a/1 after 2 attempts'])
  expect(of('/a/1')).toBe('unknown')
})
