// which slots of a schedule are due: the newest of them one by one, those before only counted, in short turns
import { SECOND } from '../../shared/time.ts'
import type { Calendar, Timing } from '../engine/calendar.ts'
import type { DueSchedule, ScheduleRow } from '../engine/schedule-desk.ts'
import { dueAtOf } from './firing.ts'
import type { Pace } from './pace.ts'

/** The most slots of one schedule that are told one by one. */
export const MOST_NAMED = 100
/** How many before those are counted; beyond that it is only said that there were at least so many. */
export const MOST_COUNTED = 1_000
/** Slots that are computed between two turns. */
const MOST_AT_ONCE = 128

type Deps = { readonly calendar: Calendar; readonly pace: Pace }
/** Slots of a timing from `head`, which is one of them, until then. */
type Span = { readonly timing: Timing; readonly head: number; readonly until: number }

export type DueSlots = { readonly named: readonly number[]; readonly others?: NonNullable<DueSchedule['others']> }

/**
 * Until when a schedule's slots are due at `now`: a slot whose jitter is not over holds back the ones after it. In ms.
 * @param head its first slot that is not accounted for
 */
export async function dueUntil(
  row: ScheduleRow,
  { head, now }: { head: number; now: number },
  deps: Deps,
): Promise<number> {
  // the jitter of older ones is over, however long it is
  let after = Math.max(head - 1, now - row.timing.jitterSeconds * SECOND)
  for (;;) {
    const slots = deps.calendar.between(row.timing, { after, until: now, most: MOST_AT_ONCE })
    const held = slots.find(slot => dueAtOf(row, slot) > now)
    if (held !== undefined) return held - 1
    if (slots.length < MOST_AT_ONCE) return now
    after = slots.at(-1) ?? now
    await deps.pace.spend(slots.length)
  }
}

/** The slots of a span, of which there may be any number. */
export async function findDueSlots(span: Span, deps: Deps): Promise<DueSlots> {
  const { timing, head, until } = span
  const first = deps.calendar.between(timing, { after: head - 1, until, most: MOST_NAMED + 1 })
  await deps.pace.spend(first.length)
  if (first.length <= MOST_NAMED) return { named: first }
  const named = await findNewest(span, deps)
  const { count, atLeast } = await countSlots({ ...span, until: (named[0] ?? head) - 1 }, deps)
  return { named, others: { count, since: new Date(head).toISOString(), ...(atLeast && { atLeast }) } }
}

// backwards in windows, wider where there is little and narrower where there is much
async function findNewest({ timing, head, until }: Span, { calendar, pace }: Deps): Promise<readonly number[]> {
  let found: readonly number[] = []
  let end = until
  let width = MOST_NAMED * SECOND
  while (found.length < MOST_NAMED && end >= head) {
    const after = Math.max(head - 1, end - width)
    const slots = calendar.between(timing, { after, until: end, most: MOST_AT_ONCE })
    await pace.spend(slots.length + 1)
    // the oldest of the window are not the newest of all
    const isCut = slots.length === MOST_AT_ONCE && width > SECOND
    width = isCut ? Math.max(SECOND, width / 4) : width * 2
    if (isCut) continue
    found = [...slots, ...found]
    end = after
  }
  return found.slice(-MOST_NAMED)
}

async function countSlots({ timing, head, until }: Span, { calendar, pace }: Deps) {
  let count = 0
  for (let after = head - 1; count < MOST_COUNTED; ) {
    const slots = calendar.between(timing, { after, until, most: MOST_AT_ONCE })
    await pace.spend(slots.length + 1)
    count += slots.length
    if (slots.length < MOST_AT_ONCE) return { count, atLeast: false }
    after = slots.at(-1) ?? until
  }
  return { count, atLeast: true }
}
