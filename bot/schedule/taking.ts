// what is due of one schedule, made ready to be handed in
import type { Calendar, Firing } from '../engine/calendar.ts'
import type { DueSchedule, ScheduleRow } from '../engine/schedule-desk.ts'
import { type DueSlots, dueUntil, findDueSlots } from './due-slots.ts'
import type { Pace } from './pace.ts'
import { keyOfTiming, type SharedNext } from './shared-next.ts'

/** `newest`: the last of its slots. `paths`: how many there are to load. */
export type Due = { readonly due: DueSchedule; readonly newest: number; readonly paths: number }

/** So many paths are filled in while one slot is computed. */
const PATHS_A_SLOT = 10

type Taking = { readonly calendar: Calendar; readonly pace: Pace; readonly nextOf: SharedNext }

/** Makes what tells the due slots of a schedule from `head` on: nearly always one, and that without a promise. */
export function createTaking({ calendar, pace, nextOf }: Taking) {
  // schedules that share a timing and were away together have the same ones
  let shared = { now: Number.NaN, slots: new Map<string, Promise<DueSlots>>() }

  function slotsOf(row: ScheduleRow, head: number, now: number): Promise<DueSlots> {
    const { timing } = row
    const deps = { calendar, pace }
    if (timing.jitterSeconds > 0)
      return dueUntil(row, { head, now }, deps).then(until => findDueSlots({ timing, head, until }, deps))
    if (shared.now !== now) shared = { now, slots: new Map() }
    const key = `${keyOfTiming(timing)}|${head}`
    const found = shared.slots.get(key) ?? findDueSlots({ timing, head, until: now }, deps)
    shared.slots.set(key, found)
    return found
  }

  return (row: ScheduleRow, head: number, now: number): Due | Promise<Due> => {
    const next = nextOf(row.timing, head)
    if (next !== undefined && next <= now)
      return slotsOf(row, head, now).then(slots => toDue(row, slots, { head, calendar, pace }))
    const firing = calendar.toFiring(row, head)
    pace.isSpent(pathsOf(firing) / PATHS_A_SLOT)
    const due = { scheduleId: row.id, version: row.version, firings: [firing] }
    return { due, newest: head, paths: pathsOf(firing) }
  }
}

async function toDue(
  row: ScheduleRow,
  { named, others }: DueSlots,
  { head, calendar, pace }: Omit<Taking, 'nextOf'> & { readonly head: number },
): Promise<Due> {
  let dueAt = ''
  let paths = 0
  const firings: Firing[] = []
  for (const slot of named) {
    const firing = calendar.toFiring(row, slot)
    // what was held back by the jitter of an earlier one was due with that, and is not late
    if (firing.dueAt > dueAt) dueAt = firing.dueAt
    firings.push({ ...firing, dueAt })
    paths += pathsOf(firing)
    await pace.spend(1 + pathsOf(firing) / PATHS_A_SLOT)
  }
  const due = { scheduleId: row.id, version: row.version, firings, ...(others !== undefined && { others }) }
  return { due, newest: named.at(-1) ?? head - 1, paths }
}

const pathsOf = ({ plan }: Firing): number => ('paths' in plan ? plan.paths.length : 0)
