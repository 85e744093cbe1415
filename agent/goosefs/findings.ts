// what one verified load comes to: findings for the task, and cuts of them for its followers
import { writeFile } from 'node:fs/promises'
import { isWithin, toNamespacePath } from '../../shared/path.ts'
import type { Findings, Measurement } from '../../shared/verdict.ts'
import type { Follower } from '../../shared/wire.ts'
import { toReason } from '../spool.ts'
import type { Bench } from './bench.ts'
import { blame, type Circumstances, isMissing, isTooFull } from './blame.ts'
import { compareLists } from './compare.ts'
import { type Evidence, gatherEvidence, NO_EVIDENCE, withFailures } from './evidence.ts'
import { toMeasurement } from './list-file.ts'
import { causeOfRun } from './load-outcome.ts'
import { listName, type Measured } from './measure.ts'
import { type Absences, NO_ABSENCES } from './restarts.ts'
import { type LoadOutcome, STEPS } from './steps.ts'

export type LoadFacts = {
  readonly before: Measured
  readonly after: Measured
  /** Key of the step that kept the listing afterwards; default `after`. */
  readonly listedBy?: string
  readonly load: LoadOutcome
  readonly quiet?: boolean
  readonly jobWorkers?: number
  readonly workers?: Findings['workers']
  /** Why nobody knows whether a live worker holds what lists as cached. */
  readonly unvouched?: Findings['trouble']
  /** Servers that were not there all the time. */
  readonly absences?: Absences
  /** What the engine says of its failed jobs, by file. */
  readonly failures?: ReadonlyMap<string, string>
}

export type Result = { readonly findings: Findings; readonly missingBytes: number }
/** Where the whole list of missing files is written, in the allocation's directory. */
export const MISSING_FILE = 'missing.tsv'

/** Compares the two listings and names each missing file with its cause; the whole list becomes the `missing` stream. */
export async function toFindings(bench: Bench, facts: LoadFacts, follower?: Follower): Promise<Result> {
  const base = toBase(bench, facts)
  const place = toNamespacePath(follower?.path ?? bench.deps.order.path)
  const own = toNamespacePath(bench.deps.order.path)
  if (follower !== undefined && !isWithin(place, own))
    return unmeasured(base, `${follower.path} is not part of what was loaded`)
  const { after } = facts
  if (after.state === 'failed' || after.measurement === undefined) {
    return {
      findings: { ...base, ...(after.trouble === undefined ? {} : { trouble: after.trouble }) },
      missingBytes: 0,
    }
  }
  if (after.state === 'cut') {
    if (place === own) return totalsOnly(base, facts, after.measurement)
    return unmeasured(base, 'the tree was too large to list it file by file')
  }
  if (after.state === 'missing' && (facts.before.measurement?.files ?? 0) === 0)
    return noSuchPath(bench, { base, facts, place })
  return await compared(bench, { base, facts, place: place === own ? undefined : place })
}

function toBase(bench: Bench, facts: LoadFacts): Findings {
  return {
    missing: [],
    missingTotal: 0,
    missingByCause: {},
    cost: bench.cost(),
    ...(facts.quiet === undefined ? {} : { quiet: facts.quiet }),
    ...(facts.workers === undefined ? {} : { workers: facts.workers }),
    ...(facts.unvouched === undefined ? {} : { trouble: facts.unvouched }),
    ...(facts.absences?.restarted.length ? { restarted: [...facts.absences.restarted] } : {}),
  }
}

type Work = { readonly base: Findings; readonly facts: LoadFacts; readonly place: string | undefined }

async function compared(bench: Bench, { base, facts, place }: Work): Promise<Result> {
  const { before, after } = facts
  const circumstances = await look(bench, facts)
  const listedBefore = before.state === 'listed'
  const missingPath = place === undefined ? bench.file(MISSING_FILE) : undefined
  const found = await compareLists({
    ...(listedBefore ? { before: bench.file(listName('before')) } : {}),
    after: bench.file(listName(facts.listedBy ?? STEPS.after.key)),
    ...(place === undefined ? {} : { within: place }),
    ...(after.incomplete === undefined ? {} : { incomplete: after.incomplete }),
    isMissing: file => isMissing(circumstances, file),
    blame: (file, change) => blame(circumstances, file, change),
    wasLoaded: circumstances.evidence.wasLoaded,
    ...(missingPath === undefined ? {} : { missingPath }),
  })
  if (found.missingTrouble !== undefined) tellTrouble(bench, found.missingTrouble)
  if (missingPath !== undefined && found.missingStreamBytes > 0) bench.deps.stream('missing', missingPath)
  const findings: Findings = {
    ...base,
    missing: found.missing,
    missingTotal: found.missingTotal,
    missingByCause: found.missingByCause,
    after: toMeasurement(found.after, pick(after.measurement)),
    ...(found.dropped.files === 0 || areWorkersAway(facts) ? {} : { dropped: found.dropped }),
    ...(found.before === undefined ? {} : { before: toMeasurement(found.before, pick(before.measurement)) }),
  }
  return { findings, missingBytes: found.missingStreamBytes }
}

