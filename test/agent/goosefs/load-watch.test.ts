// a silent load is given up on evidence only: a clock by hand, a `du` and an engine that answer what the test wants
import { describe, expect, it } from 'vitest'
import type { Run } from '../../../agent/driver.ts'
import type { Bench } from '../../../agent/goosefs/bench.ts'
import type { Engine, Unfinished } from '../../../agent/goosefs/engine-jobs.ts'
import { createLoadWatch } from '../../../agent/goosefs/load-watch.ts'
import { toListingSilence, toSamplePause, toWatchLimits } from '../../../agent/goosefs/watch-limits.ts'
import { SILENT_LOG } from '../../../shared/log.ts'
import { MINUTE, SECOND } from '../../../shared/time.ts'
import type { Measurement } from '../../../shared/verdict.ts'

type Du = (turn: number) => number | undefined
const NOTHING: Unfinished = { known: true, ids: [], left: 0, calls: 1 }

/** Of two files one is cached. */
const BEFORE: Measurement = {
  ...{ files: 2, cachedFiles: 1, bytes: 1_000, cachedBytes: 500, cachedPercent: 50 },
  ...{ at: '2026-11-21T00:00:00.000Z', fresh: true, complete: true },
}
type Scene = {
  du: Du
  takesMs?: number
  jobs?: () => Unfinished
  before?: Measurement | undefined
  options?: { replication?: number }
}

