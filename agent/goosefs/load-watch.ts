// keeps an eye on a running load: tells its progress, samples when it is silent, gives it up when nothing moves any more
import { type LineCounts, NO_LINES } from '../../shared/allocation.ts'
import { toError } from '../../shared/errors.ts'
import type { Cause, Measurement } from '../../shared/verdict.ts'
import type { Run } from '../driver.ts'
import { endRun } from '../end-run.ts'
import type { Bench } from './bench.ts'
import { sampleCached } from './call-lines.ts'
import { addLines, isWaiting, type Wanted } from './load-outcome.ts'
import { createProgressMeter, type ProgressMeter } from './progress.ts'
import { createLoadReader, type LoadReader, type LoadSummary } from './read-load.ts'
import { createStall, type Stall } from './stall.ts'
import { toSamplePause, type WatchLimits } from './watch-limits.ts'

export type { WatchLimits } from './watch-limits.ts'

export type LoadWatch = {
  line(line: string): void
  onRun(run: Run): void
  /** What was read; `givenUp` names the cause when the watch itself ended the run. */
  close(): Promise<LoadSummary & { readonly samples: number; readonly givenUp?: Cause }>
}

const TELL_MS = 500
// a load that cannot even be sampled has this many times as long
const DEAF_TIMES = 12

/** Instants are milliseconds of the clock. */
type Watch = {
  readonly bench: Bench
  readonly reader: LoadReader
  readonly meter: ProgressMeter
  readonly limits: WatchLimits
  readonly wanted: Wanted
  readonly stall: Stall
  /** Aborted when the load has ended: nobody needs a sample then. */
  readonly over: AbortController
  run?: Run
  givenUp?: Cause
  sampling?: Promise<void>
  samples: number
  sampleEveryMs: number
  closed: boolean
  /** A line came since the last look at the clock. */
  heard: boolean
  /** When a file was last finished, by the lines. */
  doneAt: number
  sampledAt: number
  /** When anything was last heard: a line, or a sample that succeeded. */
  aliveAt: number
  /** The engine's jobs when nothing else had spoken for very long. */
  deafJobs?: string
  finished: number
  counted: number
  disarm: () => void
}

export type WatchFacts = {
  readonly before: Measurement | undefined
  readonly limits: WatchLimits
  /** Only places below the measured path are loaded. */
  readonly partial?: boolean
  /** Lines of the loads before this one on other places of the path. */
  readonly earlier?: LineCounts
}

/** Watches one load from its start, or from where an earlier process left it. */
export function createLoadWatch(bench: Bench, facts: WatchFacts): LoadWatch {
  const watch = openWatch(bench, facts)
  arm(watch)
  return {
    line(line) {
      watch.reader.line(line)
      watch.heard = true
      if (watch.reader.jobServiceAway()) giveUp(watch, 'job-service-down')
    },
    onRun(run) {
      watch.run = run
      if (watch.givenUp !== undefined) stopRun(watch, run)
    },
    async close() {
      watch.closed = true
      watch.disarm()
      watch.over.abort()
      watch.reader.end()
      await watch.sampling
      const { samples, givenUp } = watch
      return { ...watch.reader.summary(), samples, ...(givenUp === undefined ? {} : { givenUp }) }
    },
  }
}

function openWatch(bench: Bench, { before, limits, partial = false, earlier = NO_LINES }: WatchFacts): Watch {
  const now = bench.deps.clock.now()
  const wanted = { before, earlier, copies: bench.deps.order.options.replication ?? 1 }
  return {
    ...{ bench, limits, wanted, reader: createLoadReader(), meter: createProgressMeter(before, partial) },
    ...{ stall: createStall(limits), over: new AbortController(), closed: false, heard: false },
    ...{ doneAt: now, sampledAt: now, aliveAt: now, samples: 0, sampleEveryMs: limits.sampleMs },
    ...{ finished: 0, counted: 0 },
    disarm: () => {},
  }
}

function arm(watch: Watch): void {
  watch.disarm = watch.bench.deps.clock.after(TELL_MS, () => tick(watch))
}

