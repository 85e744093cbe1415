// writing tasks and allocations so that their job stays counted
import { isEnded } from '../../../shared/allocation.ts'
import type { Id } from '../../../shared/ids.ts'
import type { Instant } from '../../../shared/time.ts'
import type { Event } from '../events.ts'
import { withTask } from '../rollup.ts'
import type { AllocationRow, State, TaskRow } from '../state.ts'

/** One function for each type of event: applies it to the draft. */
export type Evolvers<Type extends Event['type']> = {
  readonly [One in Type]: (draft: State, event: Extract<Event, { type: One }>, at: Instant) => void
}

/** Writes a task and counts it in its job. */
export function putTask(draft: State, row: TaskRow): void {
  const before = draft.tasks.get(row.id)
  draft.tasks.set(row.id, row)
  const job = draft.jobs.get(row.jobId)
  if (job === undefined) return
  const counted = withTask(job, before, row)
  if (counted !== job) draft.jobs.set(job.id, counted)
}

/** Writes an allocation and counts it among its job's live ones. */
export function putAllocation(draft: State, row: AllocationRow): void {
  const before = draft.allocations.get(row.id)
  draft.allocations.set(row.id, row)
  const job = draft.jobs.get(row.jobId)
  const by = Number(!isEnded(row.status)) - Number(before !== undefined && !isEnded(before.status))
  if (job !== undefined && by !== 0) draft.jobs.set(job.id, { ...job, live: job.live + by })
}

/** Changes a task when it is there. */
export function changeTask(draft: State, taskId: Id, change: (row: TaskRow) => TaskRow): void {
  const row = draft.tasks.get(taskId)
  if (row !== undefined) putTask(draft, change(row))
}

/** Changes an allocation when it is there. */
export function changeAllocation(draft: State, id: Id, change: (row: AllocationRow) => AllocationRow): void {
  const row = draft.allocations.get(id)
  if (row !== undefined) putAllocation(draft, change(row))
}

/** Changes all tasks that follow `leader`. */
export function changeFollowers(draft: State, leader: Id, change: (row: TaskRow) => TaskRow): void {
  for (const row of [...draft.tasks.find('followers', leader)]) putTask(draft, change(row))
}
