// how a load ends: the last word on it, and what a stopped one takes back and is found to have done
import { stat } from 'node:fs/promises'
import type { EngineCancel, Exit } from '../../shared/allocation.ts'
import { SECOND } from '../../shared/time.ts'
import type { Findings, Measurement } from '../../shared/verdict.ts'
import type { Ending } from '../../shared/wire.ts'
import type { Bench } from './bench.ts'
import { askWorkers } from './cluster-facts.ts'
import { cancelEngineJobs, pause, tellCancel } from './engine-jobs.ts'
import { type LoadFacts, type Result, toFindings } from './findings.ts'
import { settleWorkers, toUnvouched } from './live-workers.ts'
import type { Measured } from './measure.ts'
import { measureStopped, STOPPED_LIST } from './measure-stopped.ts'
import { type LoadOutcome, STEPS } from './steps.ts'

// somebody waits for the end
const LONGEST_LOOK_MS = 15 * SECOND

type Stopped = {
  /** Absent when the load had not begun. */
  readonly load?: LoadOutcome
  /** Absent when nobody asked for measuring. */
  readonly before?: Measured
  readonly newerThan?: number
}

/** A stopped or timed-out load takes back what it left with the engine, and then tells what it has loaded so far. */
export async function stopped(bench: Bench, { load, before, newerThan }: Stopped): Promise<Ending> {
  const reason = bench.stopReason() === 'timeout' ? 'timeout' : 'stopped'
  const exit: Exit = load?.exit.reason === reason ? load.exit : { reason, signal: load?.exit.signal ?? 'SIGTERM' }
  if (load === undefined) return await toEnding(bench, { exit })
  const cancel = await bench.step(STEPS.cancel, async () => {
    const ask = { path: bench.deps.order.path, ...(newerThan === undefined ? {} : { newerThan }) }
    const { clock, overlaps } = bench.deps
    const { calls, spared, ...done } = await cancelEngineJobs({ engine: await bench.engine(), clock, overlaps }, ask)
    return { data: done, calls, notes: tellCancel({ ...done, spared }) }
  })
  if (before === undefined) return await toEnding(bench, { exit, load, cancel })
  const result = await soFar(bench, { load, before, cancel, reason })
  return await toEnding(bench, { exit, load, cancel, ...(result === undefined ? {} : { result }) })
}

type SoFar = Required<Pick<Stopped, 'load' | 'before'>> & {
  readonly cancel: EngineCancel
  readonly reason: 'stopped' | 'timeout'
}

/** What is cached by now; undefined when that could not be found out, which a note tells. */
async function soFar(bench: Bench, { load, before, cancel, reason }: SoFar): Promise<Result | undefined> {
  const after = await bench.step(STEPS.afterStop, () => measureStopped(bench))
  if (after.measurement === undefined) return undefined
  const quiet = cancel.known ? { quiet: cancel.remaining === 0 } : {}
  const { workers, unvouched } = await lookAtWorkers(bench, after.measurement)
  if (reason === 'timeout')
    return await toFindings(bench, {
      before,
      after,
      listedBy: STOPPED_LIST,
      load,
      ...quiet,
      ...(workers && { workers }),
      ...(unvouched && { unvouched }),
    })
  // people ended it: what is not cached is not missing for a cause
  const findings: Findings = {
    ...(before.measurement === undefined ? {} : { before: before.measurement }),
    ...{ after: after.measurement, missing: [], missingTotal: 0, missingByCause: {}, cost: bench.cost() },
    ...quiet,
    ...(workers && { workers }),
    ...(unvouched && { trouble: unvouched }),
  }
  return { findings, missingBytes: 0 }
}

type Vouching = Pick<LoadFacts, 'workers' | 'unvouched'>

/** Who vouches for a path that lists as wholly cached; nobody is asked where something is missing anyhow. */
async function lookAtWorkers(bench: Bench, { files, cachedFiles }: Measurement): Promise<Vouching> {
  if (files === 0 || cachedFiles < files) return {}
  const { clock } = bench.deps
  const listedAt = clock.now()
  return await bench.step(STEPS.workersAfterStop, async () => {
    // the allocation's own signal says stop already
    const own = new AbortController()
    const disarm = clock.after(LONGEST_LOOK_MS, () => own.abort())
    const ask = (notBefore: number) => askWorkers(bench.deps, notBefore)
    const tools = { ask, clock, pause: (delayMs: number) => pause(clock, delayMs), signal: own.signal }
    const { workers, trouble, calls } = await settleWorkers(tools, listedAt).finally(disarm)
    return { data: workers === undefined ? { unvouched: toUnvouched(trouble) } : { workers }, calls }
  })
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
