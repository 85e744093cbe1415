// the tasks of a submission: made in order, those that are loaded already following whoever loads them
import { ACTIONS } from '../../shared/actions.ts'
import type { Id } from '../../shared/ids.ts'
import { toComparable } from '../../shared/path.ts'
import { toInstant } from '../../shared/time.ts'
import { createLeaders, tellAttached, toFollower } from './attach.ts'
import type { Ask, Context, SubmitJob } from './commands.ts'
import type { Event } from './events.ts'
import { joined } from './indexes.ts'
import { countFree } from './place.ts'
import type { JobRow, State, TaskRow } from './state.ts'

export type Made = {
  readonly tasks: readonly TaskRow[]
  readonly byAsk: ReadonlyMap<Ask, TaskRow>
  readonly followed: readonly Event[]
  /** What is said of loads of other requests that these tasks follow. */
  readonly attached: ReadonlySet<string>
}

/**
 * The tasks of a submission, in the order of its asks; those in `left` are not made. Parents find their leaders before
 * children do, so that a child follows its parent wherever it stands in the request.
 */
export function makeTasks(
  state: State,
  command: SubmitJob,
  world: { readonly job: JobRow; readonly context: Context; readonly left: ReadonlyMap<Ask, TaskRow> },
): Made {
  const createdAt = toInstant(world.context.now)
  const asks = command.asks.filter(ask => !world.left.has(ask))
  const tasks = asks.map(ask => toTaskRow(ask, { ...world, createdAt }))
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
  const rows = tasks.map(task => homed.get(task.id) ?? task)
  const byAsk = new Map(
    asks.map((ask, at) => [ask, rows[at]] as const).flatMap(([ask, row]) => (row ? [[ask, row]] : [])),
  )
  return { tasks: rows, byAsk, followed, attached }
}

function toTaskRow(
  { action, path, options, label }: Ask,
  world: { readonly job: JobRow; readonly context: Context; readonly createdAt: string },
): TaskRow {
  const { now, ids, settings } = world.context
  return {
    id: ids.next(now),
    jobId: world.job.id,
    cluster: world.job.cluster,
    action,
    path,
    ...(label !== undefined && label !== path && { label }),
    key: path === '' ? '' : toComparable(path),
    options,
    verify: ACTIONS[action].verified && (options.verify ?? settings.verify),
    status: 'queued',
    desired: 'run',
    waiting: true,
    attempts: 0,
    refusedBy: [],
    lostAgain: 0,
    passedAgain: 0,
    restarts: 0,
    createdAt: world.createdAt,
    notes: [],
  }
}

/** Loads of others that one answer names. */
const MOST_NAMED_LOADS = 3

/** What an answer says of loads of others that its tasks follow. */
export function toAttachedNotes({ attached }: Made): string[] {
  const named = [...attached].slice(0, MOST_NAMED_LOADS)
  const rest = attached.size - named.length
  return rest === 0 ? named : [...named, `attached: ${rest} more loads that are under way already`]
}

/** What an answer says of how long it may take: nobody is there, or others come first. */
export function toPlaceNotes(state: State, tasks: readonly TaskRow[]): string[] {
  const [first] = tasks
  if (first === undefined || tasks.every(task => task.attachedTo !== undefined)) return []
  const { cluster, action } = first
  const { lane } = ACTIONS[action]
  const connected = [...state.agents.find('cluster', cluster)].some(agent => agent.connected)
  if (!connected) return [`no agent of cluster ${cluster} is connected; the job waits`]
  if (state.agents.countOf('ready', cluster) === 0) return [`no agent of cluster ${cluster} is ready; the job waits`]
  const ahead = state.tasks.countOf('waitingIn', joined(lane, cluster))
  const free = countFree(state, { lane, cluster })
  return free > ahead ? [] : [`place ${ahead - free + 1} in the queue of cluster ${cluster}`]
}
