// which cause a missing file gets: what was said of it first, then what the run and the cluster looked like
import type { Cause, Findings } from '../../shared/verdict.ts'
import type { Evidence } from './evidence.ts'
import type { ListedFile } from './list-file.ts'
import type { Absences } from './restarts.ts'

export type Circumstances = {
  readonly evidence: Evidence
  /** What ended or crippled the whole run. */
  readonly runCause?: Cause
  readonly workers?: Findings['workers']
  readonly jobWorkers?: number
  /** Bytes that are not in the cache. */
  readonly missingBytes: number
  /** Everything cached counts for nothing: no worker serves it. */
  readonly servesNothing: boolean
  readonly copies: number
  /** Servers that were not there all the time. */
  readonly absences?: Absences
}

const FULL_SHARE = 0.95

/** Whether a listed file is not what was asked for: not wholly cached, not served, or too few copies of it. */
export function isMissing(circumstances: Circumstances, file: ListedFile): boolean {
  if (file.percent < 100 || circumstances.servesNothing || isShortOfWorkers(circumstances)) return true
  return circumstances.copies > 1 && circumstances.evidence.causeOf(file.path) === 'replicas'
}

// a worker holds one copy; up to 2.5 the CLI calls a file loaded as soon as there is one, however many were asked for
function isShortOfWorkers({ copies, workers }: Circumstances): boolean {
  return copies > 1 && workers !== undefined && workers.live - workers.silent < copies
}

/** The narrowest cause that is known: of this file, then of the run, then of the cluster. */
export function blame(circumstances: Circumstances, file: ListedFile, change: 'same' | 'changed' | 'new'): Cause {
  const { evidence, runCause, workers } = circumstances
  if (file.percent === 100 && circumstances.servesNothing) return 'worker-lost'
  if (file.percent === 100 && isShortOfWorkers(circumstances)) return 'replicas'
  if (!file.persisted) return 'incomplete'
  const own = evidence.causeOf(file.path)
  if (own !== undefined) return own
  if (change === 'new') return 'not-seen'
  if (change === 'changed') return 'changed'
  if (runCause !== undefined && !isVague(circumstances)) return runCause
  if (circumstances.servesNothing) return 'worker-lost'
  const absent = blameAbsence(circumstances)
  if (absent !== undefined) return absent
  if (runCause !== undefined) return runCause
  const foreign = evidence.foreignCauseOf(file.path)
  if (foreign !== undefined) return foreign
  if (isTooFull(circumstances)) return 'no-space'
  const away = (workers?.lost ?? 0) + (workers?.silent ?? 0)
  return away > 0 || circumstances.absences?.restarted.includes('worker') === true ? 'worker-lost' : 'unknown'
}

// that it stood still is no cause where one is known; 2.9 has the words of a lost master when it lost the job master
function isVague({ runCause, absences }: Circumstances): boolean {
  if (runCause === 'master-unreachable') return absences?.restarted.includes('master') === false
  return runCause === 'stalled'
}

// what a server forgot or could not do while it was away explains a file of which nothing else is known
function blameAbsence({ absences, jobWorkers }: Circumstances): Cause | undefined {
  // its job workers come back to it a moment later
  if (absences?.restarted.includes('job-master')) return 'job-service-down'
  if (jobWorkers === 0 || absences?.allJobWorkers) return 'no-job-worker'
  return absences?.restarted.includes('master') ? 'master-unreachable' : undefined
}

/** Whether what is missing would not fit any more. */
export function isTooFull({ workers, missingBytes }: Pick<Circumstances, 'workers' | 'missingBytes'>): boolean {
  if (workers === undefined || workers.capacityBytes === 0) return false
  const free = workers.capacityBytes - workers.usedBytes
  return free < missingBytes || workers.usedBytes >= workers.capacityBytes * FULL_SHARE
}
