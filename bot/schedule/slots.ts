// the slots of a timing: instants at which it is due, in order
import { toMs } from '../../shared/time.ts'
import type { Calendar, Timing } from '../engine/calendar.ts'
import { nextWall, patternOf } from './pattern.ts'
import { instantOf, wallAfter } from './wall.ts'

type Slotted = Pick<Timing, 'cron' | 'zone' | 'startAt' | 'endAt'>
type Span = { readonly after: number; readonly until: number; readonly most: number }

/** The part of a calendar that knows slots. */
export const slots: Pick<Calendar, 'next' | 'between'> = { next, between }

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

function between(timing: Slotted, { after, until, most }: Span): number[] {
  const found: number[] = []
  for (let at = after; found.length < most; ) {
    const slot = next(timing, at)
    if (slot === undefined || slot > until) break
    found.push(slot)
    at = slot
  }
  return found
}
