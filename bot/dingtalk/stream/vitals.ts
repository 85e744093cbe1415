// whether an open connection is still alive: our pings and their pongs, the server's silence, and the clock itself
import { SECOND } from '../../../shared/time.ts'

export const PING_EVERY_MS = 25 * SECOND
const MOST_MISSED_PONGS = 2

/** How often all of this is looked at. */
export const LOOK_EVERY_MS = 5 * SECOND
const JUMP_MS = 30 * SECOND
const BACKWARDS_MS = 5 * SECOND

export type Vitals = {
  /** Newest sign of life of the server's own accord, or the opening. */
  readonly heardAt: number
  readonly pingedAt: number
  /** Pings since the last pong. */
  readonly unanswered: number
}

export type Finding = 'no-pong' | 'silent' | 'ping' | 'well'

/** What to do about a connection now; `silenceMs` is how long it may say nothing. */
export function examine(vitals: Vitals, silenceMs: number, now: number): Finding {
  if (now - vitals.heardAt >= silenceMs) return 'silent'
  if (now - vitals.pingedAt < PING_EVERY_MS) return 'well'
  return vitals.unanswered >= MOST_MISSED_PONGS ? 'no-pong' : 'ping'
}

/** Whether the wall clock jumped between two looks: a computer that slept, or a clock that was set. */
export function hasJumped(lookedAt: number, now: number): boolean {
  const passedMs = now - lookedAt
  return passedMs > LOOK_EVERY_MS + JUMP_MS || passedMs < -BACKWARDS_MS
}
