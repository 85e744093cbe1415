// what the clock's timer and the watch over markers may say and read of the state
import type { Instant } from '../../shared/time.ts'
import type { Published } from '../core/events.ts'
import type { ScheduleCommand } from '../core/schedule-commands.ts'
import { courseOf, type ScheduleRow, type SlotRow, type State } from '../core/state.ts'
import type { Bus } from './bus.ts'
import type { Engine } from './engine.ts'

export type { DueSchedule, Look } from '../core/schedule-commands.ts'
export type { ScheduleRow, SlotRow }

type Say<Type extends ScheduleCommand['type']> = Extract<ScheduleCommand, { type: Type }>

export type ScheduleDesk = {
  /** All that are not paused. */
  active(): Iterable<ScheduleRow>
  schedule(id: string): ScheduleRow | undefined
  /** Slots of the clock until then are accounted for. */
  through(schedule: ScheduleRow): Instant
  /** Slots that wait for their marker. */
  awaiting(): Iterable<SlotRow>
  /** Resolves when all of it is on disk. */
  due(due: Say<'schedule.due'>['due']): Promise<void>
  /** Void for slots that wait for another path by now. */
  looked(slotId: string, path: string, look?: Say<'slot.looked'>['look']): Promise<void>
  /** Hears of schedules that changed or are gone, and whether slots began or ceased to wait for markers. */
  onNews(listener: (news: ScheduleNews) => void): () => void
}

export type ScheduleNews = { readonly schedules: readonly string[]; readonly markers: boolean }

type Deps = { readonly state: State; readonly engine: Engine; readonly frames: Bus<Published> }

/** The desk over one engine. What is said rejects when the state cannot be saved, or the daemon is stopping. */
export function createScheduleDesk({ state, engine, frames }: Deps): ScheduleDesk {
  return {
    *active() {
      for (const row of state.schedules.rows()) if (!row.paused) yield row
    },
    schedule: id => state.schedules.get(id),
    through: schedule => courseOf(state, schedule).through,
    awaiting: () => [...state.slots.find('marker', 'all')],
    async due(due) {
      await engine.dispatch({ type: 'schedule.due', due })
    },
    async looked(slotId, path, look) {
      await engine.dispatch({ type: 'slot.looked', slotId, path, ...(look !== undefined && { look }) })
    },
    onNews: listener =>
      frames.subscribe(({ events }) => {
        const schedules = events.flatMap(event => {
          if (event.type === 'schedule.changed') return [event.schedule.id]
          return event.type === 'schedule.removed' ? [event.scheduleId] : []
        })
        const markers = events.some(
          event =>
            (event.type === 'slot.recorded' || event.type === 'slot.changed') && event.slot.awaited !== undefined,
        )
        if (schedules.length > 0 || markers) listener({ schedules, markers })
      }),
  }
}
