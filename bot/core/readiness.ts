// whether what a schedule loads will be warm in time: told ahead when the estimate says no, and when the time is over
import { ACTIONS } from '../../shared/actions.ts'
import { SECOND, toInstant, toMs } from '../../shared/time.ts'
import type { Context } from './commands.ts'
import type { Event } from './events.ts'
import { toJobProgress } from './rollup.ts'
import { without } from './rows.ts'
import { tellSlot } from './slot-notices.ts'
import { findDue } from './slot-waits.ts'
import type { ScheduleRow, SlotRow, State } from './state.ts'

/** Runs that the usual duration is the median of. */
const MOST_SAMPLES = 20
/** A job of more tasks tells no estimate. */
const MOST_SUMMED = 1_000

/** Slots whose readiness is to be looked at now, and those whose load told how far it is. */
export function watchReadiness(state: State, context: Context): Event[] {
  const instant = toInstant(context.now)
  const due = findDue(state, 'check', instant).filter(({ checkAt = '' }) => checkAt <= instant)
  const moved = [...state.allocations.changes()].flatMap(([, row]) =>
    row === undefined || state.slots.countOf('job', row.jobId) === 0 ? [] : [...state.slots.find('job', row.jobId)],
  )
  const open = [...new Set([...due, ...moved])].filter(slot => slot.checkAt !== undefined)
  return open.flatMap(slot => look(state, slot, context))
}

function look(state: State, slot: SlotRow, context: Context): Event[] {
  const schedule = state.schedules.get(slot.scheduleId)
  const { readyBy, checkAt } = slot
  if (schedule === undefined || readyBy === undefined || checkAt === undefined)
    return [change(without(slot, 'checkAt'))]
  const { now } = context
  if (toMs(readyBy) <= now) {
    const told = { ...without(slot, 'checkAt'), told: 'over' } as const
    return [change(told), ...tellSlot({ schedule, slot: told, trouble: 'over' }, context)]
  }
  const usualMs = toUsual(state, schedule)
  const expected = toExpected(state, slot, { now, usualMs })
  if (expected !== undefined && expected > toMs(readyBy) && slot.told === undefined) {
    const told = { ...slot, told: 'ahead', checkAt: readyBy } as const
    const facts = { schedule, slot: told, trouble: 'ahead', expectedAt: toInstant(expected) } as const
    return [change(told), ...tellSlot(facts, context)]
  }
  const next = toNextLook(slot, { now, usualMs })
  return next === checkAt ? [] : [change({ ...slot, checkAt: next })]
}

function change(slot: SlotRow): Event {
  return { type: 'slot.changed', slot }
}

// what has not begun has to begin so long before; what is at work tells by itself how it gets on
function toNextLook({ status, readyBy = '', told }: SlotRow, { now, usualMs }: Known): string {
  const latest = status === 'waiting' && usualMs !== undefined && told === undefined ? toMs(readyBy) - usualMs : 0
  // a moment after it: at that instant it would just be ready
  return latest + SECOND > now ? toInstant(latest + SECOND) : readyBy
}

type Known = { readonly now: number; readonly usualMs: number | undefined }

/** When its data will be warm, in ms since the epoch; undefined when nobody can tell. */
function toExpected(state: State, slot: SlotRow, { now, usualMs }: Known): number | undefined {
  if (slot.outcome !== undefined) return undefined
  const etaSeconds = slot.jobId === undefined ? undefined : toEta(state, slot.jobId)
  if (etaSeconds !== undefined) return now + etaSeconds * SECOND
  if (usualMs === undefined) return undefined
  return Math.max(now, (slot.firedAt === undefined ? now : toMs(slot.firedAt)) + usualMs)
}

function toEta(state: State, jobId: string): number | undefined {
  if ((state.jobs.get(jobId)?.counts.total ?? 0) > MOST_SUMMED) return undefined
  const parts = Array.from(state.tasks.find('job', jobId), task => ({
    task,
    allocation: task.allocationId === undefined ? undefined : state.allocations.get(task.allocationId),
  }))
  const loads = parts.filter(({ task }) => ACTIONS[task.action].verified)
  return toJobProgress(loads)?.etaSeconds
}

/** How long its good runs take from firing to end: their median, in ms. */
export function toUsual(state: State, { id }: Pick<ScheduleRow, 'id'>): number | undefined {
  const spans: number[] = []
  for (const { outcome, firedAt } of state.slots.find('over', id)) {
    if (outcome?.status === 'succeeded' && firedAt !== undefined) spans.push(toMs(outcome.endedAt) - toMs(firedAt))
  }
  const newest = spans.slice(-MOST_SAMPLES).sort((a, b) => a - b)
  return newest[Math.floor(newest.length / 2)]
}
