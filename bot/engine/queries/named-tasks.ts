// tasks as view 000 finds them: by id, by name, or all that fit; of the same path under one name only the newest
import { NO_LINES } from '../../../shared/allocation.ts'
import { AppError, shown } from '../../../shared/errors.ts'
import type { JobRow, State, TaskRow } from '../../core/state.ts'
import type { FoundTasks, NamedTask, TaskQuery } from '../operations/port.ts'
import { newestJobsFirst, tasksInOrder } from './find.ts'
import { newestOf, toJob, toTask } from './views.ts'

/** Without an id and a name: tasks looked at, the newest jobs' first, and tasks answered. */
const MOST_LOOKED_AT = 100_000
const MOST_ANSWERED = 10_000

type Found = { readonly rows: readonly TaskRow[]; readonly cut: boolean }

/** Tasks that fit all of a query, oldest first; `cut` when there may be more. */
export function findNamedTasks(state: State, query: TaskQuery): FoundTasks {
  const found = findRows(state, query)
  const rows = found.rows.filter(row => isWanted(state, row, query))
  const shownRows = (query.taskId ?? query.jobId ?? query.name) ? rows : rows.slice(-MOST_ANSWERED)
  return { items: shownRows.map(row => toNamedTask(state, row)), cut: found.cut || shownRows.length < rows.length }
}

function findRows(state: State, { taskId, jobId, name }: TaskQuery): Found {
  if (taskId === undefined && jobId !== undefined) return { rows: tasksInOrder(state, jobId), cut: false }
  if (taskId === undefined)
    return newestOfEach(
      state,
      name === undefined ? newestJobsFirst(state) : namedJobs(state, name),
      name === undefined ? MOST_LOOKED_AT : Number.POSITIVE_INFINITY,
    )
  const row = state.tasks.get(taskId.toLowerCase())
  return { rows: row === undefined || state.jobs.get(row.jobId)?.purged ? [] : [row], cut: false }
}

function isWanted(state: State, row: TaskRow, { name, action, status }: TaskQuery): boolean {
  if (action !== undefined && row.action !== action) return false
  if (status !== undefined && !status.includes(row.status)) return false
  const job = name === undefined ? undefined : state.jobs.get(row.jobId)
  return name === undefined || (job?.named === true && job.name === name)
}

function namedJobs(state: State, name: string): JobRow[] {
  return [...state.jobs.find('name', name)].filter(job => job.named)
}

// a name used again does not mix old runs into the new verdict; without a name every job stands for itself
function newestOfEach(state: State, jobs: Iterable<JobRow>, most: number): Found {
  const newest = new Map<string, TaskRow>()
  let looked = 0
  for (const job of jobs) {
    if (looked >= most) return { rows: inOrder(newest), cut: true }
    for (const task of state.tasks.find('job', job.id)) {
      looked += 1
      const key = `${job.named ? `named ${job.name}` : job.id}\n${task.action}\n${task.key}`
      const known = newest.get(key)
      if (known === undefined || known.id < task.id) newest.set(key, task)
    }
  }
  return { rows: inOrder(newest), cut: false }
}

function inOrder(tasks: ReadonlyMap<string, TaskRow>): TaskRow[] {
  return [...tasks.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

function toNamedTask(state: State, row: TaskRow): NamedTask {
  const job = state.jobs.get(row.jobId)
  if (job === undefined) throw new AppError('JOB_NOT_FOUND', `The job of task ${shown(row.id)} is gone.`)
  const newest = newestOf(state, row)
  const willRunAgain = row.status === 'queued' && newest?.status === 'lost'
  return { task: toTask(state, row), job: toJob(state, job), lines: newest?.lines ?? NO_LINES, willRunAgain }
}
