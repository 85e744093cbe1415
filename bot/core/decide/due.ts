// slots that the clock says are due: written down once, judged by how late they are, and looks at markers
import { DAY, MINUTE, SECOND, toInstant, toMs } from '../../../shared/time.ts'
import type { Command, Context, Decision } from '../commands.ts'
import type { Event } from '../events.ts'
import type { DueSchedule, Firing } from '../schedule-commands.ts'
import { forgetRuns } from '../schedule-retention.ts'
import { toClockId, toDueAgain } from '../slot-moves.ts'
import { tellSlot } from '../slot-notices.ts'
import type { ScheduleRow, SlotRow, State } from '../state.ts'

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
  const fresh = firings.filter(({ slot }) => !wasJudged(state, schedule, { slot, now: context.now }))
  const newest = fresh.at(-1)
  const advanced: Event = { type: 'schedule.advanced', scheduleId: schedule.id, through: last.slot }
  if (newest === undefined) return [advanced]
  const lateMs = context.now - toMs(newest.dueAt)
  const isRun = lateMs <= LATE_MS || mayRunLate(schedule, lateMs)
  const earlier = fresh.slice(0, -1).map(firing => toMissed(firing, isRun ? 'merged' : 'late'))
  const recorded = [...earlier, isRun ? toDue(schedule, newest) : toMissed(newest, 'late')]
  const [first] = recorded
  const rows = toRows(state, schedule, {
    recorded: others && first ? [{ ...first, others }, ...recorded.slice(1)] : recorded,
    now: context.now,
  })
  return [
    advanced,
    ...rows.map(
      slot =>
        (state.slots.get(slot.id) === undefined
          ? { type: 'slot.recorded', slot }
          : { type: 'slot.changed', slot }) as Event,
    ),
    ...tellLate(state, schedule, { rows, isRun, lateMs, context }),
    ...forgetRuns(state, schedule, context),
  ]
}

// a slot that was missed may come by again when the clock was set back; one that was judged otherwise may not. What was
// forgotten was judged, unless it lies so far ahead that the clock must have been wrong
function wasJudged(
  state: State,
  schedule: ScheduleRow,
  { slot, now }: { readonly slot: string; readonly now: number },
): boolean {
  const known = state.slots.get(toClockId(schedule.id, slot))
  if (known !== undefined) return known.status !== 'missed'
  const { forgottenThrough } = schedule
  return forgottenThrough !== undefined && slot <= forgottenThrough && toMs(forgottenThrough) <= now + DAY
}

function mayRunLate({ policy }: ScheduleRow, lateMs: number): boolean {
  const { misfire, misfireWithinSeconds } = policy
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
function toRows(state: State, { id: scheduleId, runs }: ScheduleRow, { recorded, now }: Recording): SlotRow[] {
  let last = runs
  return recorded.map(one => {
    const id = toClockId(scheduleId, one.slot)
    const known = state.slots.get(id)
    if (known === undefined) last += 1
    return { ...one, id, scheduleId, number: known?.number ?? last, kind: 'clock', at: toInstant(now) }
  })
}

type Late = {
  readonly rows: readonly SlotRow[]
  readonly isRun: boolean
  readonly lateMs: number
  readonly context: Context
}

// that a busy second was short is nobody's alarm
function tellLate(state: State, schedule: ScheduleRow, { rows, isRun, lateMs, context }: Late): Event[] {
  const missed = rows.filter(row => context.now - toMs(row.dueAt) > LATE_MS && !(isRun && row.status !== 'missed'))
  const count = missed.length + (rows[0]?.others?.count ?? 0)
  const last = rows.at(-1)
  if (last === undefined) return []
  if (isRun && lateMs > LATE_MS)
    return tellSlot(state, { schedule, slot: last, trouble: 'late', count: count + 1 }, context)
  const slot = missed.at(-1)
  return slot === undefined ? [] : tellSlot(state, { schedule, slot, trouble: 'missed', count }, context)
}

/** What a look at a marker means: it is there, it stands still, it has changed, or it is not there. */
export function decideLooked(state: State, { slotId, look }: Ask<'slot.looked'>, { now }: Context): Decision {
  const slot = state.slots.get(slotId)
  const awaited = slot?.awaited
  if (slot?.status !== 'waiting' || slot.why !== 'marker' || awaited === undefined) return { events: [], answer: {} }
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
