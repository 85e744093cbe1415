// how long the silence of the CLI is borne: what follows from the one figure that is configured
import { MINUTE, SECOND } from '../../shared/time.ts'

// a sample is a JVM: it should cost a tenth of the time, and may cost a quarter
const SAMPLE_SHARE = 10
const LARGEST_SHARE = 3

export type WatchLimits = {
  /** Silence of the lines after which the cache itself is looked at. */
  readonly sampleMs: number
  /** Neither a line nor, by successful samples, a byte for this long: the load is given up, unless its engine jobs move. */
  readonly stalledMs: number
  /** Between two looks at its engine jobs; default a minute. */
  readonly lookAgainMs?: number
  /** Before a load that was turned away at once is begun again, once for each of them. */
  readonly againMs?: readonly number[]
}

/** The limits that follow from how long a load may stand still: a sample is a JVM, so not more of them than are needed. */
export function toWatchLimits(stalledMs: number): WatchLimits {
  return {
    stalledMs,
    sampleMs: Math.min(15 * SECOND, stalledMs / 4),
    lookAgainMs: Math.min(MINUTE, stalledMs / 10),
  }
}
export const WATCH_LIMITS: WatchLimits = toWatchLimits(10 * MINUTE)

/** How long a listing may say nothing: it speaks sooner than a load does, but half a minute is little for a cold JVM. */
export function toListingSilence({ stalledMs }: WatchLimits): number {
  return Math.max(stalledMs / 2, Math.min(30 * SECOND, stalledMs))
}

/** Between two samples: rarer for a slow CLI, but never so rare that a standstill could not be told in its time. */
export function toSamplePause({ sampleMs, stalledMs }: WatchLimits, tookMs: number): number {
  return Math.max(sampleMs, Math.min(tookMs * SAMPLE_SHARE, Math.max(stalledMs / 4, tookMs * LARGEST_SHARE)))
}
