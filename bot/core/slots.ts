// what must follow of slots now: rules looked at one after the other, waits that are over, jobs that have ended

import { MINUTE, SECOND, toInstant, toMs } from '../../shared/time.ts'
import type { Context } from './commands.ts'
import { decideStopJob } from './decide/stop.ts'
import type { Event } from './events.ts'
import { fire, tellUnseen } from './fire.ts'
import { least } from './indexes.ts'
import { toJobVerdict } from './job-verdict.ts'
import { without } from './rows.ts'
import type { Awaited, Outcome } from './schedule-rows.ts'
import { toDueAgain, toSkipped, toWaiting } from './slot-moves.ts'
import { tellSlot } from './slot-notices.ts'
import type { ScheduleRow, SlotRow, State } from './state.ts'

/** The first slot that is due: the next one is looked at when this one has its job, so that each sees those before it. */
export function settleSlots(state: State, context: Context): readonly Event[] {
  if (state.slots.countOf('due', 'all') === 0) return []
  for (const slot of state.slots.find('due', 'all')) return settle(state, slot, context)
  return []
}

type Rule = (
  state: State,
  of: { readonly schedule: ScheduleRow; readonly slot: SlotRow },
  context: Context,
) => readonly Event[] | undefined

// the first that has something to say decides
const RULES: readonly Rule[] = [waitForQuiet, waitForMarker, waitForTurn, waitForOthers]

function settle(state: State, slot: SlotRow, context: Context): readonly Event[] {
  const schedule = state.schedules.get(slot.scheduleId)
  if (schedule === undefined) return [toSkipped(slot, 'removed')]
  for (const rule of RULES) {
    const events = rule(state, { schedule, slot }, context)
    if (events === undefined) continue
    const isSkipped = events.some(
      event => event.type === 'slot.changed' && event.slot.id === slot.id && event.slot.status === 'skipped',
    )
    return isSkipped ? [...events, ...tellPassed({ schedule, slot }, context)] : events
  }
  return fire(state, { schedule, slot }, context).events
}

// nobody was there at its time, and now it is not run either
function tellPassed(of: Parameters<Rule>[1], context: Context): Event[] {
  return of.slot.late === undefined ? [] : tellSlot({ ...of, trouble: 'missed', count: of.slot.late }, context)
}

// of the slots of one window the last one is run
function waitForQuiet(state: State, { schedule, slot }: Parameters<Rule>[1], { now }: Context): Event[] | undefined {
  if (slot.notBefore === undefined || toMs(slot.notBefore) <= now) return undefined
  const older = [...state.slots.find('waiting', schedule.id)].filter(row => row.why === 'quiet' && row.id !== slot.id)
  return [...older.map(row => toSkipped(row, 'merged')), toWaiting(slot, 'quiet')]
}

function waitForMarker(state: State, of: Parameters<Rule>[1], context: Context): Event[] | undefined {
  if (of.slot.awaited === undefined) return undefined
  return [toWaiting(of.slot, 'marker'), ...tellUnseen(state, of, context)]
}

function waitForTurn(state: State, { schedule, slot }: Parameters<Rule>[1]): Event[] | undefined {
  if (slot.kind !== 'backfill') return undefined
  return state.slots.countOf('active', schedule.id) === 0 ? undefined : [toWaiting(slot, 'turn')]
}

function waitForOthers(
  state: State,
  { schedule, slot }: Parameters<Rule>[1],
  context: Context,
): readonly Event[] | undefined {
  const { overlap } = schedule.policy
  if (overlap === 'allow' || state.slots.countOf('active', schedule.id) === 0) return undefined
  const [other] = [...state.slots.find('overlap', schedule.id)].filter(row => row.id !== slot.id)
  if (overlap === 'skip') return [toSkipped(slot, 'overlap')]
  if (overlap === 'queue') return [other === undefined ? toWaiting(slot, 'overlap') : toSkipped(slot, 'behind')]
  return [
    ...(other === undefined ? [] : [toSkipped(other, 'behind')]),
    ...stopActive(state, schedule, context),
    toWaiting(slot, 'overlap'),
  ]
}

function stopActive(state: State, { id, name }: ScheduleRow, context: Context): Event[] {
  const actor = { name, role: 'admin', via: 'schedule' } as const
  return Array.from(state.slots.find('active', id)).flatMap(({ jobId }) => {
    const job = jobId === undefined ? undefined : state.jobs.get(jobId)
    if (job === undefined || job.purged || job.endedAt !== undefined) return []
    return [...decideStopJob(state, { type: 'job.stop', actor, jobId: job.id }, context).events]
  })
}

/** Of one frame: of thousands whose quiet hours end together, others get a word in between. */
const MOST_WOKEN = 200

