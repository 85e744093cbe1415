// a submission: a new job, or more tasks for an open one of the same name
import { ACTIONS } from '../../../shared/actions.ts'
import { AppError, shown } from '../../../shared/errors.ts'
import type { Id } from '../../../shared/ids.ts'
import { NO_COUNTS } from '../../../shared/job.ts'
import { toComparable } from '../../../shared/path.ts'
import { toInstant } from '../../../shared/time.ts'
import { createLeaders, tellAttached, toFollower } from '../attach.ts'
import type { Context, Decision, SubmitJob } from '../commands.ts'
import type { Event } from '../events.ts'
import { joined } from '../indexes.ts'
import { countFree } from '../place.ts'
import { countersOf, type JobRow, type State, type TaskRow } from '../state.ts'
import { chooseCluster, demandOperator, mayChange } from './permit.ts'

/** Takes an ask in. The same `Idempotency-Key` of the same user answers with the job that it made the first time. */
export function decideSubmit(state: State, command: SubmitJob, context: Context): Decision {
  if (ACTIONS[command.action].effect !== 'read') demandOperator(command.actor, `submit ${command.action}`)
  const before = findEarlier(state, command)
  if (before !== undefined) return before
  checkRequest(command)
  const cluster = chooseCluster(state, command.cluster, context)
  const open = findOpen(state, command, cluster)
  const job = open ?? toJobRow(state, command, { cluster, context })
  const made = makeTasks(state, command, { job, context })
  const taskIds = made.tasks.map(task => task.id)
  const events: Event[] = [
    ...(open === undefined ? [{ type: 'job.created' as const, job }] : []),
    ...made.tasks.map(task => ({ type: 'task.created' as const, task })),
    ...made.followed,
    ...toKeyUsed(command, job.id, taskIds),
  ]
  return {
    events,
    answer: { jobId: job.id, taskIds, notes: [...toAttachedNotes(made), ...toNotes(state, command, made.tasks)] },
  }
}

function toKeyId(command: SubmitJob): string | undefined {
  return command.idempotency === undefined ? undefined : `${command.actor.name}\u0000${command.idempotency.key}`
}

function findEarlier(state: State, command: SubmitJob): Decision | undefined {
  const id = toKeyId(command)
  const used = id === undefined ? undefined : state.keys.get(id)
  if (used === undefined) return undefined
  if (used.fingerprint === command.idempotency?.fingerprint) {
    return { events: [], answer: { jobId: used.jobId, taskIds: used.taskIds, repeated: true } }
  }
  throw new AppError(
    'CONFLICT',
    `Idempotency-Key ${shown(command.idempotency?.key)} was used before for a different request.`,
  )
}

function toKeyUsed(command: SubmitJob, jobId: Id, taskIds: readonly Id[]): Event[] {
  const id = toKeyId(command)
  if (id === undefined || command.idempotency === undefined) return []
  return [{ type: 'key.used', key: { id, jobId, taskIds, fingerprint: command.idempotency.fingerprint } }]
}

function checkRequest({ action, paths, options }: SubmitJob): void {
  const wanted = ACTIONS[action].paths
  if (wanted === 'none' && paths.length > 0)
    throw new AppError('INVALID_INPUT', `${action} takes no paths, got ${paths.length}.`)
  if (wanted !== 'none' && paths.length === 0)
    throw new AppError('INVALID_INPUT', `${action} needs at least one path, got none.`)
  if (options.dryRun === true && !ACTIONS[action].verified) {
    throw new AppError('INVALID_INPUT', `dryRun is for load and forceload, got ${action}.`)
  }
}

// the newest one that takes more tasks and that the actor may change; others of that name are none of their business
function findOpen(state: State, { name, actor }: SubmitJob, cluster: string): JobRow | undefined {
  if (name === undefined) return undefined
  const open = [...state.jobs.find('openName', joined(cluster, name))].filter(job => mayChange(actor, job.requester))
  return open.sort((a, b) => b.number - a.number)[0]
}

