// the job master over its web: milliseconds a call, no JVM

import { concerns, type Engine, type EngineAsk, type Unfinished } from './engine-jobs.ts'
import { isUnfinished, readJobStatus } from './read-jobs.ts'
import { askWeb, createPatience } from './web-json.ts'

const PACE_MS = 300
const AT_ONCE = 8
// of a web that accepts and never answers, each takes its whole time
const MOST_UNANSWERED = 8
// looking at more than these is slower than asking for the counts
const MOST_JOBS = 20_000

/**
 * Makes the engine over `GET /api/v1/master/job/{list,get_status}` and `POST …/cancel` (Alluxio 2.5 to 2.9; the filters of
 * `list` are ignored by 2.5, so every job younger than the load is looked at once it may still be unfinished).
 * @param base such as `http://host:20002`
 */
export function createWebEngine(base: string): Engine {
  const ended = new Set<number>()
  return {
    paceMs: PACE_MS,
    async newest() {
      const ids = await listIds(base)
      return ids === undefined ? undefined : (ids.at(-1) ?? 0)
    },
    async unfinished(ask) {
      const all = await listIds(base)
      if (all === undefined) return { known: false, ids: [], left: 0, calls: 0 }
      const young = all.filter(id => id > (ask.newerThan ?? 0) && !ended.has(id))
      const seen = await look(base, { ids: young, ended, ask })
      const jobWorkers = seen.ids.length > 0 || !seen.known ? undefined : await countJobWorkers(base)
      return jobWorkers === undefined ? seen : { ...seen, jobWorkers }
    },
    async cancel(id) {
      return (await askWeb({ base, path: `master/job/cancel?jobId=${id}`, method: 'POST' })) !== undefined
    },
  }
}

/** Whether the web of a job master answers there. */
export async function isJobWeb(base: string): Promise<boolean> {
  return (await listIds(base)) !== undefined
}

type Looking = { readonly ids: readonly number[]; readonly ended: Set<number>; readonly ask: EngineAsk }

async function look(base: string, { ids, ended, ask }: Looking): Promise<Unfinished> {
  // the youngest first: they are the likeliest to be at work
  const waiting = ids.slice(-MOST_JOBS)
  const found: number[] = []
  let known = ids.length <= MOST_JOBS
  const patience = createPatience(MOST_UNANSWERED)
  const lane = async () => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (ask.signal?.aborted || patience.isOver()) return
      const job = readJobStatus(await askWeb({ base, path: `master/job/get_status?jobId=${id}`, patience }))
      if (job === undefined) known = false
      else if (!isUnfinished(job.status)) ended.add(id)
      else {
        const isOurs = concerns(job, ask.path)
        if (isOurs === undefined) known = false
        if (isOurs === true) found.push(id)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return {
    known: known && ask.signal?.aborted !== true,
    ids: found.sort((a, b) => a - b),
    left: found.length,
    calls: 0,
  }
}

async function countJobWorkers(base: string): Promise<number | undefined> {
  const info = (await askWeb({ base, path: 'job_master/info' })) as { workers?: unknown } | null | undefined
  return Array.isArray(info?.workers) ? info.workers.length : undefined
}

/** Ids of the jobs, ascending; 2.5 ignores the status. Undefined when the web does not answer. */
export async function listIds(base: string, status?: 'FAILED'): Promise<number[] | undefined> {
  const answer = await askWeb({ base, path: `master/job/list${status === undefined ? '' : `?status=${status}`}` })
  if (!Array.isArray(answer)) return undefined
  return answer.filter((id): id is number => typeof id === 'number').sort((a, b) => a - b)
}
