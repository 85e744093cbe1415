// load and forceload: measure, refresh, load, wait for quiet, measure again, compare
import type { Findings } from '../../shared/verdict.ts'
import type { Ending } from '../../shared/wire.ts'
import { type Bench, unlessStopped } from './bench.ts'
import { readServers, type Servers } from './cluster-facts.ts'
import { estimated } from './estimate.ts'
import { guardSpace } from './guard.ts'
import { runLoad } from './load-calls.ts'
import { stopped, toEnding } from './load-ending.ts'
import { verified } from './load-verify.ts'
import type { WatchLimits } from './load-watch.ts'
import { type Measured, measure } from './measure.ts'
import { runMetadata, STEPS } from './steps.ts'

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
    const refused = before === undefined ? undefined : await guardSpace(bench, before, followers.all)
    if (bench.signal.aborted) return await stopped(bench, {})
    if (refused !== undefined) return refused
    const newerThan = await bench.remember('newest-engine-job', async () => {
      // asked only where it is cheap: the web answers in milliseconds
      return (await unlessStopped(bench, askNewest(bench))) ?? null
    })
    const servers = before === undefined ? {} : await rememberServers(bench)
    if (bench.signal.aborted) return await stopped(bench, {})
    await refreshFirst(bench, before)
    if (bench.signal.aborted) return await stopped(bench, {})
    const load = await runLoad(bench, { ...(before === undefined ? {} : { before }), limits })
    if (bench.signal.aborted)
      return await stopped(bench, { load, ...(before && { before }), ...(newerThan !== null && { newerThan }) })
    if (before === undefined) return await toEnding(bench, { load, exit: load.exit })
    return await verified(bench, { before, load, newerThan, servers, followers: followers.all })
  } finally {
    followers.close()
  }
}

async function askNewest(bench: Bench): Promise<number | undefined> {
  return await (await bench.engine()).newest()
}

/** Who lived before the load, and since when: the webs tell it in milliseconds, and the CLI not at all. */
async function rememberServers(bench: Bench): Promise<Servers> {
  return await bench.remember('servers', async () => (await unlessStopped(bench, readServers(bench.deps))) ?? {})
}

async function refreshFirst(bench: Bench, before: Measured | undefined): Promise<void> {
  const { action, options } = bench.deps.order
  if (action !== 'forceload' && options.refresh !== true) return
  // a listing of what the cluster knows has refreshed nothing
  const fresh = before?.measurement?.fresh === true ? before : undefined
  const exit = await runMetadata(bench, action === 'forceload' ? STEPS.metadata : STEPS.refresh, fresh)
  if (exit.reason === 'exited' && exit.code === 0) return
  bench.note(
    `the metadata could not be refreshed (${exit.reason} ${exit.code ?? exit.signal ?? ''}); the load was started all the same`,
  )
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

function gatherFollowers(bench: Bench) {
  const { order, onFollower } = bench.deps
  const known = new Map(order.followers.map(follower => [follower.task, follower]))
  const close = onFollower(follower => void known.set(follower.task, follower))
  return { all: () => [...known.values()], close }
}
