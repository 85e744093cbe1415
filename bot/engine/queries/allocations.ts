// attempts as everyone sees them: each with its task, its job, its neighbours and the ask that it came from
import type { Id } from '../../../shared/ids.ts'
import type { AllocationRow, JobRow, State, SubmissionRow, TaskRow } from '../../core/state.ts'
import type { AllocationQuery, AllocationView } from '../operations/registry-port.ts'
import { findJob } from './find.ts'
import { toJob, toTask } from './views.ts'

/** Ids of the attempts that fit, oldest first, or as the query chooses among them. */
export function findAllocations(state: State, query: AllocationQuery): readonly Id[] {
  const ids = Array.from(findRows(state, query))
    .filter(({ jobId }) => state.jobs.get(jobId)?.purged !== true)
    .map(({ id }) => id)
    .sort()
  return query.choose === undefined ? ids : query.choose(ids)
}

function findRows(state: State, { id, ref, name, agentId }: AllocationQuery): Iterable<AllocationRow> {
  if (id !== undefined) return [state.allocations.get(id.toLowerCase()) ?? []].flat()
  if (ref !== undefined) return ofJob(state, findJob(state, ref))
  if (name !== undefined) return [...state.jobs.find('name', name)].flatMap(job => ofJob(state, job))
  return agentId === undefined ? state.allocations.rows() : state.allocations.find('agent', agentId)
}

function ofJob(state: State, job: JobRow): AllocationRow[] {
  return [...state.tasks.find('job', job.id)].flatMap(task => [...state.allocations.find('task', task.id)])
}

/** The attempt of that id; none when it has gone meanwhile. */
export function toAllocation(state: State, of: Id): [] | [AllocationView] {
  const row = state.allocations.get(of)
  if (row === undefined) return []
  const task = state.tasks.get(row.taskId)
  const job = state.jobs.get(row.jobId)
  return task === undefined || job === undefined || job.purged ? [] : [toView(state, row, { task, job })]
}

function toView(
  state: State,
  row: AllocationRow,
  of: { readonly task: TaskRow; readonly job: JobRow },
): AllocationView {
  const { task, job } = of
  const agent = state.agents.get(row.agentId)?.name
  const submission = submissionOf(state, row)
  const { id, agentId, attempt, stage, status, desired, placedAt, startedAt, endedAt, exit, lines, steps } = row
  return {
    ...{ id, agentId, attempt, stage, status, desired, placedAt, steps },
    ...(agent !== undefined && { agent }),
    task: toTask(state, task),
    label: toLabel(task),
    job: toJob(state, job),
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(exit !== undefined && { exit }),
    ...(lines !== undefined && { lines }),
    ...neighbours(state, row),
    ...(submission !== undefined && { submission }),
    createIndex: row.createIndex,
    modifyIndex: row.modifyIndex,
  }
}

/** What the asker calls a task: its path, when it was given no other name. */
export function toLabel(task: TaskRow): string {
  return task.label ?? (task.path === '' ? task.action : task.path)
}

function neighbours(state: State, row: AllocationRow): Pick<AllocationView, 'previous' | 'next'> {
  let previous: string | undefined
  let next: string | undefined
  for (const { id, attempt } of state.allocations.find('task', row.taskId)) {
    if (attempt === row.attempt - 1) previous = id
    if (attempt === row.attempt + 1) next = id
  }
  return { ...(previous !== undefined && { previous }), ...(next !== undefined && { next }) }
}

// the newest one before it was placed
function submissionOf(state: State, row: AllocationRow): SubmissionRow | undefined {
  let found: SubmissionRow | undefined
  for (const one of state.submissions.find('job', row.jobId)) {
    if (one.kind === 'submit' && one.id < row.id && (found === undefined || one.id > found.id)) found = one
  }
  return found
}
