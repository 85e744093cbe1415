// why the engine's own jobs failed, by file: the CLI of 2.9 tells of success all the same
import { isWithin, toNamespacePath } from '../../shared/path.ts'
import { listIds } from './engine-web.ts'
import { readJobPaths, readJobStatus } from './read-jobs.ts'
import { askWeb, createPatience } from './web-json.ts'

const MOST_JOBS = 500
const AT_ONCE = 8
// of a web that accepts and never answers, each takes its whole time
const MOST_UNANSWERED = 8

export type FailuresAsk = {
  readonly path: string
  /** Only jobs with a higher id: those of this load and whatever ran beside it. */
  readonly newerThan: number
  readonly signal?: AbortSignal
}

/**
 * Messages of failed jobs for files at or below the path, from the web of the job master (`get_status`), of the 500 youngest
 * jobs at most; what was found so far when it leaves several questions in a row without an answer. Of a batch each task speaks
 * for the files it names.
 */
export async function readFailures(base: string, ask: FailuresAsk): Promise<ReadonlyMap<string, string>> {
  const ids = ((await listIds(base, 'FAILED')) ?? []).filter(id => id > ask.newerThan).slice(-MOST_JOBS)
  const place = toNamespacePath(ask.path)
  const found = new Map<string, string>()
  const patience = createPatience(MOST_UNANSWERED)
  const lane = async () => {
    for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
      if (ask.signal?.aborted || patience.isOver()) return
      const failed = readFailure(await askWeb({ base, path: `master/job/get_status?jobId=${id}`, patience }))
      // the youngest job of a file speaks for it
      for (const [path, message] of failed) if (isWithin(path, place) && !found.has(path)) found.set(path, message)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return found
}

/** The files of one failed job with their messages; none when it did not fail. */
export function readFailure(json: unknown): [string, string][] {
  const job = readJobStatus(json)
  if (job?.status !== 'FAILED') return []
  const { children } = json as { children?: unknown }
  const tasks = Array.isArray(children) ? children.flatMap(child => readTask(child, job.paths)) : []
  if (tasks.length > 0) return tasks
  return job.paths.map(path => [toNamespacePath(path), job.error ?? ''])
}

// the only file of a job is known exactly, while in a description any name may look like the end of one
function readTask(child: unknown, jobPaths: readonly string[]): [string, string][] {
  const { status, description, errorMessage } = (child ?? {}) as Readonly<Record<string, unknown>>
  if (status !== 'FAILED' || typeof description !== 'string' || typeof errorMessage !== 'string') return []
  const paths = jobPaths.length === 1 ? jobPaths : readJobPaths(description)
  return paths.map(path => [toNamespacePath(path), errorMessage])
}
