// how a load ends: the last word on it, and what a stopped one takes back first
import { stat } from 'node:fs/promises'
import type { EngineCancel, Exit } from '../../shared/allocation.ts'
import type { Ending } from '../../shared/wire.ts'
import type { Bench } from './bench.ts'
import { cancelEngineJobs, tellCancel } from './engine-jobs.ts'
import type { Result } from './findings.ts'
import { type LoadOutcome, STEPS } from './steps.ts'

/** A stopped or timed-out load takes back what it left with the engine. */
export async function stopped(
  bench: Bench,
  { load, newerThan }: { load?: LoadOutcome; newerThan?: number },
): Promise<Ending> {
  const reason = bench.stopReason() === 'timeout' ? 'timeout' : 'stopped'
  const exit: Exit = load?.exit.reason === reason ? load.exit : { reason, signal: load?.exit.signal ?? 'SIGTERM' }
  if (load === undefined) return await toEnding(bench, { exit })
  const cancel = await bench.step(STEPS.cancel, async () => {
    const ask = { path: bench.deps.order.path, ...(newerThan === undefined ? {} : { newerThan }) }
    const { clock, overlaps } = bench.deps
    const { calls, spared, ...done } = await cancelEngineJobs({ engine: await bench.engine(), clock, overlaps }, ask)
    return { data: done, calls, notes: tellCancel({ ...done, spared }) }
  })
  return await toEnding(bench, { exit, load, cancel })
}

type Last = {
  readonly exit: Exit
  readonly load?: LoadOutcome
  readonly result?: Result
  readonly cuts?: Ending['cuts']
  readonly cancel?: EngineCancel
}

/** The last word on an allocation. */
export async function toEnding(bench: Bench, last: Last): Promise<Ending> {
  const outputBytes = await stat(bench.outputPath).then(
    facts => facts.size,
    () => 0,
  )
  return {
    exit: last.exit,
    started: hasStarted(bench),
    cuts: last.cuts ?? [],
    outputBytes,
    missingBytes: last.result?.missingBytes ?? 0,
    notes: bench.notes(),
    ...(last.load === undefined ? {} : { lines: last.load.summary.lines }),
    ...(last.result === undefined ? {} : { findings: last.result.findings }),
    ...(last.cancel === undefined ? {} : { cancel: last.cancel }),
  }
}

function hasStarted(bench: Bench): boolean {
  return Object.values(STEPS).some(row => bench.begun(row.key) !== undefined)
}
