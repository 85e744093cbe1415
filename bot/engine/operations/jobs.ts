// verbs on jobs and tasks: submit, look, wait, stop, retry
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ACTIONS, changes } from '../../../shared/actions.ts'
import { inTurns } from '../../../shared/turns.ts'
import type { Answer } from '../../core/commands.ts'
import type { JobRow, State } from '../../core/state.ts'
import { findJob, findJobs, findTask, findTasksOf } from '../queries/find.ts'
import { findNamedTasks, toNamedTask } from '../queries/named-tasks.ts'
import { toJob, toTask } from '../queries/views.ts'
import type { OperationsDeps } from './deps.ts'
import type { LiveOperations } from './live.ts'
import { permit } from './permission.ts'
import type { Operations, Submitted } from './port.ts'
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
    async submitJob(actor, request, how = {}) {
      const command = toSubmission(actor, request, how)
      // a dry run changes nothing: whoever may look may have it
      permit(actor, command.asks.some(changes) ? ACTIONS[request.action].effect : 'read', request.action)
      return toSubmitted(state, await engine.dispatch(command))
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
        reached: () => isOver(state.jobs.get(id)),
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
      const { rows, cut } = findNamedTasks(state, query)
      return { items: await inTurns(rows, ({ id }) => toNamedTask(state, id), nextTurn), cut }
    },
    async stopJob(actor, ref, view = 'native') {
      permit(actor, 'destroy', 'stopping a job')
      const { id } = findJob(state, ref)
      await engine.dispatch({ type: 'job.stop', actor, jobId: id, view })
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

// nobody waits for what is gone
function isOver(job: JobRow | undefined): boolean {
  return job === undefined || job.purged === true || job.endedAt !== undefined
}

/** What a submission came to, as its asker is told. */
export function toSubmitted(state: State, answer: Answer): Submitted {
  const { jobId, taskIds = [], submissionId, met, repeated = false, notes = [] } = answer
  return {
    job: toJob(state, findJob(state, jobId ?? '')),
    tasks: taskIds.map(id => ({ id, path: state.tasks.get(id)?.path ?? '' })),
    repeated,
    ...(met !== undefined && { met }),
    ...(submissionId !== undefined && { submissionId }),
    notes,
  }
}
