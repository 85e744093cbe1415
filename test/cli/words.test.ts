// figures, tables, bars and tails as pure functions
import { describe, expect, it } from 'vitest'
import { toDetails } from '../../cli/details.ts'
import { toBarLine } from '../../cli/job-line.ts'
import { combineExits } from '../../cli/outcome.ts'
import { toLastLines } from '../../cli/output.ts'
import type { Paint } from '../../cli/screen.ts'
import { toTable, toWidth } from '../../cli/table.ts'
import { toSentence } from '../../cli/verdict-words.ts'
import { readDurationMs, toBytes, toDuration } from '../../cli/words.ts'
import { type Job, NO_COUNTS, type Task } from '../../shared/job.ts'

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.00 KiB'],
  [10 * 1024, '10.0 KiB'],
  [1024 ** 4 * 1.5, '1.50 TiB'],
])('%i bytes are %s', (bytes, text) => expect(toBytes(bytes)).toBe(text))

it.each([
  [0, '0 ms'],
  [59_400, '59 s'],
  [59_999, '1 min'],
  [192_000, '3 min 12 s'],
  [7_500_000, '2 h 5 min'],
  [277_200_000, '3 d 5 h'],
])('%i ms are %s', (ms, text) => expect(toDuration(ms)).toBe(text))

it.each([
  ['90', 90_000],
  ['1h30m', 5_400_000],
  ['2h', 7_200_000],
  ['300ms', 300],
  ['soon', undefined],
  ['', undefined],
  ['5x', undefined],
])('the duration %j is %s ms', (text, ms) => expect(readDurationMs(text)).toBe(ms))

it('a table counts wide characters twice and colours not at all', () => {
  expect(toWidth('中文')).toBe(4)
  expect(toWidth('\u001b[32mok\u001b[39m')).toBe(2)
  expect(
    toTable([
      ['中文', 'x'],
      ['abcde', 'y'],
    ]),
  ).toEqual(['中文   x', 'abcde  y'])
})

it.each([
  ['a\nb\nc\n', 2, 'b\nc\n'],
  ['a\nb\nc', 2, 'b\nc'],
  ['a\n', 5, 'a\n'],
  ['\na\n', 1, 'a\n'],
  ['', 3, ''],
  ['\n\n\n', 2, '\n\n'],
])('the last lines of %j', (text, lines, tail) => expect(toLastLines(Buffer.from(text), lines).toString()).toBe(tail))

it.each([
  [[], 0],
  [[0, 0], 0],
  [[1, 1], 1],
  [[0, 1], 3],
  [[0, 4], 4],
  [[0, 7], 7],
  [[7, 3], 3],
])('the exits %j together are %i', (exits, exit) => expect(combineExits(exits)).toBe(exit))

describe('the moving line', () => {
  const job = {
    number: 5,
    status: 'running',
    desired: 'run',
    counts: { ...NO_COUNTS, total: 3, running: 1, succeeded: 2 },
    notes: [],
    createdAt: '2026-11-21T08:00:00.000Z',
  } as unknown as Job
  const frame = { nowMs: Date.parse('2026-11-21T08:01:05.000Z'), columns: 80, tick: 2, away: false }

  it('shows no percentage that nobody measured', () => {
    expect(toBarLine(job, frame)).toBe('- job 5 [..###...................] running · 2 of 3 paths · 1 min 5 s')
  })

  it.each([20, 40, 60, 80, 200])('fits %i columns', columns => {
    const progress = { at: '', percent: 50, filesDone: 1_000_000, bytesDone: 1e12, bytesTotal: 2e12, etaSeconds: 9 }
    const line = toBarLine({ ...job, progress: { ...progress, source: 'sample' } }, { ...frame, columns, away: true })
    expect(toWidth(line)).toBeLessThan(columns)
  })
})

describe('the sentence of a load', () => {
  const share = (cachedBytes: number) => ({
    ...{ at: '2024-05-01T08:00:00.000Z', files: 4, bytes: 40 * 1024 ** 2, cachedFiles: 4, cachedBytes },
    ...{ cachedPercent: Math.floor((cachedBytes * 100) / (40 * 1024 ** 2)), fresh: true, complete: true },
  })
  const load = (cost: { calls: number; wallMs: number }, before = 0): Task => ({
    ...{ id: '018f0000-0000-7000-8000-000000000001', job: '018f0000-0000-7000-8000-000000000002', path: '/a' },
    ...{ action: 'load', options: {}, status: 'succeeded', desired: 'run', attempts: 1, steps: [], notes: [] },
    ...{ createdAt: '2024-05-01T08:00:00.000Z', startedAt: '2024-05-01T08:00:00.000Z' },
    endedAt: '2024-05-01T08:00:10.000Z',
    files: { loaded: 4, alreadyCached: 0, failed: 0, total: 4 },
    verdict: { ok: true, kind: 'cached', before: share(before), after: share(40 * 1024 ** 2), cost, notes: [] },
  })
  const plain: Paint = (_, text) => text

  it('shows what measuring took apart, and the rate without it', () => {
    expect(toSentence(load({ calls: 3, wallMs: 2_000 }), plain)).toBe(
      'cached: /a 0 % -> 100 %, 4 files of 40.0 MiB, 40.0 MiB added in 10 s (5.00 MiB/s; 2 s of it measuring)',
    )
  })

  it('does not speak of measuring that took no time', () => {
    expect(toSentence(load({ calls: 0, wallMs: 10 }), plain)).toMatch(/added in 10 s \(4\.00 MiB\/s\)$/)
    expect(toSentence(load({ calls: 3, wallMs: 4_000 }, 40 * 1024 ** 2), plain)).toMatch(
      /nothing added in 10 s, 4 s of it measuring$/,
    )
  })
})

it('a CLI that cannot be started comes with what to do about it', () => {
  const exit = { reason: 'spawn-failed', message: 'program "goosefs" does not exist' } as const
  const verdict = { ok: null, kind: 'unverified', notes: [] } as const
  const task = { path: '/a', status: 'failed', exit, verdict, notes: [], steps: [] } as unknown as Task
  const plain: Paint = (_, text) => text
  expect(toDetails({ job: { number: 7 }, task, paint: plain }).join()).toMatch(/-> .*GOOSEFS_BIN.* gander retry 7/)
})
