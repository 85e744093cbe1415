// slots that the clock says are due: written down once, judged by how late they are, and looks at markers
import { toNamespacePath } from '../../../shared/path.ts'
import { MINUTE, SECOND, toInstant, toMs } from '../../../shared/time.ts'
import type { Command, Context, Decision } from '../commands.ts'
import type { Event } from '../events.ts'
import type { DueSchedule, Firing } from '../schedule-commands.ts'
import { forgetRuns, wasForgotten } from '../schedule-retention.ts'
import { toClockId, toDueAgain } from '../slot-moves.ts'
import { tellSlot } from '../slot-notices.ts'
import { courseOf, type ScheduleRow, type SlotRow, type State } from '../state.ts'

type Ask<Type extends Command['type']> = Extract<Command, { type: Type }>

/** A slot that is looked at later than this was missed. */
export const LATE_MS = MINUTE

/** Writes down what is due. What was computed for a schedule that has changed since, or is paused, is void. */
export function decideDue(state: State, { due }: Ask<'schedule.due'>, context: Context): Decision {
  const events = due.flatMap(item => {
    const schedule = state.schedules.get(item.scheduleId)
    const isMeant = schedule !== undefined && !schedule.paused && schedule.version === item.version
    return isMeant ? take(state, schedule, { ...item, context }) : []
  })
  return { events, answer: {} }
}

type Taking = DueSchedule & { readonly context: Context }

function take(state: State, schedule: ScheduleRow, { firings, others, context }: Taking): Event[] {
  const last = firings.at(-1)
  if (last === undefined) return []
  const fresh = firings.filter(({ slot }) => !wasJudged(state, schedule, slot))
  const newest = fresh.at(-1)
  const advanced: Event = { type: 'schedule.advanced', scheduleId: schedule.id, through: last.slot }
  if (newest === undefined) return [advanced]
  const { now } = context
  const lateMs = now - toMs(newest.dueAt)
  const isRun = mayRun(schedule, lateMs)
  // the newest stands for those that would have been run without it
  const earlier = fresh.slice(0, -1).map(firing => {
    const wouldRun = isRun && mayRun(schedule, now - toMs(firing.dueAt))
    return toMissed(firing, wouldRun ? 'merged' : 'late')
  })
  const missed = earlier.filter(({ dueAt }) => now - toMs(dueAt) > LATE_MS).length + (others?.count ?? 0)
  const judged = isRun ? toDue(schedule, newest) : toMissed(newest, 'late')
  const isPassed = lateMs > LATE_MS
  // whether it is run, late as it is, its other rules decide: then it is told
  const isOpen = isPassed && judged.status === 'due'
  const recorded = [...earlier, isOpen ? { ...judged, late: missed + 1 } : judged]
  const [first] = recorded
  const named = others && first ? [{ ...first, others }, ...recorded.slice(1)] : recorded
  const rows = toRows(state, schedule, { recorded: named, now })
  const count = isPassed ? missed + 1 : missed
  const about = rows.at(isPassed ? -1 : -2) ?? rows.at(-1)
  const isTold = about !== undefined && count > 0 && !isOpen
  const events = rows.map(slot => toRecorded(state, slot))
  const newRow = events.at(-1)
  // a new slot says how far its schedule is accounted for
  const isSaid = newRow?.type === 'slot.recorded' && last.slot === newest.slot
  return [
    ...events,
    ...(isSaid ? [] : [advanced]),
    ...(isTold ? tellSlot({ schedule, slot: about, trouble: 'missed', count }, context) : []),
    ...forgetRuns(state, schedule, context),
  ]
}

function toRecorded(state: State, slot: SlotRow): Extract<Event, { type: 'slot.recorded' | 'slot.changed' }> {
  return { type: state.slots.get(slot.id) === undefined ? 'slot.recorded' : 'slot.changed', slot }
}

