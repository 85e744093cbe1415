// runs that people ask for: now, and slots of the past one after the other
import { AppError, shown } from '../../../shared/errors.ts'
import { toInstant } from '../../../shared/time.ts'
import type { Command, Context, Decision } from '../commands.ts'
import type { Event } from '../events.ts'
import { fire } from '../fire.ts'
import type { Firing } from '../schedule-commands.ts'
import { forgetRuns } from '../schedule-retention.ts'
import { toClockId } from '../slot-moves.ts'
import { courseOf, type ScheduleRow, type SlotRow, type State } from '../state.ts'
import { demandKeeper, getSchedule } from './schedules.ts'

type Ask<Type extends Command['type']> = Extract<Command, { type: Type }>

/** Backfill slots of one schedule that wait for their turn at most. */
const MOST_WAITING = 1_000

/** Runs it at once, whatever its rules say; a pause too. What cannot be submitted is refused and not written down. */
export function decideRun(
  state: State,
  { actor, scheduleId, version, firing }: Ask<'schedule.run'>,
  context: Context,
): Decision {
  const schedule = getSchedule(state, scheduleId)
  demandKeeper(actor, schedule, 'run it')
  demandSame(schedule, version)
  const slot: SlotRow = {
    ...toAsked(schedule, firing, { kind: 'manual', number: courseOf(state, schedule).runs + 1, context }),
    by: actor.name,
  }
  const fired = fire(state, { schedule, slot, by: actor }, context)
  const problem = fired.events.flatMap(event => (event.type === 'slot.changed' ? (event.slot.message ?? []) : []))[0]
  if (problem !== undefined) throw new AppError('INVALID_INPUT', `${problem.replace(/\.$/, '')}.`)
  const events: Event[] = [{ type: 'slot.recorded', slot }, ...fired.events, ...forgetRuns(state, schedule, context)]
  const { jobId } = fired
  return { events, answer: { scheduleId, slotIds: [slot.id], ...(jobId !== undefined && { jobId }) } }
}

const OPEN: readonly SlotRow['status'][] = ['due', 'waiting', 'fired']

/** Writes slots of the past down, oldest first; each is run when the one before it has ended. */
export function decideBackfill(state: State, command: Ask<'schedule.backfill'>, context: Context): Decision {
  const { actor, scheduleId, version, firings, only } = command
  const schedule = getSchedule(state, scheduleId)
  demandKeeper(actor, schedule, 'run it')
  demandSame(schedule, version)
  const wanted = only === 'all' ? firings : firings.filter(({ slot }) => !isSettled(state, schedule, slot))
  if (wanted.length === 0) {
    const found = `there are ${firings.length} slots, and all of them went well or are under way`
    throw new AppError('INVALID_INPUT', `from and to must have a slot without a good run between them, but ${found}.`)
  }
  const waiting = state.slots.countOf('turn', scheduleId)
  if (waiting + wanted.length > MOST_WAITING)
    throw new AppError(
      'CONFLICT',
      `At most ${MOST_WAITING} slots of a schedule may wait for their turn, ${waiting} do, and these are ${wanted.length} more.`,
    )
  const { runs } = courseOf(state, schedule)
  const slots = wanted.map((firing, at): SlotRow => {
    const asked = toAsked(schedule, firing, { kind: 'backfill', number: runs + 1 + at, context })
    return { ...asked, status: 'waiting', why: 'turn', by: actor.name }
  })
  const events = slots.map((slot): Event => ({ type: 'slot.recorded', slot }))
  events.push(...forgetRuns(state, schedule, context))
  return { events, answer: { scheduleId, slotIds: slots.map(({ id }) => id) } }
}

// the paths of a firing are those of what the schedule was: what it does now must not be done to them
function demandSame({ name, version }: ScheduleRow, computedFor: number | undefined): void {
  if (computedFor === undefined || computedFor === version) return
  throw new AppError('CONFLICT', `Schedule ${shown(name)} was changed at the same moment; ask again.`)
}

// it went well, or it is under way: asked for twice, it is run once
function isSettled(state: State, schedule: ScheduleRow, slot: string): boolean {
  const isGood = (row: SlotRow): boolean =>
    row.slot === slot && (row.outcome === undefined ? OPEN.includes(row.status) : row.outcome.status === 'succeeded')
  const known = state.slots.get(toClockId(schedule.id, slot))
  if (known !== undefined && isGood(known)) return true
  for (const row of state.slots.find('schedule', schedule.id)) if (isGood(row)) return true
  return false
}

type Asked = { readonly kind: 'manual' | 'backfill'; readonly number: number; readonly context: Context }

function toAsked(schedule: ScheduleRow, firing: Firing, { kind, number, context }: Asked): SlotRow {
  const { now, ids } = context
  const { slot, plan } = firing
  const at = toInstant(now)
  const id = `${schedule.id} ${kind} ${ids.next(now)}`
  return { id, scheduleId: schedule.id, number, kind, slot, dueAt: at, at, status: 'due', plan }
}
