// the load's own calls: of the whole path or of a few places below it, and once more when it was turned away
import { type Exit, NO_LINES } from '../../shared/allocation.ts'
import { SECOND } from '../../shared/time.ts'
import type { Cause } from '../../shared/verdict.ts'
import { ACTION_ARGV } from './argv.ts'
import { toBatchSize } from './batch-size.ts'
import { type Bench, type StepRow, unlessStopped } from './bench.ts'
import { pause } from './engine-jobs.ts'
import { goesOn, type LoadOutcome, type LoadPart, mergeParts, sumLines, wasTurnedAway } from './load-outcome.ts'
import { createLoadWatch, type WatchFacts, type WatchLimits } from './load-watch.ts'
import type { Measured } from './measure.ts'
import { STEPS } from './steps.ts'
import { toTargets } from './targets.ts'

/** How long is waited before a load that was turned away is begun again. */
const AGAIN_MS = [1 * SECOND, 5 * SECOND, 15 * SECOND]

type Watched = { readonly before?: Measured; readonly limits: WatchLimits }

/** The load itself, watched: of the whole path, or of the places that the order names, one after another. */
export async function runLoad(bench: Bench, facts: Watched): Promise<LoadOutcome> {
  const [path = '', ...others] = toTargets(bench.deps.order)
  const partial = path !== bench.deps.order.path
  const first = await loadOne(bench, { ...facts, path, row: STEPS.load, partial, earlier: NO_LINES })
  const parts = [first]
  for (const [at, other] of others.entries()) {
    if (bench.signal.aborted || !parts.every(goesOn)) break
    const row = { ...STEPS.load, key: `${STEPS.load.key}-${at + 2}` }
    parts.push(await loadOne(bench, { ...facts, path: other, row, partial, earlier: sumLines(parts) }))
  }
  if (partial) bench.note(`only what was missing was loaded again: ${parts.length} of its places`)
  return mergeParts(first, parts.slice(1))
}

type Loading = Watched & { readonly path: string; readonly row: StepRow } & Pick<WatchFacts, 'partial' | 'earlier'>

/** A load that was turned away at once is begun again: servers take a while to notice that the master is a new one. */
async function loadOne(bench: Bench, loading: Loading): Promise<LoadPart> {
  const { row, limits } = loading
  let part = await callLoad(bench, loading)
  for (const [at, waitMs] of (limits.againMs ?? AGAIN_MS).entries()) {
    if (bench.signal.aborted || !wasTurnedAway(part)) break
    bench.note(`the load was turned away at once and begun again: ${part.summary.problem?.message}`)
    await unlessStopped(bench, pause(bench.deps.clock, waitMs))
    if (!bench.signal.aborted)
      part = await callLoad(bench, { ...loading, row: { ...row, key: `${row.key}-again-${at + 1}` } })
  }
  return part
}

async function callLoad(bench: Bench, { path, row, ...facts }: Loading): Promise<LoadPart> {
  const { replication, activeJobs } = bench.deps.order.options
  const batchSize = await toBatchSize(bench)
  const args = ACTION_ARGV.load({
    path,
    ...(replication === undefined ? {} : { replication }),
    ...(activeJobs === undefined ? {} : { activeJobs }),
    ...(batchSize === undefined ? {} : { batchSize }),
  })
  const outcome = await bench.step(row, async begun => {
    const watch = createLoadWatch(bench, { ...facts, before: facts.before?.measurement })
    const result = await bench.cli({
      name: row.key,
      args,
      signal: bench.signal,
      output: { path: bench.outputPath, from: begun.from },
      onLine: watch.line,
      onRun: watch.onRun,
    })
    const { givenUp, samples, ...summary } = await watch.close()
    const exit = givenUp === undefined ? result.exit : asGivenUp(result.exit, givenUp)
    const data: LoadOutcome = { exit, summary, from: begun.from, ...(givenUp === undefined ? {} : { givenUp }) }
    return { data, exit, calls: 1 + samples }
  })
  return { ...outcome, cwd: bench.file(row.key) }
}

// `stopped` means that people wanted it; this was our own decision
function asGivenUp(exit: Exit, cause: Cause): Exit {
  if (exit.reason !== 'stopped') return exit
  const { code: _, ...rest } = exit
  return { ...rest, reason: 'signalled', signal: exit.signal ?? 'SIGTERM', message: `given up: ${cause}` }
}