// a slot that was missed may come by again when the clock was set back; one that was judged otherwise may not
function wasJudged(state: State, schedule: ScheduleRow, slot: string): boolean {
  const known = state.slots.get(toClockId(schedule.id, slot))
  return known === undefined ? wasForgotten(courseOf(state, schedule), slot) : known.status !== 'missed'
}

function mayRun({ policy }: ScheduleRow, lateMs: number): boolean {
  const { misfire, misfireWithinSeconds } = policy
  if (lateMs <= LATE_MS) return true
  return misfire === 'run-once' && (misfireWithinSeconds === undefined || lateMs <= misfireWithinSeconds * SECOND)
}

type Recorded = Pick<Firing, 'slot' | 'dueAt'> & Partial<SlotRow> & Pick<SlotRow, 'status'>

function toMissed({ slot, dueAt }: Firing, why: 'late' | 'merged'): Recorded {
  return { slot, dueAt, status: 'missed', why }
}

/** With all that its rules will look at; quiet hours that skip are over with it at once. */
function toDue({ policy: { waitFor } }: ScheduleRow, firing: Firing): Recorded {
  const { slot, dueAt, plan, quiet, marker, readyBy } = firing
  if (quiet?.mode === 'skip') return { slot, dueAt, status: 'skipped', why: 'quiet' }
  const { withinMinutes = 0, everySeconds = 60, stableMinutes, otherwise = 'skip' } = waitFor ?? {}
  const awaited = {
    ...{ path: marker ?? '', everySeconds, otherwise },
    deadlineAt: toInstant(toMs(quiet?.until ?? dueAt) + withinMinutes * MINUTE),
    ...(stableMinutes !== undefined && { stableMinutes }),
  }
  return {
    ...{ slot, dueAt, status: 'due', plan },
    ...(quiet !== undefined && { notBefore: quiet.until }),
    ...(waitFor !== undefined && marker !== undefined && { awaited }),
    ...(readyBy !== undefined && { readyBy, checkAt: dueAt }),
  }
}

type Recording = { readonly recorded: readonly Recorded[]; readonly now: number }

// one that was missed and comes by again keeps its number
function toRows(state: State, schedule: ScheduleRow, { recorded, now }: Recording): SlotRow[] {
  const { id: scheduleId } = schedule
  let last = courseOf(state, schedule).runs
  return recorded.map(one => {
    const id = toClockId(scheduleId, one.slot)
    const known = state.slots.get(id)
    if (known === undefined) last += 1
    return { ...one, id, scheduleId, number: known?.number ?? last, kind: 'clock', at: toInstant(now) }
  })
}

/** What a look at a marker means: it is there, it stands still, it has changed, or it is not there. */
export function decideLooked(state: State, { slotId, path, look }: Ask<'slot.looked'>, { now }: Context): Decision {
  const slot = state.slots.get(slotId)
  const awaited = slot?.awaited
  if (slot?.status !== 'waiting' || slot.why !== 'marker' || awaited === undefined) return { events: [], answer: {} }
  // it was edited while somebody looked
  if (path !== undefined && path !== toNamespacePath(awaited.path)) return { events: [], answer: {} }
  const { seen, stableMinutes } = awaited
  if (look === undefined) {
    const { seen: _, ...rest } = awaited
    return {
      events: seen === undefined ? [] : [{ type: 'slot.changed', slot: { ...slot, awaited: rest } }],
      answer: {},
    }
  }
  const isSame = seen !== undefined && seen.bytes === look.bytes && seen.files === look.files
  const since = isSame ? toMs(seen.since) : now
  if (stableMinutes === undefined || now - since >= stableMinutes * MINUTE) {
    const { awaited: _, ...rest } = slot
    return { events: [toDueAgain(rest)], answer: {} }
  }
  if (isSame) return { events: [], answer: {} }
  const changed = { ...awaited, seen: { bytes: look.bytes, files: look.files, since: toInstant(now) } }
  return { events: [{ type: 'slot.changed', slot: { ...slot, awaited: changed } }], answer: {} }
}