function createScene({ du, takesMs = 0, jobs = () => NOTHING, options = {}, ...facts }: Scene) {
  const timers = new Set<{ at: number; wake: () => void }>()
  let now = 1_000_000
  const clock = {
    now: () => now,
    after(delayMs: number, wake: () => void) {
      const timer = { at: now + delayMs, wake }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
  }
  const settle = () => new Promise<void>(resolve => setImmediate(resolve))
  async function pass(ms: number) {
    for (const end = now + ms; now < end; ) {
      now += SECOND / 2
      for (const timer of [...timers].filter(one => one.at <= now)) if (timers.delete(timer)) timer.wake()
      await settle()
    }
  }
  let turns = 0
  const ended: AbortSignal[] = []
  const bench = {
    deps: {
      clock,
      log: SILENT_LOG,
      say: () => {},
      config: { graceMs: 1 },
      order: { allocation: 'a', path: '/a', options },
    },
    signal: new AbortController().signal,
    engine: async () => ({ unfinished: async () => jobs() }) as unknown as Engine,
    async cli({ onLine, signal }: { onLine: (line: string) => void; signal: AbortSignal }) {
      turns += 1
      const bytes = du(turns)
      ended.push(signal)
      if (takesMs > 0) {
        await new Promise<void>(resolve => {
          clock.after(takesMs, resolve)
          signal.addEventListener('abort', () => resolve())
        })
      }
      if (bytes === undefined) return { exit: { reason: 'exited', code: 255 } }
      onLine('File Size     In Alluxio       Path')
      onLine(`1000          ${bytes} (0%)          /a`)
      return { exit: { reason: 'exited', code: 0 } }
    },
  } as unknown as Bench
  const stops: number[] = []
  const watch = createLoadWatch(bench, {
    ...{ before: BEFORE, ...facts },
    limits: { sampleMs: 15 * SECOND, stalledMs: 10 * MINUTE },
  })
  watch.onRun({ stop: async () => void stops.push(now), exited: new Promise(() => {}) } as unknown as Run)
  return { pass, watch, stops, samples: () => turns, ended }
}

it('equal samples over the whole time and nothing at work: given up', async () => {
  const { pass, watch, stops } = createScene({ du: () => 500 })
  await pass(9 * MINUTE)
  expect(stops).toHaveLength(0)
  await pass(3 * MINUTE)
  expect(stops).toHaveLength(1)
  expect((await watch.close()).givenUp).toBe('stalled')
})

it('a du that fails says nothing: the load goes on', async () => {
  const { pass, watch, stops, samples } = createScene({ du: () => undefined })
  await pass(60 * MINUTE)
  expect(samples()).toBeGreaterThan(10)
  expect(stops).toHaveLength(0)
  expect((await watch.close()).givenUp).toBeUndefined()
})

it('nothing said a word for very long: given up, unless the engine has jobs of it', async () => {
  const jobs = (): Unfinished => ({ known: true, ids: [1], left: 1, calls: 1 })
  const working = createScene({ du: () => undefined, jobs })
  await working.pass(3 * 60 * MINUTE)
  expect(working.stops).toHaveLength(0)
  const deaf = createScene({ du: () => undefined, jobs: () => ({ known: false, ids: [], left: 0, calls: 1 }) })
  await deaf.pass(3 * 60 * MINUTE)
  expect(deaf.stops).toHaveLength(1)
})

it('nothing says a word, and one job stands in the engine for ever: given up the second time it is found so', async () => {
  const { pass, stops } = createScene({
    du: () => undefined,
    jobs: () => ({ known: true, ids: [7], left: 1, calls: 1 }),
  })
  await pass(3 * 60 * MINUTE)
  expect(stops).toHaveLength(0)
  await pass(2 * 60 * MINUTE)
  expect(stops).toHaveLength(1)
})

it('one equal sample among failures is no evidence', async () => {
  const { pass, stops } = createScene({ du: turn => (turn <= 2 ? 500 : undefined) })
  await pass(60 * MINUTE)
  expect(stops).toHaveLength(0)
})

it('a du that takes longer than the patience is waited for', async () => {
  const { pass, stops } = createScene({ du: turn => 500 + turn, takesMs: 15 * MINUTE })
  await pass(14 * MINUTE)
  expect(stops).toHaveLength(0)
  await pass(4 * 60 * MINUTE)
  expect(stops).toHaveLength(0)
})

it('a du that still runs when the load ends is ended', async () => {
  const { pass, watch, ended } = createScene({ du: () => 500, takesMs: 60 * MINUTE })
  await pass(MINUTE)
  await watch.close()
  expect(ended.map(signal => signal.aborted)).toEqual([true])
})

it('lines begin the evidence anew', async () => {
  const { pass, watch, stops } = createScene({ du: () => 500 })
  for (let turn = 0; turn < 6; turn += 1) {
    await pass(9 * MINUTE)
    watch.line('a word')
  }
  expect(stops).toHaveLength(0)
})

it('jobs of the engine that move keep the load alive; those that stand do not', async () => {
  let left = 1_000
  const jobs = () => ({ known: true, ids: Array.from({ length: left }, (_, id) => id), left, calls: 0 })
  const { pass, stops } = createScene({
    du: () => 500,
    jobs: () => {
      left -= 1
      return jobs()
    },
  })
  await pass(2 * 60 * MINUTE)
  expect(left).toBeLessThan(1_000)
  expect(stops).toHaveLength(0)
  const still = createScene({ du: () => 500, jobs })
  await still.pass(15 * MINUTE)
  expect(still.stops).toHaveLength(1)
})

describe('the CLI waits for jobs that it has told of', () => {
  const busy: Unfinished = { known: true, ids: [7], left: 1, calls: 1 }

  it('and the engine has none of them: given up after a tenth of the time', async () => {
    const { pass, watch, stops, samples } = createScene({ du: () => 500 })
    watch.line('/a/1 loading')
    await pass(MINUTE)
    expect(stops).toHaveLength(0)
    await pass(MINUTE)
    expect(stops).toHaveLength(1)
    expect(samples()).toBeGreaterThanOrEqual(3)
    expect((await watch.close()).givenUp).toBe('stalled')
  })

  it.each([
    ['the engine has one of them', ['/a/1 loading'], () => busy],
    ['the engine does not tell', ['/a/1 loading'], () => ({ known: false, ids: [], left: 0, calls: 1 })],
    [
      'each file has its end: it lists',
      ['/a/1 loading', 'Successfully loaded path /a/1 after 1 attempts'],
      () => NOTHING,
    ],
    ['it has told of no file yet', ['Allow up to 3000 active jobs'], () => NOTHING],
    ['2.9 is still submitting', ['Please wait for command submission to finish..'], () => NOTHING],
  ])('but %s: the whole time', async (_, lines, jobs) => {
    const { pass, watch, stops } = createScene({ du: () => 500, jobs })
    for (const line of lines) watch.line(line)
    await pass(9 * MINUTE)
    expect(stops).toHaveLength(0)
  })

  it.each<[string, Partial<Scene>]>([
    ['one file more is not cached than it has told of: it may still be listing', { before: { ...BEFORE, files: 3 } }],
    ['a cached file may be copied too', { options: { replication: 2 } }],
    ['nobody measured before', { before: undefined }],
    ['not every file was listed before', { before: { ...BEFORE, complete: false } }],
  ])('but %s: the whole time', async (_, facts) => {
    const { pass, watch, stops } = createScene({ du: () => 500, ...facts })
    watch.line('/a/1 loading')
    await pass(9 * MINUTE)
    expect(stops).toHaveLength(0)
    await pass(3 * MINUTE)
    expect(stops).toHaveLength(1)
  })

  it('2.9 waits for its job: a tenth of the time', async () => {
    const { pass, watch, stops } = createScene({ du: () => 500 })
    watch.line('Submitted successfully, jobControlId = 17')
    await pass(2 * MINUTE)
    expect(stops).toHaveLength(1)
  })

  it('but the next jobs come: an engine that is empty now and then is at work', async () => {
    let turn = 0
    const jobs = () => (++turn % 2 === 0 ? busy : NOTHING)
    const { pass, watch, stops } = createScene({ du: () => 500, jobs })
    watch.line('/a/1 loading')
    await pass(9 * MINUTE)
    expect(turn).toBeGreaterThan(4)
    expect(stops).toHaveLength(0)
  })

  it('but bytes come', async () => {
    const { pass, watch, stops } = createScene({ du: turn => 500 + Math.floor(turn / 2) })
    watch.line('/a/1 loading')
    await pass(30 * MINUTE)
    expect(stops).toHaveLength(0)
  })
})

describe('the limits that follow from one figure', () => {
  it.each([
    [600 * SECOND, 15 * SECOND, MINUTE, 300 * SECOND],
    [20 * SECOND, 5 * SECOND, 2 * SECOND, 20 * SECOND],
    [50 * SECOND, 12.5 * SECOND, 5 * SECOND, 30 * SECOND],
  ])('%i ms', (stalledMs, sampleMs, lookAgainMs, silenceMs) => {
    const limits = toWatchLimits(stalledMs)
    expect(limits).toEqual({ stalledMs, sampleMs, lookAgainMs })
    expect(toListingSilence(limits)).toBe(silenceMs)
    // a fast CLI is asked at the pace of the figure, a slow one takes at most a quarter of the time
    expect(toSamplePause(limits, 0)).toBe(sampleMs)
    expect(toSamplePause(limits, 10 * MINUTE)).toBe(30 * MINUTE)
  })
})
