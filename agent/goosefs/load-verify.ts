// a load is over: waits until the engine is quiet, measures again, looks at the servers, compares
import type { Findings, Workers } from '../../shared/verdict.ts'
import type { Ending, Follower } from '../../shared/wire.ts'
import { type Bench, type StepRow, unlessStopped } from './bench.ts'
import { askWorkers, readServers, type Servers, toWorkers, type WorkersAnswer } from './cluster-facts.ts'
import { readFailures } from './engine-failures.ts'
import { pause, type Quiet, waitForQuiet } from './engine-jobs.ts'
import { type LoadFacts, toFindings } from './findings.ts'
import { settleDoubts } from './incomplete.ts'
import { type Settled, settleWorkers, toUnvouched } from './live-workers.ts'
import { stopped, toEnding } from './load-ending.ts'
import { type Measured, measure } from './measure.ts'
import { type Absences, compareServers } from './restarts.ts'
import { type LoadOutcome, STEPS } from './steps.ts'

type Verifying = {
  readonly before: Measured
  readonly load: LoadOutcome
  /** Highest id of the engine's jobs before the load; null when it was not told. */
  readonly newerThan: number | null
  /** Who lived before the load. */
  readonly servers: Servers
  readonly followers: () => readonly Follower[]
}

// what a worker evicted or freed its master learns with the next heartbeat; until then it lists as cached (measured on 2.9)
const HEARTBEAT_MS = 1_100

/** What a load came to: waits until the engine is quiet, measures again, looks at the servers, compares. */
export async function verified(bench: Bench, verifying: Verifying): Promise<Ending> {
  const { before, load, newerThan, followers } = verifying
  const since = newerThan === null ? {} : { newerThan }
  const heartbeat = bench.deps.clock.now() + HEARTBEAT_MS
  const quiet = await waitUntilQuiet(bench, load, since)
  await unlessStopped(bench, pause(bench.deps.clock, Math.max(0, heartbeat - bench.deps.clock.now())))
  if (bench.signal.aborted) return await stopped(bench, { load, before, ...since })
  const looked = await lookAfter(bench, verifying)
  if (looked === undefined) return await stopped(bench, { load, before, ...since })
  const { after, listedBy, absences, workers, unvouched } = looked
  const failures = await readOwnFailures(bench, after, newerThan)
  if (bench.signal.aborted) return await stopped(bench, { load, before, ...since })
  if (before.trouble !== undefined && after.trouble === undefined) {
    bench.note(`it was not measured before the load: ${before.trouble.message}`)
  }
  const facts: LoadFacts = {
    ...{ before, after, listedBy, load, absences },
    ...(quiet.quiet === undefined ? {} : { quiet: quiet.quiet }),
    ...(quiet.jobWorkers === undefined ? {} : { jobWorkers: quiet.jobWorkers }),
    ...(workers === undefined ? {} : { workers }),
    ...(unvouched === undefined ? {} : { unvouched }),
    ...(failures === undefined ? {} : { failures }),
  }
  const result = await toFindings(bench, facts)
  const cuts: Ending['cuts'] = []
  for (const follower of followers()) {
    cuts.push({ task: follower.task, findings: (await toFindings(bench, facts, follower)).findings })
  }
  quoteFailures(bench, load, result.findings)
  return await toEnding(bench, { exit: load.exit, load, result, cuts })
}

async function waitUntilQuiet(bench: Bench, load: LoadOutcome, since: { newerThan?: number }): Promise<Quiet> {
  return await bench.step(STEPS.quiet, async () => {
    const { path } = bench.deps.order
    const ask = { path, signal: bench.signal, ...since }
    // a CLI that was killed may have left the engine between two jobs
    const twice = load.exit.reason !== 'exited' || load.exit.code !== 0
    const seen = await waitForQuiet({ engine: await bench.engine(), clock: bench.deps.clock, twice }, ask)
    return { data: seen, calls: seen.calls }
  })
}

