// who may change what
import { AppError, shown } from '../../../shared/errors.ts'
import type { Actor } from '../../../shared/job.ts'
import type { Context } from '../commands.ts'
import type { JobRow, State, TaskRow } from '../state.ts'

/** Viewers only look. */
export function demandOperator(actor: Actor, deed: string): void {
  if (actor.role !== 'viewer') return
  throw new AppError('FORBIDDEN', `To ${deed} takes the role operator, and ${actor.name} has the role viewer.`)
}

/** Whether `actor` may change what belongs to `owner`; '' and undefined are nobody. */
export function mayChange(actor: Actor, owner: string | undefined): boolean {
  if (actor.role === 'viewer') return false
  return actor.role === 'admin' || !owner || owner === actor.name
}

/** Refuses who may not change this job. */
export function demandOwner(actor: Actor, job: JobRow, deed: string): void {
  demandOperator(actor, deed)
  if (mayChange(actor, job.requester)) return
  throw new AppError('FORBIDDEN', `Job ${job.number} belongs to ${job.requester}; only they or an admin may ${deed}.`)
}

/** The job of that id, or JOB_NOT_FOUND. */
export function getJob(state: State, jobId: string): JobRow {
  const job = state.jobs.get(jobId)
  if (job === undefined || job.purged) throw new AppError('JOB_NOT_FOUND', `There is no job ${shown(jobId)}.`)
  return job
}

/** The task of that id and its job, or TASK_NOT_FOUND. */
export function getTask(state: State, taskId: string): { readonly task: TaskRow; readonly job: JobRow } {
  const task = state.tasks.get(taskId)
  const job = task === undefined ? undefined : state.jobs.get(task.jobId)
  if (task === undefined || job === undefined || job.purged)
    throw new AppError('TASK_NOT_FOUND', `There is no task ${shown(taskId)}.`)
  return { task, job }
}

/** The cluster of an ask that may name none. Fails when clusters are configured and it is none of them. */
export function chooseCluster(
  state: State,
  named: string | undefined,
  { settings }: Pick<Context, 'settings'>,
): string {
  const known = settings.clusters.length > 0 ? settings.clusters : [...state.agents.keys('cluster')]
  const [only] = known
  const cluster = named ?? settings.defaultCluster ?? (known.length === 1 ? only : undefined) ?? 'default'
  if (settings.clusters.length === 0 || settings.clusters.includes(cluster)) return cluster
  throw new AppError(
    'CLUSTER_NOT_FOUND',
    `There is no cluster ${shown(cluster)}; known are ${settings.clusters.join(', ')}.`,
  )
}
