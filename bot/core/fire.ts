// a slot becomes a job: what its schedule does, with the macros filled in for that instant
import { AppError } from '../../shared/errors.ts'
import type { Actor } from '../../shared/job.ts'
import { toInstant } from '../../shared/time.ts'
import type { Ask, Context, SubmitJob } from './commands.ts'
import { chooseCluster } from './decide/permit.ts'
import { decideSubmit } from './decide/submit.ts'
import type { Event } from './events.ts'
import { without } from './rows.ts'
import { tellSlot } from './slot-notices.ts'
import { courseOf, type Plan, type Scheduled, type ScheduleRow, type SlotRow, type State } from './state.ts'

/** Paths that `*` stands for at most. */
const MOST_WARMED_PATHS = 10_000

type Firing = {
  readonly schedule: ScheduleRow
  readonly slot: SlotRow
  /** Who asked for it, when that was not the clock. */
  readonly by?: Actor
}

export type Fired = { readonly events: readonly Event[]; readonly jobId?: string }

/** The job of a slot and the slot that has it, in one; what cannot be submitted is written down with the reason. */
export function fire(state: State, firing: Firing, context: Context): Fired {
  const { schedule, slot } = firing
  try {
    const command = toCommand(state, firing, context)
    const { events, answer } = decideSubmit(state, command, context)
    const created = events.find(event => event.type === 'job.created')
    if (answer.jobId === undefined || created === undefined) throw new Error(`slot ${slot.id} made no job of its own`)
    const fired: SlotRow = {
      ...without(slot, 'plan', 'notBefore', 'awaited', 'why'),
      ...{ status: 'fired', firedAt: toInstant(context.now), jobId: answer.jobId, jobNumber: created.job.number },
    }
    const away = tellAway(state, { schedule, slot: fired, cluster: created.job.cluster }, context)
    const late =
      slot.late === undefined ? [] : tellSlot({ schedule, slot: fired, trouble: 'late', count: slot.late }, context)
    return { events: [...events, { type: 'slot.changed', slot: fired }, ...late, ...away], jobId: answer.jobId }
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    const rest = without(slot, 'plan', 'notBefore', 'awaited', 'checkAt', 'why')
    const failed: SlotRow = { ...rest, status: 'unstarted', message: thrown.message }
    return {
      events: [{ type: 'slot.changed', slot: failed }, ...tellFailed(state, { schedule, slot: failed }, context)],
    }
  }
}

// what went wrong at the slot before was told then: a schedule of every few seconds must not drown all else
function tellFailed(state: State, { schedule, slot }: Firing, context: Context): Event[] {
  const { message = '' } = slot
  const { lastSlotId } = courseOf(state, schedule)
  const before = lastSlotId === undefined ? undefined : state.slots.get(lastSlotId)
  if (before?.status === 'unstarted' && before.message === message) return []
  return tellSlot({ schedule, slot, trouble: 'unstarted', message }, context)
}

function toCommand(state: State, { schedule, slot, by }: Firing, context: Context): SubmitJob {
  const { id, name, owner, role, work, policy, home, view } = schedule
  const plan = toPlan(slot.plan)
  const scheduled: Scheduled = {
    ...{ id, name, slotId: slot.id, slot: slot.slot, run: slot.number, kind: slot.kind, notify: policy.notify },
    ...(home !== undefined && { home }),
  }
  const cluster = work.kind === 'unreadable' ? undefined : work.cluster
  return {
    type: 'job.submit',
    actor: { ...(by === undefined ? { name: owner, role } : { name: by.name, role: by.role }), via: 'schedule' },
    asks: toAsks(state, schedule, { plan, context }),
    name: plan.name,
    ...(cluster !== undefined && { cluster }),
    view,
    scheduled,
  }
}

function toPlan(plan: Plan | undefined): Extract<Plan, { name: string }> {
  if (plan === undefined) throw new Error('a slot without a plan was fired')
  if ('problem' in plan) throw new AppError('INVALID_INPUT', plan.problem)
  return plan
}

type Planned = { readonly plan: Extract<Plan, { name: string }>; readonly context: Context }

function toAsks(state: State, { work }: ScheduleRow, { plan, context }: Planned): Ask[] {
  if (work.kind === 'unreadable') throw new AppError('INVALID_INPUT', work.problem)
  if (work.kind === 'warmed') return toWarmed(state, chooseCluster(state, work.cluster, context))
  const { action, options } = work
  // what has no paths is one task of none
  return (plan.paths.length === 0 ? [''] : plan.paths).map(path => ({ action, path, options }))
}

// every path that was ever loaded whole, as its object store has it now
function toWarmed(state: State, cluster: string): Ask[] {
  const asks: Ask[] = []
  for (const row of state.warmed.rows()) {
    if (row.cluster !== cluster) continue
    if (asks.length >= MOST_WARMED_PATHS) break
    asks.push({ action: 'load', path: row.path, options: { refresh: true } })
  }
  if (asks.length > 0) return asks
  throw new AppError(
    'INVALID_INPUT',
    `* stands for every path that was loaded in cluster ${cluster}, and there is none yet.`,
  )
}

type Away = { readonly schedule: ScheduleRow; readonly slot: SlotRow; readonly cluster: string }

function tellAway(state: State, { schedule, slot, cluster }: Away, context: Context): Event[] {
  const isThere = [...state.agents.find('cluster', cluster)].some(agent => agent.connected)
  // of the run that waits already it was told
  const isTold = state.slots.countOf('active', schedule.id) > 0
  return isThere || isTold ? [] : tellSlot({ schedule, slot, trouble: 'no-agent', cluster }, context)
}

/** That nobody is there to look at the marker that a slot waits for. */
export function tellUnseen(state: State, { schedule, slot }: Firing, context: Context): Event[] {
  const { work } = schedule
  if (work.kind === 'unreadable') return []
  try {
    return tellAway(state, { schedule, slot, cluster: chooseCluster(state, work.cluster, context) }, context)
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    // there is no such cluster: that is told when it is fired
    return []
  }
}
