// how many runs of a schedule are kept
import type { Context } from './commands.ts'
import type { Event } from './events.ts'
import { type CourseRow, courseOf, type ScheduleRow, type SlotRow, type State, type Stretch } from './state.ts'

const MOST_KEPT = 500
const LEAST_KEPT = 20
/** Of one schedule at once: more goes with the next slot. */
const MOST_FORGOTTEN = 50

/** The oldest runs beyond those that are kept: 500 of each schedule, fewer when there are many schedules. */
export function forgetRuns(state: State, schedule: ScheduleRow, { settings }: Context): Event[] {
  const { id } = schedule
  const share = Math.floor(settings.keepJobs / Math.max(1, state.schedules.size))
  const kept = Math.max(LEAST_KEPT, Math.min(MOST_KEPT, share))
  const surplus = Math.min(MOST_FORGOTTEN, state.slots.countOf('over', id) - kept)
  if (surplus <= 0) return []
  const rows = [...state.slots.find('over', id)].sort((a, b) => a.number - b.number).slice(0, surplus)
  const forgotten = rows
    .filter(({ kind }) => kind === 'clock')
    .reduce(withForgotten, courseOf(state, schedule).forgotten ?? [])
  return [{ type: 'slot.forgotten', scheduleId: id, slotIds: rows.map(row => row.id), forgotten }]
}

/** Stretches that are told apart; of more the two oldest become one. */
const MOST_STRETCHES = 16

// what nobody ran may still be run when the clock is set back to before it, and so ends a stretch
function withForgotten(stretches: readonly Stretch[], { slot, status }: SlotRow): readonly Stretch[] {
  const last = stretches.at(-1)
  const before = stretches.slice(0, -1)
  if (status === 'missed')
    return last === undefined ? stretches : [...before, { from: last.from, through: last.through }]
  if (last?.open && slot >= last.through) return [...before, { ...last, through: slot }]
  return squeeze([...stretches, { from: slot, through: slot, open: true }])
}

function squeeze(stretches: readonly Stretch[]): readonly Stretch[] {
  const [first, second, ...rest] = stretches
  if (stretches.length <= MOST_STRETCHES || first === undefined || second === undefined) return stretches
  const from = first.from < second.from ? first.from : second.from
  const through = first.through > second.through ? first.through : second.through
  return [{ from, through }, ...rest]
}

/** Whether a slot of the clock was judged and forgotten since. */
export function wasForgotten({ forgotten = [] }: Pick<CourseRow, 'forgotten'>, slot: string): boolean {
  return forgotten.some(({ from, through }) => from <= slot && slot <= through)
}
