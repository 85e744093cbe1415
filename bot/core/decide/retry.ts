// running ended tasks of a job again, in the same job
import { isEnded } from '../../../shared/allocation.ts'
import { AppError } from '../../../shared/errors.ts'
import { rehome } from '../attach.ts'
import type { Again, Command, Context, Decision } from '../commands.ts'
import type { Event } from '../events.ts'
import type { State, TaskRow } from '../state.ts'
import { aimAt } from '../targets.ts'
import { demandOwner, getJob } from './permit.ts'

const CHOICES: Readonly<Record<Again, (task: TaskRow) => boolean>> = {
  failed: task => task.status === 'failed' || task.status === 'lost',
  unfinished: task => isEnded(task.status) && task.status !== 'succeeded',
  all: task => isEnded(task.status),
}

const NONE_OF: Readonly<Record<Again, string>> = {
  failed: 'has failed or was lost',
  unfinished: 'was stopped, has failed or was lost',
  all: 'has ended',
}

/**
 * `failed` takes what failed (partly included) or was lost, and of a load only what was missing when that is little;
 * `unfinished` takes also what was stopped; `all` takes whatever has ended, whole.
 */
export function decideRetry(
  state: State,
  command: Extract<Command, { type: 'job.retry' }>,
  _context: Context,
): Decision {
  const { actor, jobId, only } = command
  const job = getJob(state, jobId)
  demandOwner(actor, job, 'retry it')
  if (job.desired === 'stop' && job.endedAt === undefined) {
    throw new AppError('CONFLICT', `Job ${job.number} is still being stopped; retry it when it has ended.`)
  }
  const tasks = [...state.tasks.find('job', jobId)].filter(CHOICES[only])
  if (tasks.length === 0) {
    throw new AppError('CONFLICT', `Job ${job.number} has nothing to retry: no task of it ${NONE_OF[only]}.`)
  }
  const events = rehome(state, tasks, 'retry')
  const aimed = only === 'all' ? events : events.map(event => aim(state, event))
  return {
    events: [{ type: 'job.retried', jobId, by: actor.name }, ...aimed],
    answer: { jobId, taskIds: tasks.map(task => task.id) },
  }
}

// a task that only followed has no run of its own: then whoever follows it asks for more
function aim(state: State, event: Event): Event {
  const task = event.type === 'task.queued' ? state.tasks.get(event.taskId) : undefined
  if (event.type !== 'task.queued' || task === undefined) return event
  const run = task.allocationId === undefined ? undefined : state.allocations.get(task.allocationId)
  return { ...event, ...aimAt(task, task.verdict, run?.placedAt ?? task.createdAt) }
}
