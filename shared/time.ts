// instants and the clock port
import * as z from 'zod'
import { got } from './errors.ts'

/** An instant: ISO 8601 in UTC with milliseconds. Lexical order is order in time. */
export const Instant = z.iso.datetime().meta({ id: 'Instant' })
export type Instant = string

const toAskedMistake = (input: unknown): string =>
  `must be an instant with Z or an offset, such as 2026-11-01T18:00:00Z or 2026-11-02T02:00:00+08:00, ${got(input)}`

/** An instant as people and programs write it, with `Z` or an offset; what is kept is the same one in UTC. */
export const AskedInstant = z.iso
  .datetime({ offset: true, error: ({ input }) => toAskedMistake(input) })
  .transform((text, context): Instant => {
    const instant = toInstant(toMs(text))
    // an offset may lead out of the years that have four digits, which alone are in order as texts
    if (Instant.safeParse(instant).success) return instant
    context.addIssue({ code: 'custom', message: toAskedMistake(text), input: text })
    return z.NEVER
  })
  .meta({ description: 'with Z or an offset; kept in UTC', examples: ['2026-11-02T02:00:00+08:00'] })

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** What a process needs to know of time; tests hand in their own. */
export type Clock = {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls `wake` once after `delayMs` (clamped to what timers can hold); the answer cancels it. */
  after(delayMs: number, wake: () => void): () => void
}

const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The real clock. Its timers do not keep a process alive by themselves when `unref` is asked for. */
export function createClock(options: { unref?: boolean } = {}): Clock {
  return {
    now: () => Date.now(),
    after(delayMs, wake) {
      const timer = setTimeout(wake, Math.max(0, Math.min(delayMs, LONGEST_TIMER_MS)))
      if (options.unref && typeof timer === 'object') timer.unref()
      return () => clearTimeout(timer)
    },
  }
}

// one frame asks for its instant hundreds of times
let latest: { readonly ms: number; readonly instant: Instant } = { ms: 0, instant: new Date(0).toISOString() }

/** Milliseconds since the epoch as an instant. */
export function toInstant(ms: number): Instant {
  if (ms !== latest.ms) latest = { ms, instant: new Date(ms).toISOString() }
  return latest.instant
}

/** An instant as milliseconds since the epoch. */
export function toMs(instant: Instant): number {
  return Date.parse(instant)
}
