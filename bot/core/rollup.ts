// a job out of its tasks: counts, status, and the verdict and progress of all together
import { ACTIONS } from '../../shared/actions.ts'
import { isEnded, type Progress, type Status } from '../../shared/allocation.ts'
import type { Counts, JobStatus } from '../../shared/job.ts'
import { isPlaceable } from './indexes.ts'
import { without } from './rows.ts'
import type { AllocationRow, JobRow, TaskRow } from './state.ts'

export { toJobVerdict } from './job-verdict.ts'

/** The status of a job out of how its tasks are. Stopped wins over succeeded, a failure beside a success is partial. */
export function toJobStatus(counts: Counts): JobStatus {
  const { total, queued, running, succeeded, failed, stopped, lost } = counts
  if (queued === total) return 'queued'
  if (queued + running > 0) return 'running'
  if (succeeded === total) return 'succeeded'
  if (failed + lost > 0 && succeeded > 0) return 'partial'
  if (failed > 0) return 'failed'
  if (lost > 0) return 'lost'
  return stopped > 0 ? 'stopped' : 'succeeded'
}

/** The job after one of its tasks changed from `before` to `after`; the same row when that makes no difference. */
export function withTask(job: JobRow, before: TaskRow | undefined, after: TaskRow): JobRow {
  const action = before === undefined ? mixed(job, after) : job.action
  const startedAt = job.startedAt ?? after.startedAt
  const shifted = before?.status !== after.status || isWaiting(before) !== isPlaceable(after)
  if (!shifted && action === job.action && startedAt === job.startedAt) return job
  const counts = shifted ? shift(job.counts, before?.status, after.status) : job.counts
  const waiting = shifted ? shiftWaiting(job, before, after) : job.waiting
  const next = {
    ...job,
    action,
    counts,
    waiting,
    status: toJobStatus(counts),
    ...(startedAt !== undefined && { startedAt }),
  }
  return counts.queued + counts.running > 0 && job.endedAt !== undefined ? without(next, 'endedAt') : next
}

/** What the tasks of a job make its counters; for checking those that were kept up to date. */
export function recount(tasks: Iterable<TaskRow>): Pick<JobRow, 'counts' | 'waiting'> {
  const counts = { total: 0, queued: 0, running: 0, succeeded: 0, failed: 0, stopped: 0, lost: 0 }
  const waiting = { work: 0, read: 0 }
  for (const task of tasks) {
    counts.total += 1
    counts[task.status] += 1
    if (isPlaceable(task)) waiting[ACTIONS[task.action].lane] += 1
  }
  return { counts, waiting }
}

function mixed(job: JobRow, task: TaskRow): JobRow['action'] {
  return job.counts.total === 0 || job.action === task.action ? task.action : 'mixed'
}

function isWaiting(task: TaskRow | undefined): boolean {
  return task !== undefined && isPlaceable(task)
}

function shift(counts: Counts, from: Status | undefined, to: Status): Counts {
  const next = { ...counts }
  if (from === undefined) next.total += 1
  else next[from] -= 1
  next[to] += 1
  return next
}

function shiftWaiting(job: JobRow, before: TaskRow | undefined, after: TaskRow): JobRow['waiting'] {
  const lane = ACTIONS[after.action].lane
  const by = Number(isPlaceable(after)) - Number(isWaiting(before))
  return by === 0 ? job.waiting : { ...job.waiting, [lane]: job.waiting[lane] + by }
}

type Part = { readonly task: TaskRow; readonly allocation: AllocationRow | undefined }
type Share = {
  readonly files?: number | undefined
  readonly ofFiles?: number | undefined
  readonly bytes?: number | undefined
  readonly ofBytes?: number | undefined
}

/**
 * How far a job's loads are taken together; attached ones are part of what they follow. Nothing is invented: a total is
 * there only when it is known of every task. Undefined while nothing is known.
 */
export function toJobProgress(parts: readonly Part[]): Progress | undefined {
  const own = parts.filter(({ task }) => task.attachedTo === undefined && ACTIONS[task.action].verified)
  const live = own.flatMap(({ allocation }) => allocation?.progress ?? [])
  const latest = live.reduce<Progress | undefined>(
    (newest, one) => (newest === undefined || one.at > newest.at ? one : newest),
    undefined,
  )
  if (latest === undefined) return undefined
  const shares = own.map(toShare)
  const bytesDone = sum(shares.map(share => share.bytes))
  const bytesTotal = sum(shares.map(share => share.ofBytes))
  const speeds = own
    .filter(({ task }) => task.status === 'running')
    .map(({ allocation }) => allocation?.progress?.bytesPerSecond)
  return toProgress({
    at: latest.at,
    source: latest.source,
    etaSeconds: toEta(own),
    filesDone: sum(shares.map(share => share.files)),
    filesTotal: sum(shares.map(share => share.ofFiles)),
    bytesDone,
    bytesTotal,
    bytesPerSecond: sum(speeds),
  })
}

function toShare({ task, allocation }: Part): Share {
  const after = task.verdict?.after
  if (after !== undefined)
    return { files: after.cachedFiles, ofFiles: after.files, bytes: after.cachedBytes, ofBytes: after.bytes }
  const { files, bytes, cachedFiles, cachedBytes } = allocation?.findings?.before ?? {}
  const progress = allocation?.progress
  if (progress === undefined) return { files: cachedFiles, ofFiles: files, bytes: cachedBytes, ofBytes: bytes }
  // lines count files, samples count bytes; what was cached before the load stands for neither
  const { filesDone, filesTotal = files, bytesDone, bytesTotal = bytes } = progress
  return { files: filesDone, ofFiles: filesTotal, bytes: bytesDone, ofBytes: bytesTotal }
}

// the last of those that run side by side; unknown as soon as one of them does not tell
function toEta(own: readonly Part[]): number | undefined {
  const open = own.filter(({ task }) => !isEnded(task.status))
  const etas = open.flatMap(({ allocation }) => allocation?.progress?.etaSeconds ?? [])
  return etas.length === open.length && etas.length > 0 ? Math.max(...etas) : undefined
}

// unknown as soon as one part is unknown
function sum(parts: readonly (number | undefined)[]): number | undefined {
  return parts.reduce((total, part) => (total === undefined || part === undefined ? undefined : total + part), 0)
}

type Known = { readonly [Key in keyof Progress]: Progress[Key] | undefined } & Pick<Progress, 'at' | 'source'>

function toProgress(known: Known): Progress {
  const { bytesDone, bytesTotal, filesDone, filesTotal, bytesPerSecond } = known
  const percent = percentOf(bytesDone, bytesTotal) ?? percentOf(filesDone, filesTotal)
  const left = bytesDone === undefined || bytesTotal === undefined ? undefined : Math.max(0, bytesTotal - bytesDone)
  const byRate = left === undefined || !bytesPerSecond ? undefined : Math.ceil(left / bytesPerSecond)
  const etaSeconds = byRate ?? known.etaSeconds
  const all = Object.entries({ ...known, percent, etaSeconds })
  return Object.fromEntries(all.filter(([, value]) => value !== undefined)) as Progress
}

// rounded down, so that 100 means all of it
function percentOf(done: number | undefined, total: number | undefined): number | undefined {
  if (done === undefined || total === undefined || total === 0) return undefined
  return Math.min(100, Math.floor((done * 100) / total))
}
