// the next slot of a timing, computed once for all schedules that share it
import type { Calendar, Timing } from '../engine/calendar.ts'
import type { Pace } from './pace.ts'

/** Between `after` and `next` there is none. */
type Known = { readonly after: number; readonly next: number | undefined }

const MOST_KEPT = 20_000

/** What tells timings apart that have different slots. */
export function keyOfTiming({ cron, zone, startAt = '', endAt = '' }: Timing): string {
  return `${cron}|${zone}|${startAt}|${endAt}`
}

export type SharedNext = (timing: Timing, after: number) => number | undefined

/** Makes it. What has to be computed counts as work. */
export function createSharedNext(calendar: Pick<Calendar, 'next'>, pace: Pace): SharedNext {
  const kept = new Map<string, Known>()
  return (timing, after) => {
    const key = keyOfTiming(timing)
    const known = kept.get(key)
    if (known !== undefined && known.after <= after && (known.next === undefined || after < known.next))
      return known.next
    const next = calendar.next(timing, after)
    pace.isSpent(1)
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(key, { after, next })
    return next
  }
}
