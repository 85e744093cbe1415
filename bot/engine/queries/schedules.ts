// schedules and their runs as everyone sees them, found by id, number or name
import { AppError, shown } from '../../../shared/errors.ts'
import type { Run, RunStatus, Schedule } from '../../../shared/schedule.ts'
import { toInstant, toMs } from '../../../shared/time.ts'
import { chooseCluster } from '../../core/decide/permit.ts'
import { courseOf, type ScheduleRow, type Settings, type SlotRow, type State, type Timing } from '../../core/state.ts'
import type { Calendar } from '../calendar.ts'
import { toAbsence } from './queue-notes.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const NUMBER = /^#?(\d{1,15})$/
const MOST_NAMED = 5

/**
 * A schedule by its UUID, its number or its name. Views may name one by figures or a UUID: `#12` is the number always, and a
 * bare `12` that is the number of one and the name of another is neither. Throws SCHEDULE_NOT_FOUND, or CONFLICT for what
 * several are called.
 */
export function findSchedule(state: State, ref: string): ScheduleRow {
  const identified = UUID.test(ref) ? state.schedules.get(ref.toLowerCase()) : undefined
  if (identified !== undefined) return identified
  const [, digits] = NUMBER.exec(ref) ?? []
  const [numbered] = digits === undefined ? [] : [...state.schedules.find('number', String(Number(digits)))]
  const named = [...state.schedules.find('name', ref)]
  const isMeant = ref.startsWith('#') || named.every(row => row === numbered)
  if (numbered !== undefined && isMeant) return numbered
  if (numbered !== undefined) throw toDoubtful(ref, numbered, named)
  const [first, second] = named
  if (second === undefined) return demand(first, ref)
  const numbers = named.map(({ number }) => number).sort((a, b) => a - b)
  const told = numbers.length > MOST_NAMED ? `${numbers.slice(0, MOST_NAMED).join(', ')}, …` : numbers.join(', ')
  throw new AppError(
    'CONFLICT',
    `${named.length} schedules have the name ${shown(ref)}; say which by number: ${told}.`,
    {
      details: { numbers },
    },
  )
}

function toDoubtful(ref: string, numbered: ScheduleRow, named: readonly ScheduleRow[]): AppError {
  const others = named.filter(row => row !== numbered).map(({ number }) => number)
  const told = `${shown(ref)} is the number of one schedule and the name of another; say #${numbered.number} or #${others[0]}.`
  return new AppError('CONFLICT', told, { details: { numbers: [numbered.number, ...others] } })
}

function demand(row: ScheduleRow | undefined, ref: string): ScheduleRow {
  if (row !== undefined) return row
  const sentence = `There is no schedule ${shown(ref)}; expected the UUID, the number or the name of a schedule.`
  throw new AppError('SCHEDULE_NOT_FOUND', sentence)
}

// a timing is a value: its words hold for good, its next slot until that has come
const spoken = new WeakMap<Timing, Schedule['words']>()
const upcoming = new WeakMap<Timing, { readonly from: number; readonly at: number | undefined }>()

type Seen = {
  readonly state: State
  readonly calendar: Calendar
  readonly settings: Settings
  readonly now: number
}

/** A schedule with its words, its next slot and its last run. */
export function toSchedule({ state, calendar, settings, now }: Seen, row: ScheduleRow): Schedule {
  const { id, number, name, description, owner, via, paused, createdAt, updatedAt } = row
  const { timing, policy, work } = row
  const { runs, lastRunAt, lastSlotId } = courseOf(state, row)
  const last = lastSlotId === undefined ? undefined : state.slots.get(lastSlotId)
  const next = paused ? undefined : toNext(calendar, timing, now)
  const absence = work.kind === 'unreadable' ? undefined : toAbsenceOf(work.cluster, state, settings)
  return {
    ...{ id, number, name, owner, via },
    ...(description !== undefined && { description }),
    ...timing,
    words: toWords(calendar, timing),
    ...policy,
    ...toDeed(work),
    ...{ paused, runs },
    ...(next !== undefined && { nextAt: toInstant(next) }),
    ...(lastRunAt !== undefined && { lastRunAt }),
    ...(last !== undefined && { lastRun: toRun(last, state) }),
    ...(absence !== undefined && { notes: [absence] }),
    ...{ createdAt, updatedAt },
  }
}

// a name that was mistyped shows here, and not at two in the night
function toAbsenceOf(named: string | undefined, state: State, settings: Settings): string | undefined {
  try {
    return toAbsence(state, chooseCluster(state, named, { settings }))
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    // there is no such cluster any more: its slots say so
    return undefined
  }
}

function toDeed(
  work: ScheduleRow['work'],
): Pick<Schedule, 'action' | 'paths' | 'options' | 'cluster' | 'statement' | 'problem'> {
  const { kind, ...said } = work
  return kind === 'ask' && 'paths' in said ? { ...said, paths: [...said.paths] } : (said as { statement: string })
}

function toWords(calendar: Calendar, timing: Timing): Schedule['words'] {
  const words = spoken.get(timing) ?? calendar.describe(timing)
  spoken.set(timing, words)
  return words
}

function toNext(calendar: Calendar, timing: Timing, now: number): number | undefined {
  const known = upcoming.get(timing)
  if (known !== undefined && known.from <= now && (known.at === undefined || now < known.at)) return known.at
  const at = calendar.next(timing, now)
  upcoming.set(timing, { from: now, at })
  return at
}

/** A slot with what became of it; while its job is there, as that one stands. */
export function toRun(slot: SlotRow, state: State): Run {
  const { id, scheduleId, number, kind, at, dueAt, firedAt, jobId, jobNumber, outcome } = slot
  const { why, message, by, others, readyBy, told } = slot
  const endedAt = outcome?.endedAt
  const seconds = firedAt === undefined || endedAt === undefined ? undefined : (toMs(endedAt) - toMs(firedAt)) / 1_000
  return {
    ...{ id, schedule: scheduleId, number, kind, slot: slot.slot, dueAt, at, status: toStatus(slot, state) },
    ...(why !== undefined && { why }),
    ...(message !== undefined && { message }),
    ...(by !== undefined && { by }),
    ...(others !== undefined && { others }),
    ...(jobId !== undefined && jobNumber !== undefined && { job: { id: jobId, number: jobNumber } }),
    ...(firedAt !== undefined && { firedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(seconds !== undefined && { seconds: Math.max(0, seconds) }),
    ...(readyBy !== undefined && { readyBy }),
    ...(told === 'over' && { notReady: true }),
    ...(outcome?.verdict !== undefined && { verdict: outcome.verdict }),
    ...(outcome?.before !== undefined && { before: outcome.before }),
    ...(outcome?.after !== undefined && { after: outcome.after }),
  }
}

function toStatus({ status, outcome, jobId }: SlotRow, state: State): RunStatus {
  if (status === 'due') return 'waiting'
  if (status !== 'fired') return status
  if (outcome !== undefined) return outcome.status
  return (jobId === undefined ? undefined : state.jobs.get(jobId)?.status) ?? 'running'
}

/** The slots of a schedule, newest first. */
export function slotsOf(state: State, scheduleId: string): SlotRow[] {
  return [...state.slots.find('schedule', scheduleId)].sort((a, b) => b.number - a.number)
}