function toJobRow(
  state: State,
  command: SubmitJob,
  world: { readonly cluster: string; readonly context: Context },
): JobRow {
  const { now, ids } = world.context
  const id = ids.next(now)
  return {
    id,
    number: countersOf(state).nextNumber,
    // the end of an id is its random part
    name: command.name ?? `gfs-${id.slice(-8)}`,
    named: command.name !== undefined,
    cluster: world.cluster,
    action: command.action,
    requester: command.actor.name,
    via: command.actor.via,
    desired: 'run',
    status: 'queued',
    counts: NO_COUNTS,
    waiting: { work: 0, read: 0 },
    live: 0,
    createdAt: toInstant(now),
    notes: [],
  }
}

type Made = {
  readonly tasks: readonly TaskRow[]
  readonly followed: readonly Event[]
  /** What is said of loads of other requests that these tasks follow. */
  readonly attached: ReadonlySet<string>
}

// in the order of the paths; but parents find their leaders before children do, so that a child follows its parent
// wherever it stands in the request
function makeTasks(state: State, command: SubmitJob, world: { readonly job: JobRow; readonly context: Context }): Made {
  const paths = ACTIONS[command.action].paths === 'none' ? [''] : command.paths
  const createdAt = toInstant(world.context.now)
  const tasks = paths.map(path => toTaskRow(command, path, { ...world, createdAt }))
  const leaders = createLeaders(state)
  const homed = new Map<Id, TaskRow>()
  const followed: Event[] = []
  const attached = new Set<string>()
  for (const task of tasks.toSorted((a, b) => a.key.length - b.key.length)) {
    const leader = leaders.find(task)
    if (leader === undefined) {
      leaders.add(task)
      continue
    }
    const note = tellAttached(leader, (state.jobs.get(leader.jobId) ?? world.job).number)
    followed.push(...leaders.name(task, leader))
    homed.set(task.id, toFollower(task, leader, note))
    if (state.tasks.get(leader.id) !== undefined) attached.add(note)
  }
  return { tasks: tasks.map(task => homed.get(task.id) ?? task), followed, attached }
}

function toTaskRow(
  command: SubmitJob,
  path: string,
  world: { readonly job: JobRow; readonly context: Context; readonly createdAt: string },
): TaskRow {
  const { now, ids, settings } = world.context
  const { action, options } = command
  return {
    ...{ id: ids.next(now), jobId: world.job.id, cluster: world.job.cluster, action, path },
    key: path === '' ? '' : toComparable(path),
    options,
    verify: ACTIONS[action].verified && (options.verify ?? settings.verify),
    ...{ status: 'queued', desired: 'run', waiting: true, attempts: 0, lostAgain: 0, passedAgain: 0, refusedBy: [] },
    createdAt: world.createdAt,
    notes: [],
  }
}

/** Loads of others that one answer names. */
const MOST_NAMED_LOADS = 3

function toAttachedNotes({ attached }: Made): string[] {
  const named = [...attached].slice(0, MOST_NAMED_LOADS)
  const rest = attached.size - named.length
  return rest === 0 ? named : [...named, `attached: ${rest} more loads that are under way already`]
}

function toNotes(state: State, { action }: SubmitJob, tasks: readonly TaskRow[]): string[] {
  const [first] = tasks
  if (first === undefined || tasks.every(task => task.attachedTo !== undefined)) return []
  const { cluster } = first
  const { lane } = ACTIONS[action]
  const connected = [...state.agents.find('cluster', cluster)].some(agent => agent.connected)
  if (!connected) return [`no agent of cluster ${cluster} is connected; the job waits`]
  if (state.agents.countOf('ready', cluster) === 0) return [`no agent of cluster ${cluster} is ready; the job waits`]
  const ahead = state.tasks.countOf('waitingIn', joined(lane, cluster))
  const free = countFree(state, { lane, cluster })
  return free > ahead ? [] : [`place ${ahead - free + 1} in the queue of cluster ${cluster}`]
}
