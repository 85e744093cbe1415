// when a card may be changed: pure rules that keep a month's calls
import { MINUTE, SECOND } from '../../../shared/time.ts'

/** Never two updates of one card closer than this. */
export const FLOOR_MS = 2 * SECOND
const ORDINARY_MS = 10 * SECOND
const ORDINARY_POINTS = 10
/** A card that has not changed is told the time again. */
const QUIET_MS = 5 * MINUTE
/** Updates of one job on all of its cards, beside those that say how it ended. */
export const BUDGET = 20
/** Of these, those that only tell the time may use so many. */
const QUIET_BUDGET = 12

type Shown = Readonly<Record<string, string>>

export type Look = {
  readonly now: number
  /** What is known to be shown; a variable that is not here may show anything. */
  readonly shown: Shown
  readonly wanted: Shown
  /** Of the newest update, or of the opening (ms since the epoch). */
  readonly shownAt: number
  /** Updates of all cards of the job so far. */
  readonly used: number
  /** Its job has ended: what is wanted is the last. */
  readonly over: boolean
  /** It stood when the daemon started and was not brought up to date since. */
  readonly fresh: boolean
}

/** `send` now; or look again after so long, when nothing is heard before; or neither, until something is heard. */
export type Step = { readonly send: Shown } | { readonly againMs: number | undefined }

const OVER: ReadonlySet<string | undefined> = new Set(['OK', 'FAILED', 'CANCELLED'])
const TIME = 'elapsed'
/** What makes a state: a change of these is worth an update. */
const STATE = ['status', 'showCancel', 'showRetry'] as const

/** What to do about one card. Pure. */
export function toStep(look: Look): Step {
  const changed = toChanged(look.shown, look.wanted)
  const wait = toWait(look, changed)
  if (wait === undefined) return { againMs: undefined }
  const since = look.now - look.shownAt
  // a clock that was set back must not stop a card for as long
  const leftMs = since < 0 ? 0 : wait - since
  if (leftMs > 0) return { againMs: leftMs }
  if (Object.keys(changed).length > 0) return { send: changed }
  // the last word is said even when nothing about it is new, so that the card is known to show it
  return look.over ? { send: { status: look.wanted['status'] ?? '' } } : { againMs: undefined }
}

/** The variables that are not known to be shown as they are wanted. */
export function toChanged(shown: Shown, wanted: Shown): Record<string, string> {
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => shown[key] !== value))
}

/** Whether more than the time has changed. */
export function isNews(changed: Shown): boolean {
  return Object.keys(changed).some(key => key !== TIME)
}

// how long after the newest update; undefined: not at all
function toWait(look: Look, changed: Shown): number | undefined {
  const { shown, wanted, used } = look
  // an end that did not last is taken back whatever that costs: a card must not say that a running job failed
  if (look.over || OVER.has(shown['status'])) return FLOOR_MS
  if (used >= BUDGET) return undefined
  if ((look.fresh || shown['status'] === undefined) && isNews(changed)) return FLOOR_MS
  const points = Math.abs(Number(wanted['percent'] ?? 0) - Number(shown['percent'] ?? 0))
  const isUnsure = Object.keys(changed).some(key => key !== TIME && shown[key] === undefined)
  if (points >= ORDINARY_POINTS || isUnsure || STATE.some(field => field in changed)) return ORDINARY_MS
  return used >= QUIET_BUDGET ? undefined : QUIET_MS
}
