// when to dial: how long to wait before the next try, and when a healthy connection is renewed
import { backoffMs } from '../../../shared/backoff.ts'
import { HOUR, MINUTE, SECOND } from '../../../shared/time.ts'

const BACKOFF = { minMs: SECOND, maxMs: MINUTE }

/** A connection that lived so long has proven itself; only then are the tries before it forgotten. */
export const STABLE_MS = MINUTE

const RENEW_AFTER_MS = 6 * HOUR
const RENEW_AT_LATEST_MS = 12 * HOUR
const QUIET_MS = MINUTE

export type Ask = {
  /** Dials since a connection last proved itself. */
  readonly dials: number
  /** There is something to lose by waiting: the connection in use is going away, or may be dead. */
  readonly urgent: boolean
  /** What the last answer asks for, for instance minutes after wrong credentials. */
  readonly atLeastMs: number
  /** A number in [0, 1). */
  readonly random: number
}

/**
 * How long to wait before dialling, in ms. Opening resets nothing: a server that accepts and drops at once is dialled
 * no faster than one that refuses. A replacement goes out at once, but only one: after that it waits like anything else.
 */
export function waitMs(ask: Ask): number {
  if (ask.urgent && ask.dials <= 1) return ask.atLeastMs
  return Math.max(ask.atLeastMs, backoffMs(Math.max(0, ask.dials - 1), BACKOFF, ask.random))
}

/** Whether a healthy connection is old enough to be renewed now: at a quiet moment, at the latest when it is twice as old. */
export function isRenewalDue(life: { openedAt: number; lastPushAt: number; now: number }): boolean {
  const ageMs = life.now - life.openedAt
  return ageMs >= RENEW_AT_LATEST_MS || (ageMs >= RENEW_AFTER_MS && life.now - life.lastPushAt >= QUIET_MS)
}
