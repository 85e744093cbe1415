// the paths of a job that are told of when there is no room for all of them: the worst
import type { Actor, Job, Task } from '../../shared/job.ts'
import type { VerdictKind } from '../../shared/verdict.ts'
import type { Operations } from '../engine/operations/port.ts'

/** `rest` of the job's paths are left out. */
export type Worst = { readonly tasks: readonly Task[]; readonly rest: number }

/** A page of each in turn, so that a few of ten thousand are found without looking at all. */
const WORST_FIRST: readonly (readonly Task['status'][])[] = [
  ['failed', 'lost'],
  ['stopped'],
  ['running'],
  ['queued'],
  ['succeeded'],
]
const PAGE = 100

/** Within one status; without a verdict a run came to nothing. */
const KINDS: readonly (VerdictKind | undefined)[] = [
  ...(['not-cached', undefined, 'partly', 'unverified', 'empty', 'cached', 'nothing-new'] as const),
]

export async function findWorst(
  operations: Pick<Operations, 'listTasks'>,
  actor: Actor,
  { job, most }: { readonly job: Job; readonly most: number },
): Promise<Worst> {
  const tasks: Task[] = []
  for (const status of WORST_FIRST) {
    if (tasks.length >= most) break
    const { items } = await operations.listTasks(actor, job.id, { status, limit: PAGE })
    tasks.push(...items.toSorted((a, b) => KINDS.indexOf(a.verdict?.kind) - KINDS.indexOf(b.verdict?.kind)))
  }
  const told = tasks.slice(0, most)
  return { tasks: told, rest: Math.max(0, job.counts.total - told.length) }
}
