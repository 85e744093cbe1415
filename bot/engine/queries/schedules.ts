// schedules and their runs as everyone sees them, found by id, number or name
import { AppError, shown } from '../../../shared/errors.ts'
import type { Run, RunStatus, Schedule } from '../../../shared/schedule.ts'
import { toInstant, toMs } from '../../../shared/time.ts'
import { courseOf, type ScheduleRow, type SlotRow, type State, type Timing } from '../../core/state.ts'
import type { Calendar } from '../calendar.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const NUMBER = /^#?(\d{1,15})$/
const MOST_NAMED = 5

/**
 * A schedule by its UUID, its number or its name: a name that looks like a number means a schedule of that number first, so
 * that nobody can name one in such a way that it is taken for another. Throws SCHEDULE_NOT_FOUND, or CONFLICT for a name that
 * several have.
 */
export function findSchedule(state: State, ref: string): ScheduleRow {
  if (UUID.test(ref)) return demand(state.schedules.get(ref.toLowerCase()), ref)
  const [, digits] = NUMBER.exec(ref) ?? []
  const [numbered] = digits === undefined ? [] : [...state.schedules.find('number', String(Number(digits)))]
  if (numbered !== undefined) return numbered
  const named = [...state.schedules.find('name', ref)]
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

function demand(row: ScheduleRow | undefined, ref: string): ScheduleRow {
  if (row !== undefined) return row
  const sentence = `There is no schedule ${shown(ref)}; expected the UUID, the number or the name of a schedule.`
  throw new AppError('SCHEDULE_NOT_FOUND', sentence)
}

// a timing is a value: its words hold for good, its next slot until that has come
const spoken = new WeakMap<Timing, Schedule['words']>()
const upcoming = new WeakMap<Timing, { readonly from: number; readonly at: number | undefined }>()

type Seen = { readonly state: State; readonly calendar: Calendar; readonly now: number }

/** A schedule with its words, its next slot and its last run. */
export function toSchedule({ state, calendar, now }: Seen, row: ScheduleRow): Schedule {
  const { id, number, name, description, owner, via, paused, createdAt, updatedAt } = row
  const { timing, policy, work } = row
  const { runs, lastRunAt, lastSlotId } = courseOf(state, row)
  const last = lastSlotId === undefined ? undefined : state.slots.get(lastSlotId)
  const next = paused ? undefined : toNext(calendar, timing, now)
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
    ...{ createdAt, updatedAt },
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
  const { why, message, by, others, readyBy } = slot
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
