// what happens to schedules and their slots
import { countersOf } from '../state.ts'
import type { Evolvers } from './put.ts'

type Type =
  | 'schedule.changed'
  | 'schedule.removed'
  | 'schedule.advanced'
  | 'slot.recorded'
  | 'slot.changed'
  | 'slot.forgotten'

export const SCHEDULE_EVENTS: Evolvers<Type> = {
  'schedule.changed'(draft, { schedule }) {
    const counters = countersOf(draft)
    draft.schedules.set(schedule.id, schedule)
    if (schedule.number < counters.nextSchedule) return
    draft.counters.set('counters', { ...counters, nextSchedule: schedule.number + 1 })
  },
  'schedule.removed'(draft, { scheduleId }) {
    for (const { id } of [...draft.slots.find('schedule', scheduleId)]) draft.slots.remove(id)
    draft.schedules.remove(scheduleId)
  },
  'schedule.advanced'(draft, { scheduleId, through }) {
    const schedule = draft.schedules.get(scheduleId)
    if (schedule !== undefined) draft.schedules.set(scheduleId, { ...schedule, through })
  },
  'slot.recorded'(draft, { slot }) {
    const schedule = draft.schedules.get(slot.scheduleId)
    if (schedule === undefined) return
    draft.slots.set(slot.id, slot)
    const through = slot.kind === 'clock' ? slot.slot : schedule.through
    draft.schedules.set(schedule.id, { ...schedule, runs: Math.max(schedule.runs, slot.number), through })
  },
  'slot.changed'(draft, { slot }, at) {
    if (draft.slots.get(slot.id) === undefined) return
    draft.slots.set(slot.id, slot)
    const schedule = draft.schedules.get(slot.scheduleId)
    // what could not be submitted was a run too
    const begunAt = slot.firedAt ?? (slot.status === 'unstarted' ? at : undefined)
    if (schedule === undefined || begunAt === undefined || begunAt < (schedule.lastRunAt ?? '')) return
    draft.schedules.set(schedule.id, { ...schedule, lastRunAt: begunAt, lastSlotId: slot.id })
  },
  'slot.forgotten'(draft, { scheduleId, slotIds, forgotten }) {
    for (const id of slotIds) draft.slots.remove(id)
    const schedule = draft.schedules.get(scheduleId)
    if (schedule !== undefined) draft.schedules.set(scheduleId, { ...schedule, forgotten })
  },
}
