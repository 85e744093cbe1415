// the slots of a timing: instants at which it is due, in order
import { DAY, HOUR, MINUTE, SECOND, toMs } from '../../shared/time.ts'
import type { Calendar, Timing } from '../engine/calendar.ts'
import { nextWall, patternOf } from './pattern.ts'
import { instantOf, wallAfter } from './wall.ts'

type Slotted = Pick<Timing, 'cron' | 'zone' | 'startAt' | 'endAt'>
type Span = { readonly after: number; readonly until: number }

/** The part of a calendar that knows slots. */
export const slots: Pick<Calendar, 'next' | 'between' | 'latest'> = { next, between, latest }

/**
 * The first slot after an instant; `startAt` and `endAt` may be slots themselves. All times that a clock leaves out fall on
 * the instant at which it does so, together with what is due then anyway; of times that come twice, the second is none.
 */
export function next({ cron, zone, startAt, endAt }: Slotted, after: number): number | undefined {
  const from = startAt === undefined ? after : Math.max(after, toMs(startAt) - 1)
  const pattern = patternOf(cron)
  for (let wall = nextWall(pattern, wallAfter(from, zone)); wall !== undefined; wall = nextWall(pattern, wall)) {
    const slot = instantOf(wall, zone)
    if (slot > from) return endAt !== undefined && slot > toMs(endAt) ? undefined : slot
  }
  return undefined
}

function between(timing: Slotted, { after, until, most }: Span & { readonly most: number }): number[] {
  const found: number[] = []
  for (let at = after; found.length < most; ) {
    const slot = next(timing, at)
    if (slot === undefined || slot > until) break
    found.push(slot)
    at = slot
  }
  return found
}

/** How far is looked back, one after the other. */
const WINDOWS = [MINUTE, HOUR, DAY, 8 * DAY, 62 * DAY, 366 * DAY, Number.POSITIVE_INFINITY]
/** So many slots are walked over before what is left is halved. */
const MOST_STEPS = 10

function latest(timing: Slotted, { after, until }: Span): number | undefined {
  for (const window of WINDOWS) {
    const since = Math.max(after, until - window)
    const slot = since < until ? next(timing, since) : undefined
    if (slot !== undefined && slot <= until) return lastFrom(timing, slot, until)
    if (since === after) return undefined
  }
  return undefined
}

/** The newest slot up to an instant, from a slot before it on. */
function lastFrom(timing: Slotted, slot: number, until: number): number {
  const few = between(timing, { after: slot, until, most: MOST_STEPS })
  let [newest, end] = [few.at(-1) ?? slot, few.length < MOST_STEPS ? 0 : until]
  // slots are whole seconds
  while (end - newest >= SECOND) {
    const middle = Math.floor((newest + end) / 2)
    const found = next(timing, middle)
    if (found !== undefined && found <= until) newest = found
    else end = middle
  }
  return newest
}
