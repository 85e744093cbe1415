// what can have happened to schedules and their slots
import type { Id } from '../../shared/ids.ts'
import type { Instant } from '../../shared/time.ts'
import type { ScheduleKeyRow } from './kept-rows.ts'
import type { ScheduleRow, SlotRow, Stretch } from './schedule-rows.ts'

export type ScheduleEvent =
  /** Made, replaced, paused or resumed: the row as it is now. `through`: slots of the clock until then are accounted for. */
  | {
      readonly type: 'schedule.changed'
      readonly schedule: ScheduleRow
      readonly through?: Instant
      readonly by: string
    }
  | { readonly type: 'schedule.keyed'; readonly key: ScheduleKeyRow }
  | { readonly type: 'schedule.removed'; readonly scheduleId: Id; readonly by: string }
  /** Slots of the clock until then are accounted for. */
  | { readonly type: 'schedule.advanced'; readonly scheduleId: Id; readonly through: Instant }
  /** A slot is written down, with the next number of its schedule; one of the clock says until when it is accounted for. */
  | { readonly type: 'slot.recorded'; readonly slot: SlotRow }
  /** It was fired, skipped, looked at, or its job ended: the row as it is now. */
  | { readonly type: 'slot.changed'; readonly slot: SlotRow }
  /** Old ones; `forgotten`: all that were judged so far, and are not run again. */
  | {
      readonly type: 'slot.forgotten'
      readonly scheduleId: Id
      readonly slotIds: readonly string[]
      readonly forgotten: readonly Stretch[]
    }

/** Whether an event tells only of schedules and slots: jobs that come of them tell of themselves. */
export function isScheduleEvent({ type }: { readonly type: string }): boolean {
  return type.startsWith('schedule.') || type.startsWith('slot.')
}
