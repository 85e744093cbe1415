// verbs on jobs and tasks: submit, look, wait, stop, retry
import { ACTIONS } from '../../../shared/actions.ts'
import { NO_LINES } from '../../../shared/allocation.ts'
import { AppError, shown } from '../../../shared/errors.ts'
import type { JobRow, TaskRow } from '../../core/state.ts'
import { findJob, findJobs, findTask, findTasksOf } from '../queries/find.ts'
import { newestOf, toJob, toTask } from '../queries/views.ts'
import type { OperationsDeps } from './index.ts'
import type { LiveOperations } from './live.ts'
import { permit } from './permission.ts'
import type { NamedTask, Operations, TaskQuery } from './port.ts'
import { toSubmission } from './submission.ts'

export type JobOperations = Pick<
  Operations,
  'submitJob' | 'getJob' | 'waitForJob' | 'listJobs' | 'listTasks' | 'findTasks' | 'stopJob' | 'stopTask' | 'retryJob'
>

/** Verbs on jobs. Everything they change goes through the engine. */
export function createJobOperations(deps: OperationsDeps, live: LiveOperations): JobOperations {
  const { state, engine } = deps
  const jobOf = (id: string | undefined) => toJob(state, findJob(state, id ?? ''))
  return {
    async submitJob(actor, request, idempotencyKey) {
      permit(actor, ACTIONS[request.action].effect, request.action)
      const answer = await engine.dispatch(toSubmission(actor, request, idempotencyKey))
      const tasks = (answer.taskIds ?? []).map(id => ({ id, path: state.tasks.get(id)?.path ?? '' }))
      return { job: jobOf(answer.jobId), tasks, repeated: answer.repeated ?? false, notes: answer.notes ?? [] }
    },
    async getJob(actor, ref) {
      permit(actor, 'read', 'reading jobs')
      return jobOf(ref)
    },
    async waitForJob(actor, ref, wait) {
      permit(actor, 'read', 'reading jobs')
      const { id } = findJob(state, ref)
      await live.until({
        ...wait,
        jobId: id,
        reached: () => state.jobs.get(id)?.endedAt !== undefined || !state.jobs.get(id),
      })
      return jobOf(id)
    },
    async listJobs(actor, query) {
      permit(actor, 'read', 'reading jobs')
      const { items, ...more } = findJobs(state, query)
      return { items: items.map(row => toJob(state, row)), ...more }
    },
    async listTasks(actor, ref, query) {
      permit(actor, 'read', 'reading jobs')
      const { items, ...more } = findTasksOf(state, findJob(state, ref).id, query)
      return { items: items.map(row => toTask(state, row)), ...more }
    },
    async findTasks(actor, query) {
      permit(actor, 'read', 'reading jobs')
      return findNamedTasks(deps, query)
    },
    async stopJob(actor, ref) {
      permit(actor, 'destroy', 'stopping a job')
      const { id } = findJob(state, ref)
      await engine.dispatch({ type: 'job.stop', actor, jobId: id })
      return jobOf(id)
    },
    async stopTask(actor, taskId) {
      permit(actor, 'destroy', 'stopping a task')
      await engine.dispatch({ type: 'task.stop', actor, taskId: findTask(state, taskId).id })
      return toTask(state, findTask(state, taskId))
    },
    async retryJob(actor, ref, only) {
      permit(actor, 'write', 'retrying a job')
      const { id } = findJob(state, ref)
      await engine.dispatch({ type: 'job.retry', actor, jobId: id, only })
      return jobOf(id)
    },
  }
}

// of several tasks with the same action and path under one name only the newest counts: a name used again
// does not mix old runs into the new verdict
function findNamedTasks({ state }: OperationsDeps, query: TaskQuery): NamedTask[] {
  const rows =
    query.taskId === undefined ? tasksOfName(state, query.name ?? '') : [state.tasks.get(query.taskId.toLowerCase())]
  const wanted = rows.filter(
    (row): row is TaskRow =>
      row !== undefined &&
      (query.action === undefined || row.action === query.action) &&
      (query.taskId === undefined || query.name === undefined || jobNamed(state.jobs.get(row.jobId), query.name)),
  )
  return wanted.map(row => {
    const job = state.jobs.get(row.jobId)
    if (job === undefined) throw new AppError('JOB_NOT_FOUND', `The job of task ${shown(row.id)} is gone.`)
    const newest = newestOf(state, row)
    const willRunAgain = row.status === 'queued' && newest?.status === 'lost'
    return { task: toTask(state, row), job: toJob(state, job), lines: newest?.lines ?? NO_LINES, willRunAgain }
  })
}

function jobNamed(job: JobRow | undefined, name: string): boolean {
  return job?.named === true && job.name === name
}

function tasksOfName(state: OperationsDeps['state'], name: string): TaskRow[] {
  const newest = new Map<string, TaskRow>()
  for (const job of state.jobs.find('name', name)) {
    if (!job.named) continue
    for (const task of state.tasks.find('job', job.id)) {
      const key = `${task.cluster}\n${task.action}\n${task.path}`
      const known = newest.get(key)
      if (known === undefined || known.id < task.id) newest.set(key, task)
    }
  }
  return [...newest.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}
