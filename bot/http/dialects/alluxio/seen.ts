// a job as view 001 looks at it: found by one of its names, with its tasks and the words in which it was asked for
import type { ActionName } from '../../../../shared/actions.ts'
import { AppError } from '../../../../shared/errors.ts'
import { Id } from '../../../../shared/ids.ts'
import type { Job } from '../../../../shared/job.ts'
import { toComparable } from '../../../../shared/path.ts'
import type { NamedTask } from '../../../engine/operations/port.ts'
import { Kept, type Key } from './asks.ts'
import type { Here } from './offer.ts'

export type Seen = {
  readonly job: Job
  /** Its tasks of the kind that is looked at. */
  readonly tasks: readonly NamedTask[]
  /** Undefined when other views had a hand in it: then its tasks tell. */
  readonly kept: Kept | undefined
}

type Kind = readonly ActionName[]

/** A job with what is shown of it; undefined when it does nothing of the kind. */
export async function see(here: Here, job: Job, does: Kind): Promise<Seen | undefined> {
  const { items } = await here.room.operations.findTasks(here.actor, { jobId: job.id })
  const tasks = items.filter(({ task }) => does.includes(task.action))
  return tasks.length === 0 ? undefined : { job, tasks, kept: await readKept(here, job) }
}

/** The words in which a job was asked for; undefined when other views had a hand in it. */
export async function readKept({ room, actor }: Here, job: Job): Promise<Kept | undefined> {
  const asks = (await room.operations.listSubmissions(actor, { ref: job.id })).filter(({ kind }) => kind === 'submit')
  const [first] = asks
  if (first?.document === undefined || asks.some(({ view }) => view !== 'alluxio')) return undefined
  return Kept.safeParse(first.document).data
}

/** The newest job of the kind that a key names; a job of another cluster than the one that was named is none. */
export async function findByKey(here: Here, key: Key, does: Kind): Promise<Job | undefined> {
  const name = key.alias ?? key.index
  if (key.id !== undefined) return await findById(here, key.id, does)
  if (name === undefined) return await findOpenByPaths(here, key.paths ?? [], does)
  const { room, actor, named } = here
  return (await room.operations.listJobs(actor, { name, does, cluster: named, limit: 1 })).items[0]
}

async function findById(here: Here, given: string, does: Kind): Promise<Job | undefined> {
  const id = given.toLowerCase()
  // short numbers are no ids here
  if (!Id.safeParse(id).success) return undefined
  const job = await here.room.operations.getJob(here.actor, id).catch((thrown: unknown) => {
    if (thrown instanceof AppError && thrown.code === 'JOB_NOT_FOUND') return undefined
    throw thrown
  })
  if (job === undefined || (here.named !== undefined && job.cluster !== here.named)) return undefined
  return does.some(action => action === job.action) || (await see(here, job, does)) !== undefined ? job : undefined
}

const MOST_LOOKED_AT = 1_000

// only what is open can be stopped, so nothing else is looked for
async function findOpenByPaths(here: Here, given: readonly string[], does: Kind): Promise<Job | undefined> {
  const { room, actor, cluster } = here
  const paths = await room.operations.expandPaths(actor, cluster.cluster, { paths: given })
  const wanted = [toSet(given), toSet(paths)]
  const query = { does, cluster: cluster.cluster, status: ['queued', 'running'] as const, limit: MOST_LOOKED_AT }
  for (const job of (await room.operations.listJobs(actor, query)).items) {
    const { kept, tasks = [] } = (await see(here, job, does)) ?? {}
    const own = [toSet(kept?.paths ?? []), toSet(tasks.map(({ task }) => task.path))]
    if (own.some(set => wanted.includes(set))) return job
  }
  return undefined
}

// the order and the spelling of paths do not count
function toSet(paths: readonly string[]): string {
  return [...new Set(paths.map(toComparable))].sort().join('\n')
}
