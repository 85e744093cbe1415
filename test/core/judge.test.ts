// what runs mean: a table of endings and the verdicts that follow
import { describe, expect, test } from 'vitest'
import { judge, type Run } from '../../bot/core/judge.ts'
import type { Exit, LineCounts } from '../../shared/allocation.ts'
import { NO_LINES } from '../../shared/allocation.ts'
import { EXIT_0, findings, measured } from './world.ts'

const TASK: Run['task'] = {
  action: 'load',
  path: '/a',
  key: '/a',
  cluster: 'c',
  options: {},
  verify: true,
  desired: 'run',
}
const KILLED: Exit = { reason: 'signalled', signal: 'SIGKILL' }
const lines = (more: Partial<LineCounts>): LineCounts => ({ ...NO_LINES, ...more })
const workers = (live: number, silent: number) => ({ live, silent, lost: 0, capacityBytes: 1, usedBytes: 1 })
const all = findings({ before: measured(3, 0), after: measured(3, 3) })
const some = findings({ before: measured(3, 0), after: measured(3, 2), missingTotal: 1, missingByCause: { gone: 1 } })

type Case = [name: string, run: Partial<Run>, status: string, kind: string | undefined, passing?: boolean]
const CASES: Case[] = [
  ['all cached', { findings: all }, 'succeeded', 'cached'],
  [
    'all was cached before',
    { findings: findings({ before: measured(3, 3), after: measured(3, 3) }) },
    'succeeded',
    'nothing-new',
  ],
  [
    'all was cached before, but there is more now',
    { findings: findings({ before: measured(2, 2), after: measured(3, 3) }) },
    'succeeded',
    'cached',
  ],
  ['exit 0, one missing', { findings: some }, 'failed', 'partly'],
  ['exit 0, missing without a named cause', { findings: findings({ after: measured(3, 2) }) }, 'failed', 'partly'],
  [
    'exit 0, nothing cached',
    { findings: findings({ before: measured(3, 0), after: measured(3, 0) }) },
    'failed',
    'not-cached',
  ],
  [
    'nothing got in, but some was there',
    { findings: findings({ before: measured(3, 1), after: measured(3, 1) }) },
    'failed',
    'partly',
  ],
  [
    'too few copies of files that are cached',
    { findings: findings({ after: measured(3, 3), missingTotal: 3, missingByCause: { replicas: 3 } }) },
    'failed',
    'partly',
  ],
  ['no files', { findings: findings({ before: measured(0, 0), after: measured(0, 0) }) }, 'succeeded', 'empty'],
  [
    'files vanished while loading',
    {
      findings: findings({
        before: measured(2, 0),
        after: measured(0, 0),
        missingTotal: 2,
        missingByCause: { gone: 2 },
      }),
    },
    'failed',
    'not-cached',
  ],
  [
    'no such path',
    {
      exit: { reason: 'exited', code: 255 },
      findings: findings({ trouble: { cause: 'no-such-path', message: 'Path "/a" does not exist.' } }),
    },
    'failed',
    'not-cached',
  ],
  [
    'the CLI says failed, the cache says all',
    { findings: all, lines: lines({ failed: 2 }), exit: { reason: 'exited', code: 255 } },
    'succeeded',
    'cached',
  ],
  ['the CLI was killed, the cache says all', { findings: all, exit: KILLED }, 'succeeded', 'cached'],
  ['time over, the cache says all', { findings: all, exit: { reason: 'timeout' } }, 'succeeded', 'cached'],
  ['time over', { findings: some, exit: { reason: 'timeout' } }, 'failed', 'partly'],
  [
    'stopped on request',
    { task: { ...TASK, desired: 'stop' }, findings: some, exit: { reason: 'stopped' } },
    'stopped',
    'partly',
  ],
  [
    'stopped on request with all cached',
    { task: { ...TASK, desired: 'stop' }, findings: all, exit: { reason: 'stopped' } },
    'stopped',
    'cached',
  ],
  ['the stop came too late', { task: { ...TASK, desired: 'stop' }, findings: all }, 'succeeded', 'cached'],
  ['nobody measured, exit 0', {}, 'succeeded', 'unverified'],
  ['nobody measured, exit 0, failure lines', { lines: lines({ attemptsFailed: 1 }) }, 'failed', 'unverified'],
  ['nobody measured, exit 255', { exit: { reason: 'exited', code: 255 } }, 'failed', 'unverified'],
  ['verification is off', { task: { ...TASK, verify: false }, findings: some }, 'succeeded', 'unverified'],
  [
    'the tree is too large',
    { findings: findings({ after: measured(3, 3, { complete: false }) }) },
    'succeeded',
    'unverified',
  ],
  [
    'a part of a too large tree is missing',
    { findings: findings({ after: measured(3, 2, { complete: false }) }) },
    'failed',
    'partly',
  ],
  ['the only worker is silent', { findings: { ...all, workers: workers(1, 1) } }, 'failed', 'not-cached', true],
  ['no worker is left', { findings: { ...all, workers: workers(0, 0) } }, 'failed', 'not-cached', true],
  ['one of two workers is silent', { findings: { ...all, workers: workers(2, 1) } }, 'succeeded', 'cached'],
  ['not quiet, but all is cached', { findings: { ...all, quiet: false } }, 'succeeded', 'cached'],
  ['not quiet, some missing', { findings: { ...some, quiet: false } }, 'failed', 'partly'],
  [
    'only causes that pass',
    {
      findings: findings({
        after: measured(3, 1),
        missingTotal: 2,
        missingByCause: { 'no-job-worker': 1, 'no-space': 1 },
      }),
    },
    'failed',
    'partly',
    true,
  ],
  [
    'a cause that stays among those that pass',
    { findings: findings({ after: measured(3, 1), missingTotal: 2, missingByCause: { 'no-job-worker': 1, gone: 1 } }) },
    'failed',
    'partly',
  ],
  [
    'an unnamed miss among causes that pass',
    { findings: findings({ after: measured(3, 1), missingTotal: 1, missingByCause: { 'no-job-worker': 1 } }) },
    'failed',
    'partly',
  ],
  [
    'the master was away',
    {
      exit: { reason: 'exited', code: 255 },
      findings: findings({ trouble: { cause: 'master-unreachable', message: 'm' } }),
    },
    'failed',
    'unverified',
    true,
  ],
  ['metadata by exit', { task: { ...TASK, action: 'metadata' } }, 'succeeded', undefined],
  [
    'metadata failed',
    { task: { ...TASK, action: 'metadata' }, exit: { reason: 'exited', code: 1 } },
    'failed',
    undefined,
  ],
  [
    'a dry run with an estimate',
    { task: { ...TASK, options: { dryRun: true } }, estimate: { files: 1, bytes: 1, missingBytes: 1 } },
    'succeeded',
    undefined,
  ],
  ['a dry run without one', { task: { ...TASK, options: { dryRun: true } } }, 'failed', undefined],
]

describe('judge', () => {
  test.each(CASES)('%s', (_name, run, status, kind, passing = false) => {
    const judged = judge({ task: TASK, exit: EXIT_0, ...run })
    expect([judged.status, judged.verdict?.kind, judged.passing]).toEqual([status, kind, passing])
  })

  test('the words say what the CLI did not', () => {
    expect(judge({ task: TASK, exit: EXIT_0, findings: some }).verdict).toMatchObject({
      missingTotal: 1,
      notes: ['the CLI told of success, but 1 of 3 files are not cached'],
    })
    const killed = judge({ task: TASK, exit: KILLED, findings: { ...all, quiet: false }, lines: lines({ failed: 2 }) })
    expect(killed.verdict?.notes).toHaveLength(3)
    expect(
      judge({ task: TASK, exit: EXIT_0, findings: findings({ after: measured(3, 1) }) }).verdict?.missingByCause,
    ).toEqual({ unknown: 2 })
  })
})
