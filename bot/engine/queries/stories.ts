// all that a summary tells of a job: the job, who asked, and the tasks that went worst
import type { Id } from '../../../shared/ids.ts'
import type { Task } from '../../../shared/job.ts'
import type { State, TaskRow } from '../../core/state.ts'
import type { Story } from '../chat-port.ts'
import { tasksInOrder } from './find.ts'
import { toJob, toTask } from './views.ts'

const MOST_WORST = 10

/** A job's story; undefined when it is gone. */
export function toStory(state: State, jobId: Id): Story | undefined {
  const row = state.jobs.get(jobId)
  if (row === undefined || row.purged) return undefined
  const zone = row.scheduled === undefined ? undefined : state.schedules.get(row.scheduled.id)?.timing.zone
  const told = { job: toJob(state, row), askers: row.askers ?? [], worst: findWorst(state, jobId) }
  return { ...told, ...(zone !== undefined && { zone }) }
}

/** All tasks of a job as they are shown, in their order; made one by one while they are walked. */
export function* findAllTasks(state: State, jobId: Id): Iterable<Task> {
  for (const row of tasksInOrder(state, jobId)) yield toTask(state, row)
}

// the worst first; of those that are alike the one that misses most, then the older one
function findWorst(state: State, jobId: Id): Task[] {
  return tasksInOrder(state, jobId)
    .map(row => ({ row, rank: RANKS.findIndex(isSo => isSo(row)), missing: row.verdict?.missingTotal ?? 0 }))
    .sort((a, b) => a.rank - b.rank || b.missing - a.missing)
    .slice(0, MOST_WORST)
    .map(({ row }) => toTask(state, row))
}

const RANKS: readonly ((row: TaskRow) => boolean)[] = [
  row => row.verdict?.kind === 'not-cached',
  row => row.verdict?.kind === 'partly',
  row => row.status === 'failed' || row.status === 'lost',
  row => row.status === 'stopped',
  row => row.verdict?.kind === 'unverified',
  row => row.verdict?.kind === 'empty',
  row => row.verdict?.kind === 'nothing-new',
  () => true,
]
