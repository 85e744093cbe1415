// the answer of a dry run: what share of a path is cached and how much a load would have to bring
import type { Task } from '../shared/job.ts'
import type { Estimate } from '../shared/verdict.ts'
import { EXIT } from './failure.ts'
import { toBytes, toCount, toDuration, toPrintable } from './words.ts'

/** Whole percent of the bytes that are cached, rounded down so that 100 means all; undefined when there are none. */
export function toCachedPercent(estimate: Estimate): number | undefined {
  if (estimate.bytes === 0) return undefined
  return Math.floor((100 * (estimate.bytes - estimate.missingBytes)) / estimate.bytes)
}

/** One sentence with what was measured. */
export function toEstimate(task: Task, estimate: Estimate): string {
  const percent = toCachedPercent(estimate)
  const share = percent === undefined ? 'holds no bytes' : `${percent} % cached`
  const facts = [
    `${toPrintable(task.path)}: ${share}`,
    `${toCount(estimate.files, 'file')} of ${toBytes(estimate.bytes)}`,
    toMissing(estimate),
  ]
  if (estimate.seconds !== undefined) facts.push(`about ${toDuration(estimate.seconds * 1_000)} to load`)
  if (estimate.freeAfterBytes !== undefined) facts.push(toRoom(estimate.freeAfterBytes))
  return facts.join(', ')
}

/** 0 all cached · 3 partly · 1 nothing cached or not measured · 4 stopped. */
export function toEstimateExit(task: Task): number {
  if (task.status === 'stopped') return EXIT.stopped
  if (task.estimate === undefined) return EXIT.failed
  if (task.estimate.missingBytes === 0) return EXIT.cached
  return task.estimate.missingBytes < task.estimate.bytes ? EXIT.partly : EXIT.failed
}

function toMissing({ missingBytes, missingFiles }: Estimate): string {
  const files = missingFiles === undefined ? '' : ` (${toCount(missingFiles, 'file')})`
  return `${toBytes(missingBytes)} missing${files}`
}

function toRoom(freeAfterBytes: number): string {
  if (freeAfterBytes >= 0) return `${toBytes(freeAfterBytes)} of cache free afterwards`
  return `${toBytes(-freeAfterBytes)} more than the cache has free`
}
