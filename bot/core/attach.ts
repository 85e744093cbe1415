// a path that is already being loaded is followed, not loaded twice
import { isEnded } from '../../shared/allocation.ts'
import type { Id } from '../../shared/ids.ts'
import { parentsOf } from '../../shared/path.ts'
import { MINUTE } from '../../shared/time.ts'
import type { Event } from './events.ts'
import { isFollowable, isLookingAtStore, isRefreshing, type Load, toLoadKey } from './leader-key.ts'
import type { State, TaskRow } from './state.ts'

/**
 * Followers of one leader that its agent is told of and cuts verdicts for: their paths have to fit into one order, their
 * cuts into one report. Others follow it all the same, since a load beside its own parent's is harmful; when the leader
 * has ended they are handed over, and their own loads find everything cached.
 */
export const MOST_NAMED = 500

/** A load that others wait for too sleeps no longer than this before it is placed again. */
export const LONGEST_SHARED_WAIT_MS = 5 * MINUTE

export type Leaders = {
  /**
   * The open load that `load` can follow: of the same path or a parent of it, with the same action, cluster and number
   * of copies, refreshing when `load` wants to refresh, measured when `load` is to be measured, over refreshed listings
   * when `load` wants these. Force makes no difference: who forces is not refused with a leader that did not.
   */
  find(load: Load): TaskRow | undefined
  /** From now on this one can be followed too, though the state does not know it yet. */
  add(task: TaskRow): void
  /** Has the agent of a leader that is already placed told of a follower; of the same path the leader's own findings serve. */
  name(follower: TaskRow, leader: TaskRow): Event[]
}

/** Loads that can be followed: those of the state, and those added. */
export function createLeaders(state: State): Leaders {
  const added = new Map<string, TaskRow[]>()
  const followers = new Map<Id, number>()
  const findAt = (load: Load, path: string): TaskRow | undefined => {
    const key = toLoadKey(load, path)
    const known = state.tasks.countOf('leaders', key) === 0 ? [] : state.tasks.find('leaders', key)
    for (const task of known) if (canStandIn(task, load)) return task
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
    name(follower, leader) {
      const allocation = leader.allocationId === undefined ? undefined : state.allocations.get(leader.allocationId)
      if (allocation === undefined || isEnded(allocation.status) || follower.key === leader.key) return []
      const before = followers.get(leader.id) ?? state.tasks.countOf('followers', leader.id)
      followers.set(leader.id, before + 1)
      if (before >= MOST_NAMED) return []
      const named = { task: follower.id, path: follower.path }
      return [{ type: 'allocation.followed', allocationId: allocation.id, follower: named }]
    },
  }
}

function canStandIn(leader: Load, load: Load): boolean {
  if (isLookingAtStore(load) && !isLookingAtStore(leader)) return false
  return (isRefreshing(leader) || !isRefreshing(load)) && (leader.verify || !load.verify)
}

const LONGEST_SHOWN = 200

/** What the second asker is told; `number` is that of the leader's job. */
export function tellAttached({ path }: TaskRow, number: number | undefined): string {
  const name = path.length > LONGEST_SHOWN ? `${path.slice(0, LONGEST_SHOWN)}…` : path
  return `attached: #${number ?? '?'} loads ${name} already`
}

/** The same task as a follower of `leader`: it has no allocation, mirrors what its leader does, and says so. */
export function toFollower(task: TaskRow, leader: TaskRow, note: string): TaskRow {
  const running = leader.status === 'running'
  return {
    ...task,
    attachedTo: leader.id,
    waiting: false,
    status: running ? 'running' : 'queued',
    ...(running && { startedAt: task.createdAt }),
    notes: [...task.notes, note],
  }
}

/**
 * New places for tasks that have none (left behind by a leader that ended, or retried). Parents choose before children
 * and the older before the younger, so that nothing loads beside its own parent, wherever that stands among them; the
 * place in the queue goes by age. The tasks' rows are as they were before.
 */
export function rehome(state: State, tasks: readonly TaskRow[], why: 'retry' | 'handed-over'): Event[] {
  const leaders = createLeaders(state)
  const homes = new Map<Id, TaskRow>()
  for (const task of tasks.toSorted((a, b) => a.key.length - b.key.length || byAge(a, b))) {
    const leader = leaders.find(task)
    if (leader === undefined) leaders.add(task)
    else homes.set(task.id, leader)
  }
  const oldestFirst = tasks.toSorted(byAge)
  const queued = oldestFirst.filter(task => why === 'retry' || !homes.has(task.id))
  return [
    ...queued.map((task): Event => ({ type: 'task.queued', taskId: task.id, why })),
    ...oldestFirst.flatMap(task => toAttached(task, homes.get(task.id), leaders)),
  ]
}

/**
 * Whatever still names a leader that has ended gets a place of its own. The only way in which anything is handed over:
 * as a consequence of the state, so that it does not matter how many leaders ended at once, and why.
 */
export function rehomeOrphans(state: State): Event[] {
  return rehome(state, [...state.tasks.find('orphans', 'all')], 'handed-over')
}

function toAttached(task: TaskRow, leader: TaskRow | undefined, leaders: Leaders): Event[] {
  if (leader === undefined) return []
  return [{ type: 'task.attached', taskId: task.id, leader: leader.id }, ...leaders.name(task, leader)]
}

// ids of one source: their order is their age
function byAge(a: TaskRow, b: TaskRow): number {
  return a.id < b.id ? -1 : 1
}
