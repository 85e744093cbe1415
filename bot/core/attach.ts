// a path that is already being loaded is followed, not loaded twice
import { isEnded } from '../../shared/allocation.ts'
import type { Id } from '../../shared/ids.ts'
import { parentsOf } from '../../shared/path.ts'
import type { Event } from './events.ts'
import { isFollowable, isRefreshing, type Load, toLoadKey } from './leader-key.ts'
import type { State, TaskRow } from './state.ts'

export type Leaders = {
  /**
   * The open load that `load` can follow: of the same path or a parent of it, with the same action, cluster and number
   * of copies, refreshing when `load` wants to refresh, measured when `load` is to be measured.
   */
  find(load: Load): TaskRow | undefined
  /** From now on this one can be followed too, though the state does not know it yet. */
  add(task: TaskRow): void
}

/** Loads that can be followed: those of the state (but not `without`, which are about to end), and those added. */
export function createLeaders(state: State, without: ReadonlySet<Id> = new Set()): Leaders {
  const added = new Map<string, TaskRow[]>()
  const findAt = (load: Load, path: string): TaskRow | undefined => {
    const key = toLoadKey(load, path)
    const known = state.tasks.countOf('leaders', key) === 0 ? [] : state.tasks.find('leaders', key)
    for (const task of known) if (!without.has(task.id) && canStandIn(task, load)) return task
    return added.get(key)?.find(task => canStandIn(task, load))
  }
  return {
    find(load) {
      if (!isFollowable(load)) return undefined
      for (const path of [load.key, ...parentsOf(load.key)]) {
        const leader = findAt(load, path)
        if (leader !== undefined) return leader
      }
      return undefined
    },
    add(task) {
      if (!isFollowable(task)) return
      const key = toLoadKey(task, task.key)
      added.set(key, [...(added.get(key) ?? []), task])
    },
  }
}

function canStandIn(leader: Load, load: Load): boolean {
  return (isRefreshing(leader) || !isRefreshing(load)) && (leader.verify || !load.verify)
}

/** The same task as a follower of `leader`: it has no allocation and mirrors what its leader does. */
export function toFollower(task: TaskRow, leader: TaskRow): TaskRow {
  const running = leader.status === 'running'
  return {
    ...task,
    attachedTo: leader.id,
    waiting: false,
    status: running ? 'running' : 'queued',
    ...(running && { startedAt: task.createdAt }),
  }
}

/** Tells the agent of a leader that is already placed; of the same path the leader's own findings serve. */
export function toFollowed(state: State, task: TaskRow, leader: TaskRow): Event[] {
  const allocation = leader.allocationId === undefined ? undefined : state.allocations.get(leader.allocationId)
  if (allocation === undefined || isEnded(allocation.status) || task.key === leader.key) return []
  return [{ type: 'allocation.followed', allocationId: allocation.id, follower: { task: task.id, path: task.path } }]
}

/**
 * New places for tasks that have none (handed over by a leader that ended, or retried), oldest first: the first of a
 * path loads, the others follow it. The tasks' rows are as they were before.
 */
export function rehome(
  state: State,
  tasks: readonly TaskRow[],
  how: { readonly why: 'retry' | 'handed-over'; readonly leaders: Leaders },
): Event[] {
  return tasks.toSorted(byAge).flatMap((task): Event[] => {
    const queued: Event = { type: 'task.queued', taskId: task.id, why: how.why }
    const leader = how.leaders.find(task)
    if (leader !== undefined) {
      const attached: Event = { type: 'task.attached', taskId: task.id, leader: leader.id }
      return [...(how.why === 'retry' ? [queued] : []), attached, ...toFollowed(state, task, leader)]
    }
    how.leaders.add(task)
    return [queued]
  })
}

// ids of one source: their order is their age
function byAge(a: TaskRow, b: TaskRow): number {
  return a.id < b.id ? -1 : 1
}
