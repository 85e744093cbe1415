// keeps an eye on a running load: tells its progress, samples when it is silent, gives it up when nothing moves any more
import { MINUTE, SECOND } from '../../shared/time.ts'
import type { Cause, Measurement } from '../../shared/verdict.ts'
import type { Run } from '../driver.ts'
import type { Bench } from './bench.ts'
import { sampleCached } from './measure.ts'
import { createProgressMeter, type ProgressMeter } from './progress.ts'
import { createLoadReader, type LoadReader, type LoadSummary } from './read-load.ts'

export type WatchLimits = {
  /** Silence of the lines after which the cache itself is looked at. */
  readonly sampleMs: number
  /** Neither a line nor a byte for this long: the load is given up. */
  readonly stalledMs: number
}
export const WATCH_LIMITS: WatchLimits = { sampleMs: 15 * SECOND, stalledMs: 10 * MINUTE }

export type LoadWatch = {
  line(line: string): void
  onRun(run: Run): void
  /** What was read; `givenUp` names the cause when the watch itself ended the run. */
  close(): Promise<LoadSummary & { readonly samples: number; readonly givenUp?: Cause }>
}

const TELL_MS = 500
// a sample is a JVM: it may cost a tenth of the time
const SAMPLE_SHARE = 10

/** Instants are milliseconds of the clock. */
type Watch = {
  readonly bench: Bench
  readonly reader: LoadReader
  readonly meter: ProgressMeter
  readonly limits: WatchLimits
  run?: Run
  givenUp?: Cause
  sampling?: Promise<void>
  samples: number
  sampleEveryMs: number
  closed: boolean
  lineAt: number
  /** When a file was last finished, by the lines. */
  doneAt: number
  sampledAt: number
  /** When the cached bytes last changed, by the samples. */
  movedAt: number
  toldAt: number
  bytes: number
  finished: number
  counted: number
  disarm: () => void
}

/** Watches one load from its start, or from where an earlier process left it. */
export function createLoadWatch(
  bench: Bench,
  { before, limits }: { before: Measurement | undefined; limits: WatchLimits },
): LoadWatch {
  const watch = openWatch(bench, { before, limits })
  arm(watch)
  return {
    line(line) {
      watch.reader.line(line)
      watch.lineAt = bench.deps.clock.now()
      if (watch.reader.jobServiceAway()) giveUp(watch, 'job-service-down')
    },
    onRun(run) {
      watch.run = run
      if (watch.givenUp !== undefined) void run.stop(bench.deps.config.graceMs)
    },
    async close() {
      watch.closed = true
      watch.disarm()
      watch.reader.end()
      await watch.sampling
      const { samples, givenUp } = watch
      return { ...watch.reader.summary(), samples, ...(givenUp === undefined ? {} : { givenUp }) }
    },
  }
}

function openWatch(bench: Bench, { before, limits }: { before: Measurement | undefined; limits: WatchLimits }): Watch {
  const now = bench.deps.clock.now()
  return {
    ...{ bench, limits, reader: createLoadReader(), meter: createProgressMeter(before) },
    ...{ lineAt: now, doneAt: now, sampledAt: now, movedAt: now, toldAt: now },
    ...{ samples: 0, sampleEveryMs: limits.sampleMs, bytes: -1, finished: 0, counted: 0 },
    closed: false,
    disarm: () => {},
  }
}

function arm(watch: Watch): void {
  watch.disarm = watch.bench.deps.clock.after(TELL_MS, () => tick(watch))
}

function tick(watch: Watch): void {
  if (watch.closed) return
  const now = watch.bench.deps.clock.now()
  if (watch.lineAt >= watch.toldAt) tell(watch, now)
  const silentSince = Math.max(watch.doneAt, watch.sampledAt)
  if (watch.sampling === undefined && now - silentSince >= watch.sampleEveryMs) {
    watch.sampling = sample(watch).finally(() => {
      delete watch.sampling
    })
  }
  if (now - Math.max(watch.lineAt, watch.movedAt) >= watch.limits.stalledMs) giveUp(watch, 'stalled')
  arm(watch)
}

function tell(watch: Watch, now: number): void {
  watch.toldAt = now
  const { lines } = watch.reader.summary()
  const finished = lines.loaded + lines.alreadyCached + lines.attemptsFailed + lines.failed
  if (finished + lines.started === watch.counted) return
  if (finished > watch.finished) watch.doneAt = now
  watch.finished = finished
  watch.counted = finished + lines.started
  const { order, say } = watch.bench.deps
  say({ type: 'progress', allocation: order.allocation, progress: watch.meter.fromLines(lines, now), lines })
}

async function sample(watch: Watch): Promise<void> {
  const { clock, order, say } = watch.bench.deps
  watch.samples += 1
  const began = clock.now()
  const bytes = await sampleCached(watch.bench, `sample-${began}-${watch.samples}`)
  const now = clock.now()
  watch.sampledAt = now
  watch.sampleEveryMs = Math.max(watch.limits.sampleMs, (now - began) * SAMPLE_SHARE)
  if (bytes === undefined || watch.closed) return
  if (bytes !== watch.bytes) watch.movedAt = now
  watch.bytes = bytes
  say({ type: 'progress', allocation: order.allocation, progress: watch.meter.fromSample(bytes, now) })
}

function giveUp(watch: Watch, cause: Cause): void {
  if (watch.givenUp !== undefined || watch.closed) return
  watch.givenUp = cause
  void watch.run?.stop(watch.bench.deps.config.graceMs)
}
