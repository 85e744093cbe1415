// schedules made, replaced, paused and removed
import { AppError, shown } from '../../../shared/errors.ts'
import type { Actor } from '../../../shared/job.ts'
import { type Instant, toInstant } from '../../../shared/time.ts'
import type { Command, Context, Decision } from '../commands.ts'
import type { Event } from '../events.ts'
import { replan } from '../replan.ts'
import { toSkipped } from '../slot-moves.ts'
import { countersOf, type ScheduleRow, type State } from '../state.ts'
import { findMade, toKeyId } from './idempotency.ts'
import { demandOperator, mayChange } from './permit.ts'

type Ask<Type extends Command['type']> = Extract<Command, { type: Type }>

const MOST_SCHEDULES = 50_000

/** The schedule of that id, or SCHEDULE_NOT_FOUND. */
export function getSchedule(state: State, scheduleId: string): ScheduleRow {
  const schedule = state.schedules.get(scheduleId)
  if (schedule === undefined) throw new AppError('SCHEDULE_NOT_FOUND', `There is no schedule ${shown(scheduleId)}.`)
  return schedule
}

/** Refuses who may not change this schedule, or run it. */
export function demandKeeper(actor: Actor, schedule: ScheduleRow, deed: string): void {
  demandOperator(actor, deed)
  if (mayChange(actor, schedule.owner)) return
  const whose = `Schedule ${shown(schedule.name)} belongs to ${schedule.owner}`
  throw new AppError('FORBIDDEN', `${whose}; only they or an admin may ${deed}.`)
}

/** Makes a schedule, or replaces what one is: what was written down of it stays, and what waits is planned anew. */
export function decidePutSchedule(state: State, command: Ask<'schedule.put'>, context: Context): Decision {
  const { actor, scheduleId, draft } = command
  const before = scheduleId === undefined ? undefined : getSchedule(state, scheduleId)
  if (before === undefined) demandOperator(actor, 'make a schedule')
  else {
    demandKeeper(actor, before, 'change it')
    demandPlanned(state, before, command)
  }
  const made = before === undefined ? findMade(state, command) : undefined
  if (made !== undefined) return { events: [], answer: { scheduleId: made.id, repeated: true } }
  if (before === undefined && state.schedules.size >= MOST_SCHEDULES)
    throw new AppError('CONFLICT', `There may be at most ${MOST_SCHEDULES} schedules, and there are as many.`)
  const schedule = before === undefined ? toNew(state, command, context) : toReplaced(before, command, context)
  if (command.distinct === true) demandDistinct(state, schedule)
  const events: Event[] = [
    { type: 'schedule.changed', schedule, ...goesOn(before, schedule), by: actor.name },
    ...(before === undefined ? toKeyed(command, schedule) : []),
    ...(schedule.paused && (draft.paused === true || before?.paused !== true)
      ? skipWaiting(state, schedule.id)
      : replanWaiting(state, { before, schedule, command }, context)),
  ]
  return { events, answer: { scheduleId: schedule.id } }
}

function toKeyed(command: Ask<'schedule.put'>, { id: scheduleId }: ScheduleRow): Event[] {
  const id = toKeyId(command)
  if (id === undefined || command.idempotency === undefined) return []
  return [{ type: 'schedule.keyed', key: { id, scheduleId, fingerprint: command.idempotency.fingerprint } }]
}

function toNew(state: State, { actor, draft }: Ask<'schedule.put'>, { now, ids }: Context): ScheduleRow {
  const { name, paused = false, ...rest } = draft
  const number = countersOf(state).nextSchedule
  const at = toInstant(now)
  return {
    ...rest,
    ...{
      id: ids.next(now),
      number,
      name: name ?? toMadeName(state, `定时-${number}`),
      owner: actor.name,
      role: actor.role,
      via: actor.via,
    },
    ...(actor.chat !== undefined && { home: toHome(actor.chat) }),
    ...{ paused, version: 1, createdAt: at, updatedAt: at },
  }
}

// somebody may have called theirs so
function toMadeName(state: State, made: string): string {
  let name = made
  for (let again = 2; state.schedules.countOf('name', name) > 0; again += 1) name = `${made}-${again}`
  return name
}

function toHome({ place, staffId, nick }: NonNullable<Actor['chat']>): NonNullable<ScheduleRow['home']> {
  return { place, staffId, nick }
}

