// how far a load is: from its lines, or from samples when the lines bring nothing; nothing is invented
import type { LineCounts, Progress } from '../../shared/allocation.ts'
import { SECOND, toInstant } from '../../shared/time.ts'
import type { Measurement } from '../../shared/verdict.ts'

type Point = { readonly at: number; readonly done: number }

const WINDOW_MS = 30 * SECOND
const SHORTEST_RATE_MS = SECOND

export type ProgressMeter = {
  /** `now` in milliseconds. */
  fromLines(lines: LineCounts, now: number): Progress
  fromSample(cachedBytes: number, now: number): Progress
}

/**
 * Turns counts into progress against the totals of the first measurement.
 * @param partial only places that missed something are loaded: the lines say nothing of what was cached elsewhere
 */
export function createProgressMeter(before: Measurement | undefined, partial = false): ProgressMeter {
  const byLines: Point[] = []
  const bySamples: Point[] = []
  return {
    fromLines(lines, now) {
      // versions that do not mention cached files leave them to the first measurement
      const isUntold = partial || lines.started === 0
      const skipped = Math.max(lines.alreadyCached, isUntold ? (before?.cachedFiles ?? 0) : 0)
      const filesDone = capped(skipped + lines.loaded, before?.files)
      const rate = rateOf(byLines, { at: now, done: filesDone })
      return {
        at: toInstant(now),
        source: 'lines',
        filesDone,
        ...(before === undefined ? {} : { filesTotal: before.files, bytesTotal: before.bytes }),
        ...shareOf({ done: filesDone, total: before?.files, rate }),
      }
    },
    fromSample(cachedBytes, now) {
      const bytesDone = capped(cachedBytes, before?.bytes)
      const rate = rateOf(bySamples, { at: now, done: bytesDone })
      return {
        at: toInstant(now),
        source: 'sample',
        bytesDone,
        ...(before === undefined ? {} : { filesTotal: before.files, bytesTotal: before.bytes }),
        ...(rate === undefined ? {} : { bytesPerSecond: rate }),
        ...shareOf({ done: bytesDone, total: before?.bytes, rate }),
      }
    },
  }
}

function capped(done: number, total: number | undefined): number {
  return total === undefined ? done : Math.min(done, total)
}

function rateOf(points: Point[], point: Point): number | undefined {
  points.push(point)
  while (points.length > 2 && point.at - (points[0]?.at ?? 0) > WINDOW_MS) points.shift()
  const first = points[0] ?? point
  const span = point.at - first.at
  if (span < SHORTEST_RATE_MS || point.done <= first.done) return undefined
  return ((point.done - first.done) * SECOND) / span
}

type Share = { readonly done: number; readonly total: number | undefined; readonly rate: number | undefined }

function shareOf({ done, total, rate }: Share): Pick<Progress, 'percent' | 'etaSeconds'> {
  if (total === undefined || total === 0) return {}
  const percent = Math.floor((done * 1000) / total) / 10
  return { percent, ...(rate === undefined ? {} : { etaSeconds: Math.round((total - done) / rate) }) }
}