function tick(watch: Watch): void {
  if (watch.closed) return
  const now = watch.bench.deps.clock.now()
  if (watch.heard) {
    watch.heard = false
    watch.aliveAt = now
    watch.stall.heard()
    tell(watch, now)
  }
  const silentSince = Math.max(watch.doneAt, watch.sampledAt)
  if (watch.sampling === undefined && now - silentSince >= watch.sampleEveryMs) {
    watch.sampling = look(watch).finally(() => {
      delete watch.sampling
    })
  }
  arm(watch)
}

/** Samples, and gives up on evidence only. Never rejects: what cannot be known now is asked again. */
async function look(watch: Watch): Promise<void> {
  try {
    await sample(watch)
    if (watch.closed) return
    const isStill = watch.stall.looksStill(isWaiting(watch.reader.summary(), watch.wanted))
    if ((isStill && (await isOver(watch))) || (await isDeaf(watch))) giveUp(watch, 'stalled')
  } catch (thrown) {
    watch.bench.deps.log.warn('a load could not be sampled', { error: toError(thrown) })
  } finally {
    watch.sampledAt = watch.bench.deps.clock.now()
  }
}

async function isOver(watch: Watch): Promise<boolean> {
  const { bench, stall, over } = watch
  const { clock, order } = bench.deps
  const isOver = await stall.isOver(await bench.engine(), { path: order.path, signal: over.signal }, clock.now())
  // a line that came meanwhile counts for more
  return isOver && !watch.heard
}

/** Neither the load nor any sample has said a word for very long: only jobs that change in the engine speak for it then. */
async function isDeaf(watch: Watch): Promise<boolean> {
  const { bench, limits, over } = watch
  if (bench.deps.clock.now() - watch.aliveAt < limits.stalledMs * DEAF_TIMES) return false
  const { known, ids } = await (await bench.engine()).unfinished({ path: bench.deps.order.path, signal: over.signal })
  const jobs = known ? ids.join(' ') : ''
  const isAtWork = jobs !== '' && jobs !== watch.deafJobs
  watch.deafJobs = jobs
  if (isAtWork) watch.aliveAt = bench.deps.clock.now()
  return !isAtWork && !watch.heard
}

function tell(watch: Watch, now: number): void {
  const { lines } = watch.reader.summary()
  const finished = lines.loaded + lines.alreadyCached + lines.attemptsFailed + lines.failed
  if (finished + lines.started === watch.counted) return
  if (finished > watch.finished) watch.doneAt = now
  watch.finished = finished
  watch.counted = finished + lines.started
  const { order, say } = watch.bench.deps
  const all = addLines(watch.wanted.earlier, lines)
  say({ type: 'progress', allocation: order.allocation, progress: watch.meter.fromLines(all, now), lines: all })
}

async function sample(watch: Watch): Promise<void> {
  const { clock, order, say } = watch.bench.deps
  watch.samples += 1
  const beganAt = clock.now()
  const signal = AbortSignal.any([watch.over.signal, watch.bench.signal])
  const bytes = await sampleCached(watch.bench, `sample-${beganAt}-${watch.samples}`, signal)
  const endedAt = clock.now()
  watch.sampleEveryMs = toSamplePause(watch.limits, endedAt - beganAt)
  if (bytes === undefined || watch.closed) return
  watch.aliveAt = endedAt
  if (!watch.heard) watch.stall.sampled({ bytes, beganAt, endedAt })
  say({ type: 'progress', allocation: order.allocation, progress: watch.meter.fromSample(bytes, endedAt) })
}

function giveUp(watch: Watch, cause: Cause): void {
  if (watch.givenUp !== undefined || watch.closed) return
  watch.givenUp = cause
  if (watch.run !== undefined) stopRun(watch, watch.run)
}

function stopRun(watch: Watch, run: Run): void {
  const { clock, log, config } = watch.bench.deps
  void endRun(run, { graceMs: config.graceMs, clock, log })
}