function tellTrouble(bench: Bench, reason: string): void {
  bench.note(`the list of missing files could not be written whole: ${reason}`)
}

function pick(of: Measurement | undefined): Pick<Measurement, 'at' | 'fresh' | 'complete'> {
  return { at: of?.at ?? new Date(0).toISOString(), fresh: of?.fresh ?? false, complete: of?.complete ?? false }
}

// with a worker goes what it held: nobody else made that leave
function areWorkersAway({ workers, absences = NO_ABSENCES }: LoadFacts): boolean {
  return (workers?.lost ?? 0) + (workers?.silent ?? 0) > 0 || absences.restarted.includes('worker')
}

async function look(bench: Bench, facts: LoadFacts): Promise<Circumstances> {
  const { load, workers, after } = facts
  const total = after.measurement
  const missingBytes = (total?.bytes ?? 0) - (total?.cachedBytes ?? 0)
  const runCause = causeOfRun(load)
  const keepLoaded = areWordsTrue(facts) && !isTooFull({ workers, missingBytes })
  return {
    evidence: await readEvidence(bench, facts, keepLoaded),
    missingBytes,
    servesNothing: workers !== undefined && workers.silent >= workers.live,
    copies: bench.deps.order.options.replication ?? 1,
    absences: facts.absences ?? NO_ABSENCES,
    ...(runCause === undefined ? {} : { runCause }),
    ...(workers === undefined ? {} : { workers }),
    ...(facts.jobWorkers === undefined ? {} : { jobWorkers: facts.jobWorkers }),
  }
}

async function readEvidence(bench: Bench, { load, failures }: LoadFacts, keepLoaded: boolean): Promise<Evidence> {
  const words = { path: bench.outputPath, from: load.from, cwd: bench.file(STEPS.load.key), keepLoaded }
  const isAsked = keepLoaded || Object.keys(load.summary.causes).length > 0
  const evidence = isAsked ? await gatherEvidence(words, load.summary) : NO_EVIDENCE
  return failures === undefined ? evidence : withFailures(evidence, failures)
}

/**
 * Whether a file that was called loaded was loaded once, so that it must have left the cache since. Up to 2.5 a success line
 * is true when it is printed; later ones, known by their footers, tell of success for what failed or was taken back.
 */
function areWordsTrue({ after, load, absences = NO_ABSENCES }: LoadFacts): boolean {
  const { measurement } = after
  if (measurement === undefined || measurement.cachedFiles === measurement.files) return false
  const { footer, jobControlId, csvPath } = load.summary
  return [footer, jobControlId, csvPath].every(sign => sign === undefined) && absences.restarted.length === 0
}

async function noSuchPath(bench: Bench, { base, facts, place }: Work): Promise<Result> {
  const path = place ?? bench.deps.order.path
  const line = `${path}\tno-such-path\n`
  const own = path === toNamespacePath(bench.deps.order.path)
  const written = own && (await writeMissing(bench, line))
  const findings: Findings = {
    ...base,
    ...(facts.before.measurement === undefined ? {} : { before: facts.before.measurement }),
    ...(facts.after.measurement === undefined ? {} : { after: facts.after.measurement }),
    missing: [{ path, cause: 'no-such-path' }],
    missingTotal: 1,
    missingByCause: { 'no-such-path': 1 },
  }
  return { findings, missingBytes: written ? Buffer.byteLength(line) : 0 }
}

async function writeMissing(bench: Bench, line: string): Promise<boolean> {
  try {
    await writeFile(bench.file(MISSING_FILE), line)
  } catch (thrown) {
    tellTrouble(bench, toReason(thrown))
    return false
  }
  bench.deps.stream('missing', bench.file(MISSING_FILE))
  return true
}

/** Totals cannot name files: how many are missing is known, which ones is not. */
function totalsOnly(base: Findings, facts: LoadFacts, after: Measurement): Result {
  const left = Math.max(after.files - after.cachedFiles, after.cachedBytes < after.bytes ? 1 : 0)
  const cause = causeOfRun(facts.load) ?? 'unknown'
  const findings = {
    ...base,
    after,
    ...(facts.before.measurement === undefined ? {} : { before: facts.before.measurement }),
    missingTotal: left,
    missingByCause: left === 0 ? {} : { [cause]: left },
  }
  return { findings, missingBytes: 0 }
}

function unmeasured(base: Findings, message: string): Result {
  return { findings: { ...base, trouble: { cause: 'unknown', message } }, missingBytes: 0 }
}
