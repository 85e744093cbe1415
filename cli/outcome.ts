// how a job's end becomes the exit code
import type { Job, Task } from '../shared/job.ts'
import type { VerdictKind } from '../shared/verdict.ts'
import { EXIT } from './failure.ts'

const KIND_EXITS: Readonly<Record<VerdictKind, number>> = {
  cached: EXIT.cached,
  'nothing-new': EXIT.cached,
  empty: EXIT.cached,
  partly: EXIT.partly,
  'not-cached': EXIT.failed,
  unverified: EXIT.unverified,
}

/** Whether nothing follows by itself any more. */
export function hasEnded(job: Job): boolean {
  return job.status !== 'queued' && job.status !== 'running'
}

/** The exit code that one ended task alone would give. */
export function toTaskExit(task: Task): number {
  if (task.status === 'stopped') return EXIT.stopped
  const kind = task.verdict?.kind
  if (task.status === 'succeeded') return kind === undefined ? EXIT.cached : KIND_EXITS[kind]
  return kind === 'partly' ? EXIT.partly : EXIT.failed
}

/**
 * The exit code of a job from its status and its tasks' codes: a job that is `partial` exits 3 when it loads, else 1;
 * a failed load of which some is cached all the same exits 3 as well.
 */
export function toJobExit(job: Job, taskExits: ReadonlySet<number>): number {
  const loads = job.action === 'load' || job.action === 'forceload' || job.action === 'mixed'
  switch (job.status) {
    case 'partial':
      return loads ? EXIT.partly : EXIT.failed
    case 'stopped':
      return EXIT.stopped
    case 'succeeded':
      return taskExits.has(EXIT.unverified) ? EXIT.unverified : EXIT.cached
    case 'failed':
    case 'lost':
      return loads && taskExits.has(EXIT.partly) ? EXIT.partly : EXIT.failed
    default:
      return EXIT.failed
  }
}

/** One exit code for several jobs: what they agree on, else partly as soon as one failed, stopped, unverified. */
export function combineExits(exits: readonly number[]): number {
  const kinds = new Set(exits)
  if (kinds.size <= 1) return exits[0] ?? EXIT.cached
  if (kinds.has(EXIT.failed) || kinds.has(EXIT.partly)) return EXIT.partly
  return kinds.has(EXIT.stopped) ? EXIT.stopped : EXIT.unverified
}
