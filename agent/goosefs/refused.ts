// what a refused load is told to lack: the listing from before it, which nothing has changed
import { isWithin, toNamespacePath } from '../../shared/path.ts'
import type { Findings, Measurement, Workers } from '../../shared/verdict.ts'
import type { Ending, Follower } from '../../shared/wire.ts'
import type { Bench } from './bench.ts'
import { compareLists } from './compare.ts'
import { MISSING_FILE, type Result } from './findings.ts'
import { toMeasurement } from './list-file.ts'
import { listName, type Measured } from './measure.ts'

type Refusing = {
  readonly before: Measured
  readonly workers: Workers | undefined
  readonly followers: readonly Follower[]
}

/** Findings with the same measurement before and after, and every file that is not wholly cached, for want of space. */
export async function toRefused(
  bench: Bench,
  { followers, ...facts }: Refusing,
): Promise<{ result: Result; cuts: Ending['cuts'] }> {
  const result = await refusedBelow(bench, facts)
  const cuts: Ending['cuts'] = []
  const own = toNamespacePath(bench.deps.order.path)
  for (const { task, path } of followers) {
    const place = toNamespacePath(path)
    const below = place === own ? facts : { ...facts, place }
    if (isWithin(place, own)) cuts.push({ task, findings: (await refusedBelow(bench, below, true)).findings })
  }
  return { result, cuts }
}

type Below = Omit<Refusing, 'followers'> & { readonly place?: string }

async function refusedBelow(bench: Bench, { before, workers, place }: Below, isCut = false): Promise<Result> {
  const { measurement } = before
  const base: Findings = {
    ...{ missing: [], missingTotal: 0, missingByCause: {}, cost: bench.cost() },
    ...(workers === undefined ? {} : { workers }),
  }
  if (measurement === undefined || before.state !== 'listed') return totals(base, measurement, place)
  const missingPath = isCut ? undefined : bench.file(MISSING_FILE)
  const found = await compareLists({
    after: bench.file(listName('before')),
    ...(place === undefined ? {} : { within: place }),
    isMissing: file => file.percent < 100,
    blame: file => (file.persisted ? 'no-space' : 'incomplete'),
    ...(missingPath === undefined ? {} : { missingPath }),
  })
  if (missingPath !== undefined && found.missingStreamBytes > 0) bench.deps.stream('missing', missingPath)
  const { missing, missingTotal, missingByCause } = found
  const { at, fresh, complete } = measurement
  const seen = toMeasurement(found.after, { at, fresh, complete })
  const findings = { ...base, before: seen, after: seen, missing, missingTotal, missingByCause }
  return { findings, missingBytes: found.missingStreamBytes }
}

// totals name no files, and tell nothing of a part
function totals(base: Findings, measurement: Measurement | undefined, place: string | undefined): Result {
  if (measurement === undefined || place !== undefined) return { findings: base, missingBytes: 0 }
  const left = Math.max(1, measurement.files - measurement.cachedFiles)
  const missing = { missingTotal: left, missingByCause: { 'no-space': left } }
  return { findings: { ...base, before: measurement, after: measurement, ...missing }, missingBytes: 0 }
}
