// how long a refused or unanswered update waits before the next attempt: pure
import type { Failed } from '../../../shared/chat.ts'
import { MINUTE, SECOND } from '../../../shared/time.ts'
import { FLOOR_MS } from './rhythm.ts'

/** For the last state of a card, which somebody may be waiting for. */
const LAST_MS = [1, 2, 5, 10, 20, 30, 60].map(seconds => seconds * SECOND)
/** For how far a job is: what was not shown is shown with the next. */
const COURSE_MS = [10, 30, 60, 300].map(seconds => seconds * SECOND)
/** Somebody has to change something first. */
const LONG_MS = 10 * MINUTE
/** So that many cards do not come back at once. */
const JITTER = 0.2

const PASSING: ReadonlySet<Failed['class']> = new Set(['unknown', 'busy', 'rate'])

export type Attempt = {
  /** Attempts that failed in a row before this one. */
  readonly fails: number
  readonly failed: Pick<Failed, 'class' | 'waitMs'>
  /** It was the last state of the card. */
  readonly last: boolean
  /** In [0, 1). */
  readonly random: number
}

/** Ms until the next attempt. */
export function toRetryMs({ fails, failed, last, random }: Attempt): number {
  if (!PASSING.has(failed.class)) return LONG_MS
  const steps = last ? LAST_MS : COURSE_MS
  const step = steps[Math.min(fails, steps.length - 1)] ?? LONG_MS
  // what was not answered may have been shown
  const least = failed.class === 'unknown' ? FLOOR_MS : (failed.waitMs ?? 0)
  return Math.round(Math.max(step, least) * (1 + JITTER * random))
}

/** Whether the same may be accepted with other words. */
export function isRefusedText({ class: kind }: Pick<Failed, 'class'>): boolean {
  return kind === 'content' || kind === 'too-long' || kind === 'bug'
}

/** The platform knows no card of this id. */
export function isNoCard({ class: kind, code }: Pick<Failed, 'class' | 'code'>): boolean {
  return kind === 'expired' || /cardNotExist$/.test(code)
}

/** The platform has this card already: a repeat of what was not answered. */
export function isThere({ code }: Pick<Failed, 'code'>): boolean {
  return /cardAlreadyExist$/.test(code)
}
