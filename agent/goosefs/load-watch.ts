// keeps an eye on a running load: tells its progress, samples when it is silent, gives it up when nothing moves any more
import { MINUTE, SECOND } from '../../shared/time.ts'
import type { Cause, Measurement } from '../../shared/verdict.ts'
import type { Run } from '../driver.ts'
import type { Bench } from './bench.ts'
import { sampleCached } from './measure.ts'
import { createProgressMeter } from './progress.ts'
import { createLoadReader } from './read-load.ts'

export type WatchLimits = {
  /** Silence of the lines after which the cache itself is looked at. */
  readonly sampleMs: number
  /** Neither a line nor a byte for this long: the load is given up. */
  readonly stalledMs: number
}
export const WATCH_LIMITS: WatchLimits = { sampleMs: 15 * SECOND, stalledMs: 10 * MINUTE }

const TELL_MS = 500
// a sample is a JVM: it may cost a tenth of the time
const SAMPLE_SHARE = 10

/** Watches one load. `givenUp` names the cause when the watch itself ended the run. */
export function createLoadWatch(
  bench: Bench,
  { before, limits }: { before: Measurement | undefined; limits: WatchLimits },
) {
  const { clock, order, config } = bench.deps
  const reader = createLoadReader()
  const meter = createProgressMeter(before)
  const start = clock.now()
  const last = {
    line: start,
    done: start,
    sampleEnd: start,
    moved: start,
    bytes: -1,
    count: 0,
    finished: 0,
    told: start,
  }
  let run: Run | undefined
  let givenUp: Cause | undefined
  let sampling: Promise<void> | undefined
  let every = limits.sampleMs
  let samples = 0
  let closed = false
  let disarm = () => {}

  function giveUp(cause: Cause): void {
    if (givenUp !== undefined || closed) return
    givenUp = cause
    void run?.stop(config.graceMs)
  }

  function tell(now: number): void {
    last.told = now
    const { lines } = reader.summary()
    const done = lines.loaded + lines.alreadyCached + lines.attemptsFailed + lines.failed
    if (done + lines.started === last.count) return
    if (done > last.finished) last.done = now
    last.finished = done
    last.count = done + lines.started
    bench.deps.say({ type: 'progress', allocation: order.allocation, progress: meter.fromLines(lines, now), lines })
  }

  async function sample(): Promise<void> {
    samples += 1
    const began = clock.now()
    const bytes = await sampleCached(bench, `sample-${began}-${samples}`)
    const now = clock.now()
    last.sampleEnd = now
    every = Math.max(limits.sampleMs, (now - began) * SAMPLE_SHARE)
    if (bytes === undefined || closed) return
    if (bytes !== last.bytes) last.moved = now
    last.bytes = bytes
    bench.deps.say({ type: 'progress', allocation: order.allocation, progress: meter.fromSample(bytes, now) })
  }

  function tick(): void {
    if (closed) return
    const now = clock.now()
    if (last.line >= last.told) tell(now)
    const silentSince = Math.max(last.done, last.sampleEnd)
    if (sampling === undefined && now - silentSince >= every) {
      sampling = sample().finally(() => {
        sampling = undefined
      })
    }
    if (now - Math.max(last.line, last.moved) >= limits.stalledMs) giveUp('stalled')
    disarm = clock.after(TELL_MS, tick)
  }

  disarm = clock.after(TELL_MS, tick)
  return {
    line(line: string): void {
      reader.line(line)
      last.line = clock.now()
      if (reader.jobServiceAway()) giveUp('job-service-down')
    },
    onRun(started: Run): void {
      run = started
      if (givenUp !== undefined) void run.stop(config.graceMs)
    },
    async close() {
      closed = true
      disarm()
      reader.end()
      await sampling
      return { ...reader.summary(), samples, ...(givenUp === undefined ? {} : { givenUp }) }
    },
  }
}
