// finding and paging: one job by its id or number, many by filter, newest first
import type { ActionName } from '../../../shared/actions.ts'
import { AppError, shown } from '../../../shared/errors.ts'
import { isWithin, toComparable } from '../../../shared/path.ts'
import type { JobRow, State, TaskRow } from '../../core/state.ts'
import type { JobQuery, Page, PageQuery } from '../operations/port.ts'

const DEFAULT_LIMIT = 100
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A job by its UUID or its short number. Throws JOB_NOT_FOUND. */
export function findJob(state: State, ref: string): JobRow {
  const row = UUID.test(ref)
    ? state.jobs.get(ref.toLowerCase())
    : first(/^\d{1,15}$/.test(ref) ? state.jobs.find('number', String(Number(ref))) : [])
  if (row === undefined || row.purged)
    throw new AppError('JOB_NOT_FOUND', `There is no job ${shown(ref)}; expected the UUID or the number of a job.`)
  return row
}

/** A task by its id. Throws TASK_NOT_FOUND. */
export function findTask(state: State, id: string): TaskRow {
  const row = state.tasks.get(id.toLowerCase())
  if (row === undefined || state.jobs.get(row.jobId)?.purged)
    throw new AppError('TASK_NOT_FOUND', `There is no task ${shown(id)}.`)
  return row
}

/** Jobs newest first. */
export function findJobs(state: State, query: JobQuery): Page<JobRow> {
  const rows = candidates(state, query)
  const under = query.path === undefined ? undefined : toComparable(query.path)
  const wanted = (job: JobRow): boolean =>
    !job.purged &&
    (query.status === undefined || query.status.includes(job.status)) &&
    (query.action === undefined || query.action.includes(job.action)) &&
    (query.does === undefined || does(state, job, query.does)) &&
    (query.cluster === undefined || job.cluster === query.cluster) &&
    (query.createdAfter === undefined || job.createdAt > query.createdAfter) &&
    (under === undefined || some(state.tasks.find('job', job.id), task => isWithin(task.key, under)))
  return query.oldestFirst === true
    ? page(filter([...rows].reverse(), wanted), query, 'after')
    : page(filter(rows, wanted), query, 'before')
}

// a job of one action is that, of a mixed one its tasks tell
function does(state: State, job: JobRow, actions: readonly ActionName[]): boolean {
  if (job.action !== 'mixed') return actions.includes(job.action)
  return some(state.tasks.find('job', job.id), task => actions.includes(task.action))
}

/** A job's tasks in the order in which they were asked for. */
export function findTasksOf(
  state: State,
  jobId: string,
  query: PageQuery & { readonly status?: readonly string[] | undefined },
): Page<TaskRow> {
  const rows = tasksInOrder(state, jobId).filter(
    task => query.status === undefined || query.status.includes(task.status),
  )
  return page(rows, query, 'after')
}

/** All tasks of a job, oldest first. */
export function tasksInOrder(state: State, jobId: string): TaskRow[] {
  return [...state.tasks.find('job', jobId)].sort((a, b) => (a.id < b.id ? -1 : 1))
}

// ids are ordered by age, so the last id seen is where the next page begins; it stays valid when rows come or go
function page<Row extends { readonly id: string }>(
  rows: Iterable<Row>,
  query: PageQuery & { readonly afterId?: string | undefined },
  side: 'before' | 'after',
): Page<Row> {
  const limit = query.limit ?? DEFAULT_LIMIT
  const after = query.afterId ?? (query.after === undefined ? undefined : parseCursor(query.after))
  const items: Row[] = []
  for (const row of rows) {
    if (after !== undefined && (side === 'before' ? row.id >= after : row.id <= after)) continue
    if (items.length === limit) return { items, next: toCursor(items[items.length - 1]?.id ?? '') }
    items.push(row)
  }
  return { items }
}

function toCursor(id: string): string {
  return Buffer.from(id).toString('base64url')
}

function parseCursor(text: string): string {
  const id = Buffer.from(text, 'base64url').toString()
  if (!UUID.test(id))
    throw new AppError('INVALID_INPUT', `after must be the "next" of an earlier answer, got ${shown(text)}.`)
  return id
}

// the narrowest index first
function candidates(state: State, query: JobQuery): Iterable<JobRow> {
  if (query.name !== undefined) return newestFirst([...state.jobs.find('name', query.name)])
  if (query.status === undefined) return newestJobsFirst(state)
  return newestFirst(query.status.flatMap(status => [...state.jobs.find('status', status)]))
}

function newestFirst(rows: JobRow[]): JobRow[] {
  return rows.sort((a, b) => (a.id > b.id ? -1 : 1))
}

/** All jobs: they enter the table as they are made, so its order is their age. */
export function* newestJobsFirst(state: State): Iterable<JobRow> {
  const rows = [...state.jobs.rows()]
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const row = rows[at]
    if (row !== undefined && !row.purged) yield row
  }
}

function* filter<Row>(rows: Iterable<Row>, wanted: (row: Row) => boolean): Iterable<Row> {
  for (const row of rows) if (wanted(row)) yield row
}

function some<Row>(rows: Iterable<Row>, wanted: (row: Row) => boolean): boolean {
  for (const row of rows) if (wanted(row)) return true
  return false
}

function first<Row>(rows: Iterable<Row>): Row | undefined {
  for (const row of rows) return row
  return undefined
}
