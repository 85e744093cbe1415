// what runs mean: a table of endings and the verdicts that follow
import { describe, expect, test } from 'vitest'
import { judge, type Run } from '../../bot/core/judge.ts'
import type { Exit, LineCounts } from '../../shared/allocation.ts'
import { NO_LINES } from '../../shared/allocation.ts'
import type { Findings } from '../../shared/verdict.ts'
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
const REFUSED: Exit = { reason: 'refused', message: '30 B are missing, and the cache holds 10 B' }
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
  [
    'all cached, but nobody knows of a live worker',
    { findings: { ...all, trouble: { cause: 'unknown', message: 'nobody told' } } },
    'succeeded',
    'unverified',
  ],
  [
    'all cached, but the master that knows the workers is away',
    { findings: { ...all, trouble: { cause: 'master-unreachable', message: 'nobody told' } } },
    'succeeded',
    'unverified',
    true,
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
  [
    'stopped on request before anything was loaded',
    { task: { ...TASK, desired: 'stop' }, findings: findings({ after: measured(3, 0) }), exit: { reason: 'stopped' } },
    'stopped',
    'not-cached',
  ],
  [
    'stopped on request before it was measured',
    { task: { ...TASK, desired: 'stop' }, exit: { reason: 'stopped' } },
    'stopped',
    'unverified',
  ],
  [
    'refused for want of room, a part was there',
    { exit: REFUSED, findings: findings({ before: measured(3, 1), after: measured(3, 1) }) },
    'failed',
    'partly',
  ],
  [
    'refused for want of room, measured once',
    {
      exit: REFUSED,
      findings: findings({ before: measured(3, 0), missingTotal: 3, missingByCause: { 'no-space': 3 } }),
    },
    'failed',
    'not-cached',
  ],
  ['refused without figures', { exit: REFUSED }, 'failed', 'unverified'],
  [
    'fewer workers than copies, whatever was said',
    { task: { ...TASK, options: { replication: 2 } }, findings: { ...all, workers: workers(2, 1) } },
    'failed',
    'partly',
  ],
  [
    'as many workers as copies',
    { task: { ...TASK, options: { replication: 2 } }, findings: { ...all, workers: workers(2, 0) } },
    'succeeded',
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
  [
    'one of two workers is silent: nobody knows which of them holds what',
    { findings: { ...all, workers: workers(2, 1) } },
    'succeeded',
    'unverified',
    true,
  ],
  [
    'one of two workers is silent, and a file is missing for good',
    { findings: { ...some, workers: workers(2, 1) } },
    'failed',
    'partly',
  ],
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

  const verdictOf = (run: Partial<Run>) => judge({ task: TASK, exit: EXIT_0, ...run }).verdict
  const notesOf = (run: Partial<Run>) => verdictOf(run)?.notes

  test('a stop blames nobody for what it did not get to; only what was blamed has a cause', () => {
    const run = { exit: { reason: 'stopped' } as const, task: { ...TASK, desired: 'stop' as const } }
    const stopped = verdictOf({ ...run, findings: findings({ before: measured(9, 0), after: measured(9, 4) }) })
    expect(stopped).toMatchObject({ ok: false, kind: 'partly', missing: [], missingTotal: 5, missingByCause: {} })
    expect(stopped?.notes).toEqual(['stopped: what was loaded so far was measured'])
    const gone = { missing: [{ path: '/a/g', cause: 'gone' as const }], missingTotal: 1, missingByCause: { gone: 1 } }
    expect(verdictOf({ ...run, findings: findings({ after: measured(9, 4), ...gone }) })).toMatchObject({
      missingTotal: 5,
      missingByCause: { gone: 1 },
    })
    expect(notesOf({ ...run, findings: all })).toEqual(['stopped: what was loaded so far was measured'])
    expect(notesOf({ exit: { reason: 'timeout' }, findings: findings({ after: measured(2, 1) }) })).toEqual([
      'the time for it was over: what was loaded so far was measured',
    ])
  })

  test('a refused load is refused for want of room, says why, and nothing of what the CLI told', () => {
    const refused = judge({ task: TASK, exit: REFUSED, findings: findings({ before: measured(3, 1) }) })
    expect(refused).toMatchObject({ status: 'failed', passing: false })
    expect(refused.verdict).toMatchObject({ kind: 'partly', missingTotal: 2, missingByCause: { 'no-space': 2 } })
    expect(refused.verdict?.notes).toEqual(['nothing was loaded: 30 B are missing, and the cache holds 10 B'])
  })

  test('freshness that was not looked at is another matter than freshness that could not be had', () => {
    const known = { ...TASK, options: { freshness: 'known' as const } }
    const old = findings({ after: measured(1, 1, { fresh: false }) })
    expect(notesOf({ task: known, findings: old })).toEqual([
      'freshness was not looked at: what changed in the object store is not seen',
    ])
    expect(notesOf({ findings: old })).toEqual([
      'the metadata could not be refreshed: what changed in the object store is not seen',
    ])
    // nobody tries when a load was cut short: whoever ended it waits
    for (const reason of ['stopped', 'timeout'] as const)
      expect(notesOf({ findings: old, exit: { reason } })).toContain(
        'freshness was not looked at: what changed in the object store is not seen',
      )
    expect(notesOf({ findings: all })).toEqual([])
    expect(notesOf({ findings: findings({ after: measured(1, 1, { fresh: false, complete: false }) }) })).toEqual([
      'the path could not be listed whole, so nobody knows about every file',
    ])
  })

  test('copies are said not to be verified when all is there, and counted against workers when it is not', () => {
    const two = { ...TASK, options: { replication: 2 } }
    expect(verdictOf({ task: two, findings: { ...all, workers: workers(3, 0) } })).toMatchObject({
      ok: true,
      copies: 2,
      workers: { live: 3 },
      notes: ['copies not verified: 2 were asked for, and they cannot be counted cheaply'],
    })
    expect(verdictOf({ task: two, findings: { ...all, workers: workers(1, 0) } })).toMatchObject({
      ok: false,
      missing: [{ path: '/a', cause: 'replicas' }],
      missingByCause: { replicas: 3 },
      notes: ['the CLI told of success, but 3 of 3 files have fewer copies'],
    })
    expect(verdictOf({ findings: all })).not.toHaveProperty('copies')
  })

  test('what left the cache is told with its size, and who took it only when no cause is known', () => {
    const left = (missingByCause: Findings['missingByCause']) =>
      notesOf({
        exit: KILLED,
        findings: findings({ after: measured(9, 4), dropped: { files: 5, bytes: 3 * 1024 * 1024 }, missingByCause }),
      })
    const what = '5 files (3.00 MiB) that had been cached or called loaded are not in the cache any more'
    expect(left({})).toEqual([`${what}: something else evicted or freed them`])
    expect(left({ 'no-space': 5 })).toEqual([`${what}: there is no room for everything`])
    expect(left({ 'no-job-worker': 5 })).toEqual([what])
    expect(notesOf({ findings: { ...all, dropped: { files: 0, bytes: 0 } } })).toEqual([])
  })

  test('servers that went away are told once, a silent worker by its silence', () => {
    const away = (restarted: Findings['restarted'], silent: number) =>
      notesOf({ findings: { ...all, restarted, workers: workers(2, silent) } })
    expect(away(['job-master', 'worker', 'job-master'], 0)).toEqual([
      'the job master and a worker went away during the load',
    ])
    expect(away(['worker'], 1)).toEqual([
      'what a silent worker held still lists as cached, so nobody knows whether all of it is there',
      '1 of 2 workers have not been heard of lately',
    ])
    expect(away([], 0)).toEqual([])
  })
})
