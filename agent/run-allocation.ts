// one allocation from its first step to its ending; called again with the same directory, it goes on where it was
import type { Exit } from '../shared/allocation.ts'
import type { Ending } from '../shared/wire.ts'
import type { AllocationDeps } from './allocation-deps.ts'
import { ACTION_ARGV } from './goosefs/argv.ts'
import { type Bench, openBench } from './goosefs/bench.ts'
import { toEnding } from './goosefs/load-ending.ts'
import { runLoadPlan } from './goosefs/load-plan.ts'
import { readOwnListing, readOwnReport } from './goosefs/own-words.ts'
import { runMetadata, runOwn, STEPS } from './goosefs/steps.ts'
import { WATCH_LIMITS, type WatchLimits } from './goosefs/watch-limits.ts'

type Plan = (bench: Bench, limits: WatchLimits) => Promise<Ending>

const PLANS: Readonly<Record<AllocationDeps['order']['action'], Plan>> = {
  load: runLoadPlan,
  forceload: runLoadPlan,
  metadata: bench => simple(bench, () => runMetadata(bench, STEPS.metadata)),
  free: bench => simple(bench, () => runOwn(bench, STEPS.free, ACTION_ARGV.free(bench.deps.order.path))),
  async list(bench) {
    const { path, options } = bench.deps.order
    const ending = await simple(bench, () => runOwn(bench, STEPS.list, ACTION_ARGV.list(path, options.recursive)))
    return { ...ending, listing: await readOwnListing(bench.outputPath) }
  },
  async report(bench) {
    const ending = await simple(bench, () => runOwn(bench, STEPS.report, ACTION_ARGV.report()))
    const report = await readOwnReport(bench.outputPath)
    return report === undefined ? ending : { ...ending, report }
  },
}

/**
 * Runs one allocation to its end and answers its last word. Never rejects for what the CLI or the cluster does; rejects
 * when the spool itself cannot be written.
 * @param limits how long a silent load is left alone; tests hand in shorter ones
 */
export async function runAllocation(deps: AllocationDeps, limits: WatchLimits = WATCH_LIMITS): Promise<Ending> {
  const bench = await openBench(deps)
  deps.say({ type: 'started', allocation: deps.order.allocation })
  deps.stream('output', bench.outputPath)
  return await PLANS[deps.order.action](bench, limits)
}

async function simple(bench: Bench, run: () => Promise<Exit>): Promise<Ending> {
  return await toEnding(bench, { exit: await run() })
}
