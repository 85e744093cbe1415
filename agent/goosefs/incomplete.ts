// files that list as cached because nothing of them is written yet: told from empty ones by `fs stat`
import type { Measurement } from '../../shared/verdict.ts'
import { READ_ARGV } from './argv.ts'
import type { Bench, StepEnd } from './bench.ts'
import { MOST_DOUBTFUL, toMeasurement } from './list-file.ts'
import { callLines, type Measured } from './measure.ts'
import { readStat } from './read-stat.ts'

const STAT_MS = 60_000

/**
 * A file that is being written through the cache lists as `0 … NOT_PERSISTED … 100%`, and so does an empty one that was
 * never to be persisted. Where there are few of them each one is looked at (a JVM each), and those that are not complete
 * are taken out of what is cached; where that does not tell, a note says that they may be incomplete.
 */
export async function settleDoubts(bench: Bench, end: StepEnd<Measured>): Promise<StepEnd<Measured>> {
  const { doubtful, measurement } = end.data
  if (doubtful === undefined || measurement === undefined || bench.signal.aborted) return end
  const asked = doubtful.count <= MOST_DOUBTFUL ? doubtful.paths.filter(canBeAsked) : []
  const incomplete: string[] = []
  let untold = doubtful.count - asked.length
  for (const [at, path] of asked.entries()) {
    const completed = await isCompleted(bench, `after-stat-${at}`, path)
    if (completed === undefined) untold += 1
    if (completed === false) incomplete.push(path)
  }
  const note = `${untold} files are empty and not persisted: they may still be being written`
  return {
    ...end,
    data: { ...end.data, measurement: without(measurement, incomplete.length), incomplete },
    calls: (end.calls ?? 0) + asked.length,
    notes: [...(end.notes ?? []), ...(untold === 0 ? [] : [note])],
  }
}

// the CLI expands a star, and drops what stands behind a question mark
function canBeAsked(path: string): boolean {
  return path.startsWith('/') && !/[*?]/.test(path)
}

async function isCompleted(bench: Bench, name: string, path: string): Promise<boolean | undefined> {
  const found = readStat(await callLines(bench, { name, args: READ_ARGV.stat(path), timeoutMs: STAT_MS }))
  return found?.path === path ? found.completed : undefined
}

/** Empty files have no bytes, so only the count of cached ones changes. */
function without(measurement: Measurement, files: number): Measurement {
  if (files === 0) return measurement
  const { at, fresh, complete, ...totals } = measurement
  const left = { ...totals, cachedFiles: totals.cachedFiles - files, unpersisted: files }
  return toMeasurement(left, { at, fresh, complete })
}
