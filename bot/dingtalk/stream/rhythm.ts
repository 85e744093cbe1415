// how often the server is heard, and how long its silence may last before it is held for dead
import { MINUTE, SECOND } from '../../../shared/time.ts'

/** What has been learned of the server's habits, over all connections of a stream. */
export type Rhythm = {
  /** Newest gaps between two signs of life, in ms. */
  readonly gaps: readonly number[]
  /** Connections that ended in silence without having heard anything at all, in a row. */
  readonly mute: number
}

export const NEW_RHYTHM: Rhythm = { gaps: [], mute: 0 }

const LEAST_SILENCE_MS = MINUTE
const MOST_SILENCE_MS = 15 * MINUTE
const INTERVALS = 3
const GAPS_KEPT = 20
/** Gaps within a burst say nothing of how long quiet lasts, and must not push out those that do. */
const BURST_MS = SECOND

/**
 * Taken while no interval was seen: field reports speak of a sign of life every 20 to 30 s. Should a server by its nature
 * say nothing, then each mute connection doubles the patience, so that this ends in one needless renewal every 15 minutes.
 */
const ASSUMED_INTERVAL_MS = 30 * SECOND

/** A sign of life came `gapMs` after the one before it (or after the opening). */
export function heard(rhythm: Rhythm, gapMs: number): Rhythm {
  // longer ones are no interval: a clock that jumped, or a computer that slept
  if (gapMs < 0 || gapMs > MOST_SILENCE_MS) return { ...rhythm, mute: 0 }
  if (gapMs < BURST_MS && rhythm.gaps.length > 0) return { ...rhythm, mute: 0 }
  return { gaps: [...rhythm.gaps, gapMs].slice(-GAPS_KEPT), mute: 0 }
}

/** A connection was given up for its silence without ever having heard anything. */
export function wasMute(rhythm: Rhythm): Rhythm {
  return { ...rhythm, mute: rhythm.mute + 1 }
}

/** For how long nothing may be heard: three of the longest gap seen lately, at least a minute, at most a quarter of an hour. */
export function silenceMs(rhythm: Rhythm): number {
  const interval = rhythm.gaps.length === 0 ? ASSUMED_INTERVAL_MS : Math.max(...rhythm.gaps)
  const patience = Math.max(LEAST_SILENCE_MS, INTERVALS * interval) * 2 ** Math.min(rhythm.mute, 10)
  return Math.min(MOST_SILENCE_MS, patience)
}
