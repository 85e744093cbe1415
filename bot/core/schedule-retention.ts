// how many runs of a schedule are kept
import type { Context } from './commands.ts'
import type { Event } from './events.ts'
import type { ScheduleRow, State } from './state.ts'

const MOST_KEPT = 500
const LEAST_KEPT = 20
/** Of one schedule at once: more goes with the next slot. */
const MOST_FORGOTTEN = 50

/** The oldest runs beyond those that are kept: 500 of each schedule, fewer when there are many schedules. */
export function forgetRuns(state: State, { id }: ScheduleRow, { settings }: Context): Event[] {
  const share = Math.floor(settings.keepJobs / Math.max(1, state.schedules.size))
  const kept = Math.max(LEAST_KEPT, Math.min(MOST_KEPT, share))
  const surplus = Math.min(MOST_FORGOTTEN, state.slots.countOf('over', id) - kept)
  if (surplus <= 0) return []
  const rows = [...state.slots.find('over', id)].sort((a, b) => a.number - b.number).slice(0, surplus)
  // what nobody ran may still be run when the clock is set back to before it
  const judged = rows.filter(row => row.kind === 'clock' && row.status !== 'missed').map(row => row.slot)
  const through = judged.reduce<string | undefined>(
    (last, slot) => (last === undefined || slot > last ? slot : last),
    undefined,
  )
  return [
    {
      type: 'slot.forgotten',
      scheduleId: id,
      slotIds: rows.map(row => row.id),
      ...(through !== undefined && { through }),
    },
  ]
}
