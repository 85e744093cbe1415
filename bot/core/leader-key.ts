// which loads may be followed, and the key under which a load of the same kind finds them
import { ACTIONS } from '../../shared/actions.ts'
import { isEnded } from '../../shared/allocation.ts'
import type { TaskRow } from './state.ts'

/** What decides whether one load can stand in for another. */
export type Load = Pick<TaskRow, 'cluster' | 'action' | 'options' | 'key' | 'verify'>

/** Loads of the same action, cluster and number of copies at one comparable path share a key. */
export function toLoadKey(load: Load, path: string): string {
  return `${load.cluster}\n${load.action}\n${load.options.replication ?? 1}\n${path}`
}

/** Only real loads of ours are followed; a dry run, a list, a free or what a coordinator was given past us is not. */
export function isFollowable(load: Load): boolean {
  return ACTIONS[load.action].verified && load.options.dryRun !== true && load.options.adopted === undefined
}

/** The key under which an open, unattached load that nobody wants stopped can be followed; undefined for all else. */
export function toLeaderKey(row: TaskRow): string | undefined {
  if (isEnded(row.status) || row.desired === 'stop' || row.attachedTo !== undefined) return undefined
  return isFollowable(row) ? toLoadKey(row, row.key) : undefined
}

/** Whether a load's measurements see the object store as it is now. */
export function isLookingAtStore(load: Load): boolean {
  return load.verify && load.options.freshness !== 'known'
}

/** Whether a load refreshes the metadata before it loads. */
export function isRefreshing(load: Load): boolean {
  return load.action === 'forceload' || load.options.refresh === true
}