type Seen = {
  readonly absences: Absences
  readonly workers?: Workers
  /** Why nobody knows whether a live worker holds what lists as cached. */
  readonly unvouched?: Findings['trouble']
}

type Looked = Seen & { readonly after: Measured; readonly listedBy: string }
type Rows = { readonly list: StepRow; readonly workers: StepRow }

/**
 * The listing afterwards, with the servers behind it; undefined when it was stopped. What a worker held lists as cached
 * while it is away, and what it lost meanwhile shows only when it is back: so one that came back is listed once more.
 */
async function lookAfter(bench: Bench, verifying: Verifying): Promise<Looked | undefined> {
  const first = await listAndLook(bench, verifying, { list: STEPS.after, workers: STEPS.workers })
  const isBack = first?.absences.restarted.includes('worker') === true && first.workers?.silent === 0
  if (!isBack || (first.after.measurement?.cachedFiles ?? 0) === 0) return first
  return await listAndLook(bench, verifying, { list: STEPS.afterAgain, workers: STEPS.workersAgain })
}

async function listAndLook(bench: Bench, { before, servers }: Verifying, rows: Rows): Promise<Looked | undefined> {
  const listedBy = rows.list.key
  const after = await bench.step(rows.list, async () => settleDoubts(bench, await measure(bench, listedBy, before)))
  if (bench.signal.aborted) return undefined
  const seen = await lookAtServers(bench, { after, before: servers, row: rows.workers })
  return bench.signal.aborted ? undefined : { ...seen, after, listedBy }
}

/** Who lives now, and who was away meanwhile. What lists as cached counts only with workers heard of since the listing. */
async function lookAtServers(
  bench: Bench,
  { after, before, row }: { after: Measured; before: Servers; row: StepRow },
): Promise<Seen> {
  const { clock } = bench.deps
  // the listing has just ended; after a restart of the agent this is later, which only asks for more
  const listedAt = clock.now()
  return await bench.step(row, async () => {
    const ask = (notBefore: number) => askWorkers(bench.deps, notBefore)
    const wait = (delayMs: number) => unlessStopped(bench, pause(clock, delayMs))
    const listed = after.measurement !== undefined && after.measurement.files > 0
    const { workers, trouble, calls } = listed
      ? await settleWorkers({ ask, clock, pause: wait, signal: bench.signal }, listedAt)
      : await askOnce(ask, listedAt)
    const masterAway = after.trouble?.cause === 'master-unreachable'
    const now =
      Object.keys(before).length === 0 ? {} : ((await unlessStopped(bench, readServers(bench.deps))) ?? before)
    const absences = compareServers(before, now, masterAway)
    const told = workers === undefined ? { unvouched: toUnvouched(trouble) } : { workers }
    return { data: { absences, ...told }, calls }
  })
}

async function askOnce(ask: (notBefore: number) => Promise<WorkersAnswer>, listedAt: number): Promise<Settled> {
  const { workers, ...told } = await ask(listedAt)
  return workers === undefined ? told : { ...told, workers: toWorkers(workers) }
}

/** Why the engine's own jobs failed: asked only where something is amiss, and where its web tells. */
async function readOwnFailures(bench: Bench, { measurement }: Measured, newerThan: number | null) {
  const { path, options } = bench.deps.order
  const isAmiss = measurement !== undefined && measurement.cachedFiles < measurement.files
  if (newerThan === null || !(isAmiss || (options.replication ?? 1) > 1)) return undefined
  const { jobMasterWeb } = (await bench.deps.webs?.()) ?? {}
  if (jobMasterWeb === undefined) return undefined
  return await readFailures(jobMasterWeb, { path, newerThan, signal: bench.signal })
}

// the first words of each kind of failure; that there were any is counted elsewhere
function quoteFailures(bench: Bench, load: LoadOutcome, findings: Findings): void {
  for (const { message } of load.summary.examples.slice(0, 3)) {
    if (findings.missingTotal > 0) bench.note(`the CLI said: ${message.split('\n')[0]?.slice(0, 300) ?? ''}`)
  }
}
