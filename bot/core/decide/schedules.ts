// schedules made, replaced, paused and removed
import { AppError, shown } from '../../../shared/errors.ts'
import type { Actor } from '../../../shared/job.ts'
import { toInstant } from '../../../shared/time.ts'
import type { Command, Context, Decision } from '../commands.ts'
import type { Event } from '../events.ts'
import { toDueAgain, toSkipped } from '../slot-moves.ts'
import { countersOf, type ScheduleRow, type SlotRow, type State } from '../state.ts'
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
  const { actor, scheduleId } = command
  const before = scheduleId === undefined ? undefined : getSchedule(state, scheduleId)
  if (before === undefined) demandOperator(actor, 'make a schedule')
  else {
    demandKeeper(actor, before, 'change it')
    demandPlanned(state, before, command)
  }
  if (before === undefined && state.schedules.size >= MOST_SCHEDULES)
    throw new AppError('CONFLICT', `There may be at most ${MOST_SCHEDULES} schedules, and there are as many.`)
  const schedule = before === undefined ? toNew(state, command, context) : toReplaced(before, command, context)
  if (command.distinct === true) demandDistinct(state, schedule)
  const events: Event[] = [
    { type: 'schedule.changed', schedule, by: actor.name },
    ...(command.replanned ?? []).flatMap(({ slotId, firing }) => replan(state.slots.get(slotId), schedule, firing)),
    ...(schedule.paused ? skipWaiting(state, schedule.id) : []),
  ]
  return { events, answer: { scheduleId: schedule.id } }
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
      name: name ?? `定时-${number}`,
      owner: actor.name,
      role: actor.role,
      via: actor.via,
    },
    ...(actor.chat !== undefined && { home: toHome(actor.chat) }),
    ...{ paused, runs: 0, through: at, version: 1, createdAt: at, updatedAt: at },
  }
}

function toHome({ place, staffId, nick }: NonNullable<Actor['chat']>): NonNullable<ScheduleRow['home']> {
  return { place, staffId, nick }
}

// whoever changes it as somebody else leaves it to its owner
function toReplaced(before: ScheduleRow, { actor, draft }: Ask<'schedule.put'>, { now }: Context): ScheduleRow {
  const { name = before.name, paused = before.paused, ...rest } = draft
  const { description: _, document: __, ...kept } = before
  const at = toInstant(now)
  const isSameTime = toSlotKey(draft.timing) === toSlotKey(before.timing)
  return {
    ...kept,
    ...rest,
    ...{ name, paused, role: actor.name === before.owner ? actor.role : before.role },
    // slots of the new times that are past were never promised; nor are those of a pause that is over
    through: isSameTime && before.paused === paused ? before.through : at,
    ...{ version: before.version + 1, updatedAt: at },
  }
}

// what was read from disk may have its parts in another order
function toSlotKey({ cron, zone, startAt, endAt, jitterSeconds, quietHours: quiet }: ScheduleRow['timing']): string {
  return JSON.stringify([cron, zone, startAt, endAt, jitterSeconds, quiet?.from, quiet?.to, quiet?.mode])
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

// what waits is what it is to do now, not what it was
function replan(slot: SlotRow | undefined, schedule: ScheduleRow, firing: Replanned['firing']): Event[] {
  if (slot?.status !== 'waiting') return []
  const { waitFor } = schedule.policy
  const { awaited, ...rest } = { ...slot, plan: firing.plan }
  if (awaited === undefined) return [{ type: 'slot.changed', slot: rest }]
  if (waitFor === undefined || firing.marker === undefined)
    return [slot.why === 'marker' ? toDueAgain(rest) : { type: 'slot.changed', slot: rest }]
  const { everySeconds, otherwise, stableMinutes } = waitFor
  const { path, deadlineAt, seen } = awaited
  const changed = {
    ...{ path: firing.marker, deadlineAt, everySeconds, otherwise },
    ...(stableMinutes !== undefined && { stableMinutes }),
    // what was seen of another path says nothing of this one
    ...(seen !== undefined && path === firing.marker && { seen }),
  }
  return [{ type: 'slot.changed', slot: { ...rest, awaited: changed } }]
}

// a slot that began to wait after these were planned still has the paths of what the schedule was
function demandPlanned(state: State, before: ScheduleRow, { draft, replanned }: Ask<'schedule.put'>): void {
  if (replanned === undefined || JSON.stringify(draft.work) === JSON.stringify(before.work)) return
  const planned = new Set(replanned.map(({ slotId }) => slotId))
  if ([...state.slots.find('waiting', before.id)].every(({ id }) => planned.has(id))) return
  throw new AppError('CONFLICT', `A run of schedule ${shown(before.name)} began to wait at the same moment; ask again.`)
}

type Replanned = NonNullable<Ask<'schedule.put'>['replanned']>[number]

/** Removes a schedule with all that was written down of its slots; jobs at work go on. */
export function decideRemoveSchedule(state: State, { actor, scheduleId }: Ask<'schedule.remove'>): Decision {
  demandKeeper(actor, getSchedule(state, scheduleId), 'remove it')
  return { events: [{ type: 'schedule.removed', scheduleId, by: actor.name }], answer: { scheduleId } }
}

/** Pauses or resumes all of them, or none. What waits of a paused one is skipped; slots of a pause are nobody's. */
export function decidePause(
  state: State,
  { actor, scheduleIds, paused }: Ask<'schedule.pause'>,
  { now }: Context,
): Decision {
  const schedules = scheduleIds.map(id => getSchedule(state, id))
  for (const schedule of schedules) demandKeeper(actor, schedule, paused ? 'pause it' : 'resume it')
  const at = toInstant(now)
  const changed = [...new Set(schedules)].filter(schedule => schedule.paused !== paused)
  const events = changed.flatMap((schedule): Event[] => {
    const version = schedule.version + 1
    const row = { ...schedule, paused, version, updatedAt: at, through: paused ? schedule.through : at }
    return [
      { type: 'schedule.changed', schedule: row, by: actor.name },
      ...(paused ? skipWaiting(state, schedule.id) : []),
    ]
  })
  const [first] = scheduleIds
  return { events, answer: first === undefined ? {} : { scheduleId: first } }
}

function skipWaiting(state: State, scheduleId: string): Event[] {
  return Array.from(state.slots.find('waiting', scheduleId), slot => toSkipped(slot, 'paused'))
}