/** Quiet hours that are over, and markers that did not come in time; what is left of them is due at once. */
export function wakeSlots(state: State, context: Context): Event[] {
  const instant = toInstant(context.now)
  const most = MOST_WOKEN - state.slots.changes().size
  if (most <= 0) return []
  const quiet = findDue(state, 'quiet', instant).filter(({ notBefore = '' }) => notBefore <= instant)
  const late = findDue(state, 'deadline', instant).filter(({ awaited }) => (awaited?.deadlineAt ?? '') <= instant)
  return [
    ...quiet.map(slot => [toDueAgain(without(slot, 'notBefore'))]),
    ...late.map(slot => giveUp(state, slot, context)),
  ]
    .slice(0, most)
    .flat()
}

function giveUp(state: State, slot: SlotRow, context: Context): Event[] {
  const { awaited, ...rest } = slot
  const schedule = state.schedules.get(slot.scheduleId)
  if (schedule === undefined || awaited === undefined) return [toSkipped(slot, 'removed')]
  if (context.now - toMs(awaited.deadlineAt) > ABSENT_MS) return [lookAgain(slot, awaited, context)]
  const isRun = awaited.otherwise === 'load'
  const told = { schedule, slot, trouble: isRun ? 'unmarked' : 'marker', path: awaited.path } as const
  return [isRun ? toDueAgain(rest) : toSkipped(slot, 'marker'), ...tellSlot(told, context)]
}

/** A deadline that is noticed later than this passed while nobody was there to look. */
const ABSENT_MS = 10 * SECOND
const LAST_LOOKS_MS = 5 * MINUTE

// the marker may have come meanwhile: before that is denied it is looked at
function lookAgain(slot: SlotRow, awaited: Awaited, { now }: Context): Event {
  const deadlineAt = toInstant(now + LAST_LOOKS_MS + (awaited.stableMinutes ?? 0) * MINUTE)
  return { type: 'slot.changed', slot: { ...slot, awaited: { ...awaited, deadlineAt } } }
}

/** Slots that waited for an earlier run, or for their turn, and need not any more. */
export function releaseSlots(state: State): Event[] {
  const released = new Map<string, SlotRow>()
  for (const index of ['overlap', 'turn'] as const) {
    for (const scheduleId of state.slots.keys(index)) {
      // one at a time: the next looks again when this one is at work
      if (released.has(scheduleId) || state.slots.countOf('active', scheduleId) > 0) continue
      const first = firstOf(state.slots.find(index, scheduleId))
      if (first !== undefined) released.set(scheduleId, first)
    }
  }
  return [...released.values()].map(toDueAgain)
}

function firstOf(slots: Iterable<SlotRow>): SlotRow | undefined {
  let first: SlotRow | undefined
  for (const slot of slots) if (first === undefined || slot.number < first.number) first = slot
  return first
}

/** Slots whose jobs ended, or went on again: what the history keeps of them. */
export function followRuns(state: State, { now }: Context): Event[] {
  return [...state.jobs.changes()].flatMap(([jobId, job]) => {
    if (state.slots.countOf('job', jobId) === 0) return []
    return Array.from(state.slots.find('job', jobId)).flatMap((slot): Event[] => {
      if (job === undefined || job.purged) {
        const outcome: Outcome = { status: 'stopped', endedAt: toInstant(now) }
        return slot.outcome === undefined ? [{ type: 'slot.changed', slot: { ...slot, outcome } }] : []
      }
      if (job.endedAt === undefined)
        return slot.outcome === undefined ? [] : [{ type: 'slot.changed', slot: without(slot, 'outcome') }]
      if (slot.outcome?.endedAt === job.endedAt) return []
      const verdict = toJobVerdict([...state.tasks.find('job', jobId)])
      const outcome: Outcome = {
        ...{ status: job.status, endedAt: job.endedAt },
        ...(verdict !== undefined && { verdict: { kind: verdict.kind, ok: verdict.ok } }),
        ...(verdict?.before !== undefined && { before: verdict.before }),
        ...(verdict?.after !== undefined && { after: verdict.after }),
      }
      const row = { ...slot, outcome }
      return [{ type: 'slot.changed', slot: job.status === 'succeeded' ? without(row, 'checkAt') : row }]
    })
  })
}

/** When the next slot is due to be looked at, in ms since the epoch. */
export function nextSlotDue(state: State): number | undefined {
  const firsts = (['quiet', 'deadline', 'check'] as const).flatMap(index => least(state.slots.keys(index)) ?? [])
  // a key is the second; the wait ends at its end at the latest
  return firsts.length === 0 ? undefined : Math.min(...firsts.map(second => toMs(`${second}.999Z`)))
}

/** Slots under keys up to this instant's second. */
export function findDue(state: State, index: 'quiet' | 'deadline' | 'check', instant: string): SlotRow[] {
  const seconds = [...state.slots.keys(index)].filter(second => second <= instant.slice(0, 19))
  return seconds.flatMap(second => [...state.slots.find(index, second)])
}
