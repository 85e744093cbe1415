// how healthy the paths of a job's name are, as view 003 asks for them
import { AppError, shown } from '../../../shared/errors.ts'
import { toComparable } from '../../../shared/path.ts'
import type { State, TaskRow } from '../../core/state.ts'
import type { TagQuery, TagStatus } from '../operations/companions-port.ts'

const BAD: ReadonlySet<string> = new Set(['failed', 'lost'])

/**
 * Abnormal paths under a name, in the order in which they were asked for first; what only a user's daemon names comes
 * after them. Of each path the newest task counts, and of a task its newest attempt. Throws NOT_FOUND.
 */
export function findTags(state: State, { cluster, name, tag, page = 1, size }: TagQuery): TagStatus {
  const item = openItem(state, cluster, name)
  if (tag !== undefined) return toOne(item, tag)
  const paths = [...item.newest.values()].filter(item.isAbnormal).map(({ path }) => path)
  const all = [...paths, ...item.strangers]
  const length = size ?? all.length
  return { total: all.length, abnormal: all.slice((page - 1) * length, page * length) }
}

function toOne(item: Item, tag: string): TagStatus {
  const task = item.find(tag)
  if (task === undefined && !item.strangers.has(tag)) throw new AppError('NOT_FOUND', `There is no tag ${shown(tag)}.`)
  const abnormal = task === undefined || item.isAbnormal(task)
  return abnormal ? { total: 1, abnormal: [task?.path ?? tag] } : { total: 0, abnormal: [] }
}

type Item = {
  /** The newest task of each path, by the path as it is compared, in the order of the first ones. */
  readonly newest: ReadonlyMap<string, TaskRow>
  /** What a user's daemon calls abnormal and nobody ever asked for. */
  readonly strangers: ReadonlySet<string>
  /** A task by its id, or the newest one of a path. */
  readonly find: (tag: string) => TaskRow | undefined
  readonly isAbnormal: (task: TaskRow) => boolean
}

function openItem(state: State, cluster: string, name: string): Item {
  const jobs = [...state.jobs.find('name', name)].filter(job => job.cluster === cluster)
  const tasks = jobs.flatMap(job => [...state.tasks.find('job', job.id)]).sort((a, b) => (a.id < b.id ? -1 : 1))
  const told = toldAbnormal(state, `${cluster}/${name}:`)
  if (jobs.length === 0 && told.length === 0)
    throw new AppError('NOT_FOUND', `There is no item ${shown(name)} in the repository ${shown(cluster)}.`)
  const byId = new Map(tasks.map(task => [task.id, task]))
  const newest = new Map<string, TaskRow>()
  // a dry run tells nothing of how a path is that was loaded
  for (const task of tasks) if (task.options.dryRun !== true || !newest.has(task.key)) newest.set(task.key, task)
  const find = (tag: string): TaskRow | undefined => byId.get(tag.toLowerCase()) ?? newest.get(toComparable(tag))
  const named = new Set(told.flatMap(tag => find(tag)?.key ?? []))
  const strangers = new Set(told.filter(tag => find(tag) === undefined))
  return { newest, strangers, find, isAbnormal: task => named.has(task.key) || isBad(state, task) }
}

// an open task is as its own newest attempt was: lost or failed until it is placed again
function isBad(state: State, task: TaskRow): boolean {
  if (task.endedAt !== undefined) return BAD.has(task.status)
  const own = task.allocationId === undefined ? undefined : state.allocations.get(task.allocationId)
  return BAD.has(own?.status ?? task.status)
}

function toldAbnormal(state: State, prefix: string): string[] {
  const told = [...state.companions.rows()].flatMap(({ abnormal }) => abnormal)
  return told.filter(tag => tag.startsWith(prefix)).map(tag => tag.slice(prefix.length))
}
