// stopping a job or one task
import { isEnded } from '../../../shared/allocation.ts'
import type { Id } from '../../../shared/ids.ts'
import type { Command, Context, Decision } from '../commands.ts'
import type { Event } from '../events.ts'
import type { State, TaskRow } from '../state.ts'
import { demandOwner, getJob, getTask } from './permit.ts'

type Ask<Type extends Command['type']> = Extract<Command, { type: Type }>

/** Stops what is open of a job. What waits ends at once; what runs ends when its agent says so. An ended job stays as it is. */
export function decideStopJob(state: State, { actor, jobId }: Ask<'job.stop'>, _context: Context): Decision {
  const job = getJob(state, jobId)
  demandOwner(actor, job, 'stop it')
  if (job.endedAt !== undefined) return { events: [], answer: { jobId } }
  const open = [...state.tasks.find('job', jobId)].filter(task => !isEnded(task.status) && task.desired === 'run')
  return {
    events: [{ type: 'job.stop-requested', jobId, by: actor.name }, ...stopTasks(state, open)],
    answer: { jobId },
  }
}

/** Stops one task; the rest of its job goes on. */
export function decideStopTask(state: State, { actor, taskId }: Ask<'task.stop'>, _context: Context): Decision {
  const { task, job } = getTask(state, taskId)
  demandOwner(actor, job, 'stop it')
  const answer = { jobId: job.id, taskIds: [taskId] }
  if (isEnded(task.status) || task.desired === 'stop') return { events: [], answer }
  return { events: stopTasks(state, [task]), answer }
}

// followers go first, so that nothing of what is stopped is left behind by what is stopped too
function stopTasks(state: State, tasks: readonly TaskRow[]): Event[] {
  const followersFirst = tasks.toSorted(
    (a, b) => Number(a.attachedTo === undefined) - Number(b.attachedTo === undefined),
  )
  const [waiting, rest] = [followersFirst.filter(task => task.waiting), followersFirst.filter(task => !task.waiting)]
  return [
    ...followersFirst.map((task): Event => ({ type: 'task.stop-requested', taskId: task.id })),
    ...rest.flatMap(task => (task.attachedTo === undefined ? stopRun(state, task) : detach(task.id))),
    ...waiting.map(task => toStopped(task.id)),
  ]
}

function detach(taskId: Id): Event[] {
  return [{ type: 'task.detached', taskId }, toStopped(taskId)]
}

function toStopped(taskId: Id): Event {
  return { type: 'task.ended', taskId, status: 'stopped', exit: { reason: 'stopped' } }
}

function stopRun(state: State, task: TaskRow): Event[] {
  const allocation = task.allocationId === undefined ? undefined : state.allocations.get(task.allocationId)
  if (allocation === undefined || isEnded(allocation.status) || allocation.desired === 'stop') return []
  return [{ type: 'allocation.stop-requested', allocationId: allocation.id, why: 'stopped' }]
}
