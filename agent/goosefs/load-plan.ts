// load and forceload: measure, refresh, load, wait for quiet, measure again, compare
import { toMs } from '../../shared/time.ts'
import type { Estimate, Findings } from '../../shared/verdict.ts'
import type { Ending, Follower } from '../../shared/wire.ts'
import { type Bench, unlessStopped } from './bench.ts'
import { waitForQuiet } from './engine-jobs.ts'
import { type LoadFacts, toFindings } from './findings.ts'
import { settleDoubts } from './incomplete.ts'
import { stopped, toEnding } from './load-ending.ts'
import type { WatchLimits } from './load-watch.ts'
import { type Measured, measure } from './measure.ts'
import { toWorkers } from './report-call.ts'
import { type LoadOutcome, runLoad, runMetadata, STEPS } from './steps.ts'

/** Carries out a load: verified, unverified, or only estimated. */
export async function runLoadPlan(bench: Bench, limits: WatchLimits): Promise<Ending> {
  const followers = gatherFollowers(bench)
  try {
    const { order } = bench.deps
    const measured = order.verify || order.options.dryRun === true
    const before = measured ? await bench.step(STEPS.before, () => measure(bench, 'before')) : undefined
    if (bench.signal.aborted) return await stopped(bench, {})
    if (before !== undefined) tellBefore(bench, before)
    if (order.options.dryRun === true) return await estimated(bench, before)
    const newerThan = await bench.remember('newest-engine-job', async () => {
      // asked only where it is cheap: the web answers in milliseconds
      return (await unlessStopped(bench, askNewest(bench))) ?? null
    })
    if (bench.signal.aborted) return await stopped(bench, {})
    await refreshFirst(bench, before)
    if (bench.signal.aborted) return await stopped(bench, {})
    const load = await runLoad(bench, { ...(before === undefined ? {} : { before }), limits })
    if (bench.signal.aborted)
      return await stopped(bench, { load, ...(before && { before }), ...(newerThan !== null && { newerThan }) })
    if (before === undefined) return await toEnding(bench, { load, exit: load.exit })
    return await verified(bench, { before, load, newerThan, followers: followers.all })
  } finally {
    followers.close()
  }
}

async function askNewest(bench: Bench): Promise<number | undefined> {
  return await (await bench.engine()).newest()
}

async function refreshFirst(bench: Bench, before: Measured | undefined): Promise<void> {
  const { action, options } = bench.deps.order
  if (action !== 'forceload' && options.refresh !== true) return
  const exit = await runMetadata(bench, action === 'forceload' ? STEPS.metadata : STEPS.refresh, before)
  if (exit.reason === 'exited' && exit.code === 0) return
  bench.note(
    `the metadata could not be refreshed (${exit.reason} ${exit.code ?? exit.signal ?? ''}); the load was started all the same`,
  )
}

type Verifying = { before: Measured; load: LoadOutcome; newerThan: number | null; followers: () => readonly Follower[] }

async function verified(bench: Bench, { before, load, newerThan, followers }: Verifying): Promise<Ending> {
  const since = newerThan === null ? {} : { newerThan }
  const quiet = await bench.step(STEPS.quiet, async () => {
    const { path } = bench.deps.order
    const ask = { path, signal: bench.signal, ...since }
    // a CLI that was killed may have left the engine between two jobs
    const twice = load.exit.reason !== 'exited' || load.exit.code !== 0
    const seen = await waitForQuiet({ engine: await bench.engine(), clock: bench.deps.clock, twice }, ask)
    return { data: seen, calls: seen.calls }
  })
  if (bench.signal.aborted) return await stopped(bench, { load, before, ...since })
  const after = await bench.step(STEPS.after, async () => settleDoubts(bench, await measure(bench, 'after')))
  if (bench.signal.aborted) return await stopped(bench, { load, before, ...since })
  const workers = await lookAtWorkers(bench, after)
  if (before.trouble !== undefined && after.trouble === undefined) {
    bench.note(`it was not measured before the load: ${before.trouble.message}`)
  }
  const facts: LoadFacts = {
    before,
    after,
    load,
    ...(quiet.quiet === undefined ? {} : { quiet: quiet.quiet }),
    ...(quiet.jobWorkers === undefined ? {} : { jobWorkers: quiet.jobWorkers }),
    ...(workers === undefined ? {} : { workers }),
  }
  const result = await toFindings(bench, facts)
  const cuts: Ending['cuts'] = []
  for (const follower of followers()) {
    cuts.push({ task: follower.task, findings: (await toFindings(bench, facts, follower)).findings })
  }
  quoteFailures(bench, load, result.findings)
  return await toEnding(bench, { exit: load.exit, load, result, cuts })
}

async function lookAtWorkers(bench: Bench, after: Measured): Promise<Findings['workers']> {
  const whole = after.measurement?.cachedPercent === 100
  const loadedAt = bench.begun(STEPS.quiet.key)?.startedAt
  const sinceMs = loadedAt === undefined ? 0 : bench.deps.clock.now() - toMs(loadedAt)
  return await bench.step(STEPS.workers, async () => {
    // something is missing: only a report taken after the load can tell why
    const answer = await bench.deps.shared.capacity(whole ? {} : { maxAgeMs: sinceMs })
    const workers = answer.report === undefined ? undefined : toWorkers(answer.report)
    return { data: workers, calls: answer.calls }
  })
}

// the first words of each kind of failure; that there were any is counted elsewhere
function quoteFailures(bench: Bench, load: LoadOutcome, findings: Findings): void {
  for (const { message } of load.summary.examples.slice(0, 3)) {
    if (findings.missingTotal > 0) bench.note(`the CLI said: ${message.split('\n')[0]?.slice(0, 300) ?? ''}`)
  }
}

function tellBefore(bench: Bench, before: Measured): void {
  const findings: Findings = {
    missing: [],
    missingTotal: 0,
    missingByCause: {},
    cost: bench.cost(),
    ...(before.measurement === undefined ? {} : { before: before.measurement }),
    ...(before.trouble === undefined ? {} : { trouble: before.trouble }),
  }
  bench.deps.say({ type: 'measured', allocation: bench.deps.order.allocation, when: 'before', findings })
}

/** A dry run: what a load would have to do, and what would be free afterwards. */
async function estimated(bench: Bench, before: Measured | undefined): Promise<Ending> {
  const measurement = before?.measurement
  if (measurement === undefined || before?.state === 'missing') {
    const message = before?.trouble?.message ?? `Path "${bench.deps.order.path}" does not exist.`
    return await toEnding(bench, { exit: { reason: 'exited', code: 255, message } })
  }
  const answer = await bench.step(STEPS.workers, async () => {
    const { report, calls } = await bench.deps.shared.capacity()
    return { data: report === undefined ? undefined : toWorkers(report), calls }
  })
  const missingBytes = measurement.bytes - measurement.cachedBytes
  const estimate: Estimate = {
    files: measurement.files,
    bytes: measurement.bytes,
    missingBytes,
    ...(answer === undefined ? {} : { freeAfterBytes: answer.capacityBytes - answer.usedBytes - missingBytes }),
  }
  return { ...(await toEnding(bench, { exit: { reason: 'exited', code: 0 } })), estimate }
}

function gatherFollowers(bench: Bench) {
  const { order, onFollower } = bench.deps
  const known = new Map(order.followers.map(follower => [follower.task, follower]))
  const close = onFollower(follower => void known.set(follower.task, follower))
  return { all: () => [...known.values()], close }
}