// whoever changes it as somebody else leaves it to its owner
function toReplaced(before: ScheduleRow, { actor, draft }: Ask<'schedule.put'>, { now }: Context): ScheduleRow {
  const { name = before.name, paused = before.paused, ...rest } = draft
  const { description: _, document: __, ...kept } = before
  const at = toInstant(now)
  return {
    ...kept,
    ...rest,
    ...{ name, paused, role: actor.name === before.owner ? actor.role : before.role },
    ...{ version: before.version + 1, updatedAt: at },
  }
}

// slots of new times that are past were never promised; nor are those of a pause that is over
function goesOn(before: ScheduleRow | undefined, { timing, paused, updatedAt }: ScheduleRow): { through?: Instant } {
  const isSame = before?.paused === paused && toSlotKey(timing) === toSlotKey(before.timing)
  // an end that was passed already had left the slots since out; another one that is to come gives none of the past back
  const hadEnded = before?.timing.endAt !== undefined && before.timing.endAt <= updatedAt
  return isSame && (!hadEnded || timing.endAt === before?.timing.endAt) ? {} : { through: updatedAt }
}

// quiet hours and jitter move no slot: one that its jitter delays at this moment is still to come
function toSlotKey({ cron, zone, startAt }: ScheduleRow['timing']): string {
  return JSON.stringify([cron, zone, startAt])
}

function demandDistinct(state: State, { id, name }: ScheduleRow): void {
  const others = [...state.schedules.find('name', name)].filter(one => one.id !== id)
  const [other] = others
  if (other === undefined) return
  throw new AppError(
    'CONFLICT',
    `name must be one that no schedule has, got ${shown(name)}, which is schedule ${other.number}.`,
  )
}

type Replacing = {
  readonly before: ScheduleRow | undefined
  readonly schedule: ScheduleRow
  readonly command: Ask<'schedule.put'>
}

// what waits is what it is to do now, under the rules of now
function replanWaiting(state: State, { before, schedule, command }: Replacing, context: Context): Event[] {
  if (before === undefined) return []
  const { replanned = [] } = command
  return replanned.flatMap(({ slotId, firing }) =>
    replan(state.slots.get(slotId), { before, schedule, firing }, context),
  )
}

// a slot that began to wait after these were planned still has the paths and the rules of what the schedule was
function demandPlanned(state: State, before: ScheduleRow, { draft, replanned }: Ask<'schedule.put'>): void {
  const isSame = ([a, b]: readonly [unknown, unknown]): boolean => JSON.stringify(a) === JSON.stringify(b)
  const parts = (['work', 'timing', 'policy'] as const).map(part => [draft[part], before[part]] as const)
  if (replanned === undefined || parts.every(isSame)) return
  const planned = new Set(replanned.map(({ slotId }) => slotId))
  if ([...state.slots.find('waiting', before.id)].every(({ id }) => planned.has(id))) return
  throw new AppError('CONFLICT', `A run of schedule ${shown(before.name)} began to wait at the same moment; ask again.`)
}

/** Removes a schedule with all that was written down of its slots; jobs at work go on. */
export function decideRemoveSchedule(state: State, { actor, scheduleId }: Ask<'schedule.remove'>): Decision {
  demandKeeper(actor, getSchedule(state, scheduleId), 'remove it')
  return { events: [{ type: 'schedule.removed', scheduleId, by: actor.name }], answer: { scheduleId } }
}

/**
 * Pauses or resumes all of them, or none. What waits of those to be paused is skipped, a backfill of one that was paused
 * before too; slots of a pause are nobody's.
 */
export function decidePause(
  state: State,
  { actor, scheduleIds, paused }: Ask<'schedule.pause'>,
  { now }: Context,
): Decision {
  const schedules = scheduleIds.map(id => getSchedule(state, id))
  for (const schedule of schedules) demandKeeper(actor, schedule, paused ? 'pause it' : 'resume it')
  const at = toInstant(now)
  const events = [...new Set(schedules)].flatMap((schedule): Event[] => {
    const waiting = paused ? skipWaiting(state, schedule.id) : []
    if (schedule.paused === paused) return waiting
    const row = { ...schedule, paused, version: schedule.version + 1, updatedAt: at }
    return [{ type: 'schedule.changed', schedule: row, ...(!paused && { through: at }), by: actor.name }, ...waiting]
  })
  const [first] = scheduleIds
  return { events, answer: first === undefined ? {} : { scheduleId: first } }
}

function skipWaiting(state: State, scheduleId: string): Event[] {
  return Array.from(state.slots.find('waiting', scheduleId), slot => toSkipped(slot, 'paused'))
}
