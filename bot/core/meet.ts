// what a submission meets: an open job of its name, tasks of it that are open, or an earlier job of the same work
import { ACTIONS, type ActionName } from '../../shared/actions.ts'
import { isEnded } from '../../shared/allocation.ts'
import { toComparable } from '../../shared/path.ts'
import type { Ask, SubmitJob } from './commands.ts'
import { mayChange } from './decide/permit.ts'
import { joined } from './indexes.ts'
import type { JobRow, State, TaskRow } from './state.ts'

/** The newest one that takes more tasks and that the actor may change; others of that name are none of their business. */
export function findOpenJob(state: State, { name, actor }: SubmitJob, cluster: string): JobRow | undefined {
  if (name === undefined) return undefined
  const open = [...state.jobs.find('openName', joined(cluster, name))].filter(job => mayChange(actor, job.requester))
  return newest(open)
}

/** Tasks of a job that are open, have the label and do what is asked for, by the ask; `same`: with the same options too. */
export function findOpenTasks(
  state: State,
  job: JobRow,
  { asks, skipOpen }: Pick<SubmitJob, 'asks' | 'skipOpen'>,
): ReadonlyMap<Ask, TaskRow> {
  const toUnit = skipOpen === 'same' ? toUnitWithOptions : toPlainUnit
  const open = new Map<string, TaskRow>()
  for (const task of state.tasks.find('job', job.id)) {
    if (!isEnded(task.status) && task.desired === 'run') open.set(toUnit(task, task.key), task)
  }
  return new Map(
    asks.flatMap(ask => {
      const task = open.get(toUnit(ask, toKey(ask)))
      return task === undefined ? [] : [[ask, task]]
    }),
  )
}

/**
 * The newest job of the same kind of work that has the name or exactly the paths of a submission, unless it succeeded: a
 * load and a load with its metadata are the same work, a free is another.
 */
export function findTwin(state: State, command: SubmitJob, cluster: string): JobRow | undefined {
  const works = new Set(command.asks.map(toWork))
  const keys = new Set(command.asks.map(toKey))
  const least = [...keys].reduce<string | undefined>(
    (one, key) => (one === undefined || key < one ? key : one),
    undefined,
  )
  const isSame = (job: JobRow): boolean => job.cluster === cluster && doesOnly(state, job, works)
  const named = command.name === undefined ? [] : [...state.jobs.find('name', command.name)].filter(job => job.named)
  const placed = least === undefined ? [] : state.jobs.find('leastKey', joined(cluster, least))
  const twins = [newestOf(named, isSame), newestOf(placed, job => isSame(job) && hasPaths(state, job, keys))].filter(
    job => job !== undefined,
  )
  return newest(twins.filter(job => job.status !== 'succeeded'))
}

// a load brings the metadata along when it has to
function toWork({ action }: Pick<Ask, 'action'>): ActionName {
  return ACTIONS[action].verified ? 'load' : action
}

function doesOnly(state: State, job: JobRow, works: ReadonlySet<ActionName>): boolean {
  if (job.counts.total === 0 || works.size !== 1) return false
  if (job.action !== 'mixed') return works.has(toWork({ action: job.action }))
  for (const task of state.tasks.find('job', job.id)) if (!works.has(toWork(task))) return false
  return true
}

function hasPaths(state: State, job: JobRow, keys: ReadonlySet<string>): boolean {
  if (job.counts.total < keys.size) return false
  const own = new Set<string>()
  for (const { key } of state.tasks.find('job', job.id)) {
    if (!keys.has(key)) return false
    own.add(key)
  }
  return own.size === keys.size
}

function toUnitWithOptions(of: Pick<TaskRow, 'action' | 'path' | 'options'>, key: string): string {
  const options = Object.entries(of.options).filter(([, value]) => value !== undefined)
  return joined(toPlainUnit(of, key), JSON.stringify(options.sort(([a], [b]) => (a < b ? -1 : 1))))
}

function toPlainUnit(
  { action, label, path }: Pick<TaskRow, 'action' | 'path'> & { label?: string },
  key: string,
): string {
  return joined(action, key, label === undefined || label === path ? '' : label)
}

function toKey({ path }: Ask): string {
  return path === '' ? '' : toComparable(path)
}

// those that came first are looked at last, since a look may take a walk over the tasks
function newestOf(jobs: Iterable<JobRow>, isWanted: (job: JobRow) => boolean): JobRow | undefined {
  return [...jobs].sort((a, b) => b.number - a.number).find(isWanted)
}

function newest(jobs: readonly JobRow[]): JobRow | undefined {
  return jobs.reduce<JobRow | undefined>(
    (best, job) => (best === undefined || job.number > best.number ? job : best),
    undefined,
  )
}
