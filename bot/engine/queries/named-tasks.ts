// tasks as view 000 finds them: by id, by name, or all that fit; of the same path under one name only the newest
import { NO_LINES } from '../../../shared/allocation.ts'
import type { Id } from '../../../shared/ids.ts'
import type { JobRow, State, TaskRow } from '../../core/state.ts'
import type { NamedTask, TaskQuery } from '../operations/port.ts'
import { newestJobsFirst, tasksInOrder } from './find.ts'
import { newestOf, toTask } from './views.ts'

/** Without an id and a name: tasks looked at, the newest jobs' first, and tasks answered. */
const MOST_LOOKED_AT = 100_000
const MOST_ANSWERED = 10_000

export type FoundRows = { readonly rows: readonly TaskRow[]; readonly cut: boolean }

/** Tasks that fit all of a query, oldest first; `cut` when there may be more. */
export function findNamedTasks(state: State, query: TaskQuery): FoundRows {
  const found = findRows(state, query)
  const rows = found.rows.filter(row => isWanted(state, row, query))
  const shownRows = (query.taskId ?? query.jobId ?? query.name) ? rows : rows.slice(-MOST_ANSWERED)
  return { rows: shownRows, cut: found.cut || shownRows.length < rows.length }
}

function findRows(state: State, { taskId, jobId, name }: TaskQuery): FoundRows {
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
function newestOfEach(state: State, jobs: Iterable<JobRow>, most: number): FoundRows {
  const newest = new Map<string, TaskRow>()
  let looked = 0
  for (const job of jobs) {
    if (looked >= most) return { rows: inOrder(newest), cut: true }
    for (const task of state.tasks.find('job', job.id)) {
      looked += 1
      // what only estimates stands in for no load
      const what = task.options.dryRun === true ? `dry ${task.action}` : task.action
      const key = `${job.named ? `named ${job.name}` : job.id}\n${what}\n${task.key}`
      const known = newest.get(key)
      if (known === undefined || known.id < task.id) newest.set(key, task)
    }
  }
  return { rows: inOrder(newest), cut: false }
}

function inOrder(tasks: ReadonlyMap<string, TaskRow>): TaskRow[] {
  return [...tasks.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** The task of that id, with what view 000 tells of it; none when it has gone meanwhile. */
export function toNamedTask(state: State, id: Id): [] | [NamedTask] {
  const row = state.tasks.get(id)
  const job = row === undefined ? undefined : state.jobs.get(row.jobId)
  if (row === undefined || job === undefined || job.purged) return []
  const newest = newestOf(state, row)
  const willRunAgain = row.status === 'queued' && newest?.status === 'lost'
  return [{ task: toTask(state, row), job, lines: newest?.lines ?? NO_LINES, willRunAgain }]
}
