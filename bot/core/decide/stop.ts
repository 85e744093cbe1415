// stopping a job or one task
import { isEnded } from '../../../shared/allocation.ts'
import type { Id } from '../../../shared/ids.ts'
import type { Command, Context, Decision } from '../commands.ts'
import type { Event } from '../events.ts'
import type { JobRow, State, SubmissionRow, TaskRow } from '../state.ts'
import { toSubmission } from '../submission.ts'
import { toWarmthId } from '../warmth.ts'
import { demandOwner, getJob, getTask } from './permit.ts'

type Ask<Type extends Command['type']> = Extract<Command, { type: Type }>

/**
 * Stops what is open of a job. What waits ends at once; what runs ends when its agent says so. An ended job stays as it
 * is; that it is not wanted any more is kept, once.
 */
export function decideStopJob(state: State, { actor, jobId, view }: Ask<'job.stop'>, context: Context): Decision {
  const job = getJob(state, jobId)
  demandOwner(actor, job, 'stop it')
  const asked = { actor, kind: 'stop', view: view ?? 'native', context } as const
  if (job.endedAt !== undefined) return keepStop(state, job, toSubmission(state, job, asked))
  const open = [...state.tasks.find('job', jobId)].filter(task => !isEnded(task.status) && task.desired === 'run')
  // asked for before, and on its way
  if (job.desired === 'stop' && open.length === 0) return { events: [], answer: { jobId } }
  const submission = toSubmission(state, job, asked)
  const events: Event[] = [
    { type: 'job.stop-requested', jobId, by: actor.name },
    { type: 'job.asked', submission },
    ...stopTasks(state, open),
    // nothing of it will end by itself
    ...(job.counts.total === 0 ? [{ type: 'job.ended' as const, jobId }] : []),
  ]
  return { events, answer: { jobId, submissionId: submission.id } }
}

function keepStop(state: State, job: JobRow, submission: SubmissionRow): Decision {
  const last = [...state.submissions.find('job', job.id)].reduce<SubmissionRow | undefined>(
    (newest, one) => (newest === undefined || one.id > newest.id ? one : newest),
    undefined,
  )
  const answer = { jobId: job.id }
  return last?.kind === 'stop' ? { events: [], answer } : { events: [{ type: 'job.asked', submission }], answer }
}

/** Removes a job for everybody at once; its rows go when nothing of it runs any more. */
export function decidePurge(state: State, { actor, jobId }: Ask<'job.purge'>, _context: Context): Decision {
  const job = getJob(state, jobId)
  demandOwner(actor, job, 'remove it')
  const tasks = [...state.tasks.find('job', jobId)]
  const open = tasks.filter(task => !isEnded(task.status) && task.desired === 'run')
  const ids = [...new Set(tasks.map(toWarmthId))].filter(id => state.warmed.get(id) !== undefined)
  const events: Event[] = [
    { type: 'job.purged', jobId },
    ...stopTasks(state, open),
    ...(ids.length > 0 ? [{ type: 'warmth.forgotten' as const, ids }] : []),
    ...(job.counts.total === 0 && job.endedAt === undefined ? [{ type: 'job.ended' as const, jobId }] : []),
  ]
  return { events, answer: { jobId } }
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
