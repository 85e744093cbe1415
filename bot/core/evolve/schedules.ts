// what happens to schedules and their slots
import { type CourseRow, countersOf, courseOf, type State } from '../state.ts'
import type { Evolvers } from './put.ts'

type Type =
  | 'schedule.changed'
  | 'schedule.keyed'
  | 'schedule.removed'
  | 'schedule.advanced'
  | 'slot.recorded'
  | 'slot.changed'
  | 'slot.forgotten'

export const SCHEDULE_EVENTS: Evolvers<Type> = {
  'schedule.changed'(draft, { schedule, through }) {
    const counters = countersOf(draft)
    draft.schedules.set(schedule.id, schedule)
    if (through !== undefined) draft.courses.set(schedule.id, { ...courseOf(draft, schedule), through })
    if (schedule.number < counters.nextSchedule) return
    draft.counters.set('counters', { ...counters, nextSchedule: schedule.number + 1 })
  },
  'schedule.keyed'(draft, { key }) {
    draft.scheduleKeys.set(key.id, key)
  },
  'schedule.removed'(draft, { scheduleId }) {
    for (const { id } of [...draft.scheduleKeys.find('schedule', scheduleId)]) draft.scheduleKeys.remove(id)
    for (const { id } of [...draft.slots.find('schedule', scheduleId)]) draft.slots.remove(id)
    draft.schedules.remove(scheduleId)
    draft.courses.remove(scheduleId)
  },
  'schedule.advanced'(draft, { scheduleId, through }) {
    go(draft, scheduleId, () => ({ through }))
  },
  'slot.recorded'(draft, { slot }) {
    if (draft.schedules.get(slot.scheduleId) === undefined) return
    draft.slots.set(slot.id, slot)
    go(draft, slot.scheduleId, ({ runs }) => {
      return { runs: Math.max(runs, slot.number), ...(slot.kind === 'clock' && { through: slot.slot }) }
    })
  },
  'slot.changed'(draft, { slot }, at) {
    if (draft.slots.get(slot.id) === undefined) return
    draft.slots.set(slot.id, slot)
    // what could not be submitted was a run too
    const begunAt = slot.firedAt ?? (slot.status === 'unstarted' ? at : undefined)
    if (begunAt === undefined) return
    go(draft, slot.scheduleId, ({ lastRunAt = '' }) => {
      return begunAt < lastRunAt ? {} : { lastRunAt: begunAt, lastSlotId: slot.id }
    })
  },
  'slot.forgotten'(draft, { scheduleId, slotIds, forgotten }) {
    for (const id of slotIds) draft.slots.remove(id)
    go(draft, scheduleId, () => ({ forgotten }))
  },
}

/** A schedule that is no more has no course either. */
function go(draft: State, scheduleId: string, step: (course: CourseRow) => Partial<CourseRow>): void {
  const schedule = draft.schedules.get(scheduleId)
  if (schedule === undefined) return
  const course = courseOf(draft, schedule)
  draft.courses.set(scheduleId, { ...course, ...step(course) })
}
