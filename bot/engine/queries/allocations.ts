// attempts as everyone sees them: each with its task, its job, its neighbours and the ask that it came from
import type { AllocationRow, JobRow, State, SubmissionRow, TaskRow } from '../../core/state.ts'
import type { AllocationQuery, AllocationView } from '../operations/registry-port.ts'
import { findJob } from './find.ts'
import { toJob, toTask } from './views.ts'

/** Attempts that fit, oldest first. */
export function toAllocations(state: State, query: AllocationQuery): AllocationView[] {
  return [...findRows(state, query)]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap(row => toAllocation(state, row) ?? [])
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

function toAllocation(state: State, row: AllocationRow): AllocationView | undefined {
  const task = state.tasks.get(row.taskId)
  const job = state.jobs.get(row.jobId)
  if (task === undefined || job === undefined || job.purged) return undefined
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
