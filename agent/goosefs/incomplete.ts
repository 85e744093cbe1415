// files that list as cached because nothing of them is written yet: told from empty ones by the master's web or `fs stat`
import type { Measurement } from '../../shared/verdict.ts'
import { READ_ARGV } from './argv.ts'
import type { Bench, StepEnd } from './bench.ts'
import { CALL_LIMITS } from './call-limits.ts'
import { toMeasurement } from './list-file.ts'
import { isFileComplete } from './master-web.ts'
import type { Measured } from './measure.ts'
import { readStat } from './read-stat.ts'
import { createPatience } from './web-json.ts'

// a JVM each
const MOST_STATS = 5
// one after another, and of a web that accepts and never answers each takes its whole time
const MOST_UNANSWERED = 3

/**
 * A file that is being written through the cache lists as empty and wholly cached, like one that is only empty; where it is
 * written through to the object store (`CACHE_THROUGH`, `THROUGH`) even as `PERSISTED` [measured on 2.5 and 2.9]. The
 * master's web is asked about the first of them, or the CLI where there are few; those that are not complete are taken out
 * of what is cached. How many nobody looked at is a note.
 */
export async function settleDoubts(bench: Bench, end: StepEnd<Measured>): Promise<StepEnd<Measured>> {
  const { doubtful, measurement } = end.data
  if (doubtful === undefined || measurement === undefined || bench.signal.aborted) return end
  const found = { incomplete: [] as string[], untold: doubtful.count, calls: 0 }
  const { masterWeb } = (await bench.deps.webs?.()) ?? {}
  const patience = createPatience(MOST_UNANSWERED)
  const mayStat = doubtful.count <= MOST_STATS
  for (const [at, path] of doubtful.paths.entries()) {
    if (bench.signal.aborted) break
    const mayAsk = masterWeb !== undefined && !patience.isOver()
    let completed = mayAsk ? await isFileComplete(masterWeb, path, patience) : undefined
    if (completed === undefined && mayStat && canBeAsked(path)) {
      found.calls += 1
      completed = await isCompleted(bench, `after-stat-${at}`, path)
    }
    if (completed === undefined) continue
    found.untold -= 1
    if (!completed) found.incomplete.push(path)
  }
  const { incomplete, untold, calls } = found
  const note = `${untold === 1 ? '1 file is' : `${untold} files are`} empty and may still be being written: nobody looked`
  return {
    ...end,
    data: { ...end.data, measurement: without(measurement, incomplete.length), incomplete },
    calls: (end.calls ?? 0) + calls,
    notes: [...(end.notes ?? []), ...(untold === 0 ? [] : [note])],
  }
}

// the CLI expands a star, and drops what stands behind a question mark
function canBeAsked(path: string): boolean {
  return path.startsWith('/') && !/[*?]/.test(path)
}

// of a file that is not complete it tells the facts, and then fails over its blocks with 255
async function isCompleted(bench: Bench, name: string, path: string): Promise<boolean | undefined> {
  const lines: string[] = []
  await bench.cli({
    name,
    args: READ_ARGV.stat(path),
    ...CALL_LIMITS.stat,
    signal: bench.signal,
    repeatable: true,
    onLine: line => void lines.push(line),
  })
  const found = readStat(lines.slice(0, 100))
  return found?.path === path ? found.completed : undefined
}

/** Empty files have no bytes, so only the count of cached ones changes. */
function without(measurement: Measurement, files: number): Measurement {
  if (files === 0) return measurement
  const { at, fresh, complete, ...totals } = measurement
  const left = { ...totals, cachedFiles: totals.cachedFiles - files, unpersisted: files }
  return toMeasurement(left, { at, fresh, complete })
}
