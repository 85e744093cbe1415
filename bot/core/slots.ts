// what must follow of slots now: rules looked at one after the other, jobs that have ended

import { toInstant, toMs } from '../../shared/time.ts'
import type { Context } from './commands.ts'
import { decideStopJob } from './decide/stop.ts'
import type { Event } from './events.ts'
import { fire, tellUnseen } from './fire.ts'
import { toJobVerdict } from './job-verdict.ts'
import { without } from './rows.ts'
import type { Outcome } from './schedule-rows.ts'
import { toDueAgain, toSkipped, toWaiting } from './slot-moves.ts'
import { tellPassed } from './slot-notices.ts'
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

// of the slots of one window the last one is run
function waitForQuiet(state: State, { schedule, slot }: Parameters<Rule>[1], { now }: Context): Event[] | undefined {
  if (slot.notBefore === undefined || toMs(slot.notBefore) <= now) return undefined
  const others = [...state.slots.find('waiting', schedule.id)].filter(row => row.why === 'quiet' && row.id !== slot.id)
  // after an edit an older one may come behind
  if (others.some(row => row.slot > slot.slot)) return [toSkipped(slot, 'merged')]
  return [...others.map(row => toSkipped(row, 'merged')), toWaiting(slot, 'quiet')]
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
  if (overlap === 'allow') return undefined
  const [other] = [...state.slots.find('overlap', schedule.id)].filter(row => row.id !== slot.id)
  if (state.slots.countOf('active', schedule.id) === 0) return letPass({ slot, overlap }, other)
  if (overlap === 'skip') return [toSkipped(slot, 'overlap')]
  if (overlap === 'queue') return [other === undefined ? toWaiting(slot, 'overlap') : toSkipped(slot, 'behind')]
  return [
    ...(other === undefined ? [] : [toSkipped(other, 'behind')]),
    ...stopActive(state, schedule, context),
    toWaiting(slot, 'overlap'),
  ]
}

type Newer = { readonly slot: SlotRow; readonly overlap: Exclude<ScheduleRow['policy']['overlap'], 'allow'> }

// the run is over, and whoever waited for it was not let go yet: nobody overtakes
function letPass({ slot, overlap }: Newer, other: SlotRow | undefined): Event[] | undefined {
  if (other === undefined || slot.number < other.number) return undefined
  if (overlap === 'stop-old') return [toSkipped(other, 'behind')]
  return [toDueAgain(other), overlap === 'queue' ? toWaiting(slot, 'overlap') : toSkipped(slot, 'overlap')]
}

function stopActive(state: State, { id, name }: ScheduleRow, context: Context): Event[] {
  const actor = { name, role: 'admin', via: 'schedule' } as const
  return Array.from(state.slots.find('active', id)).flatMap(({ jobId }) => {
    const job = jobId === undefined ? undefined : state.jobs.get(jobId)
    if (job === undefined || job.purged || job.endedAt !== undefined) return []
    return [...decideStopJob(state, { type: 'job.stop', actor, jobId: job.id }, context).events]
  })
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
