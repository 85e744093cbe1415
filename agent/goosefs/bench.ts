// what the steps of one allocation share: its journal, its CLI, its wish to stop, its remarks, its bill
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Exit, StepName } from '../../shared/allocation.ts'
import { toInstant, toMs } from '../../shared/time.ts'
import type { AllocationDeps, StopReason } from '../allocation-deps.ts'
import { toReason } from '../spool.ts'
import { brandOf } from './argv.ts'
import { type Cli, createCli } from './cli.ts'
import { createCliEngine } from './engine-cli.ts'
import type { Engine } from './engine-jobs.ts'
import { createWebEngine, isJobWeb } from './engine-web.ts'
import { type Begun, type Journal, openJournal } from './journal.ts'

export type StepEnd<T> = {
  readonly data: T
  readonly exit?: Exit
  /** CLI processes started for it. */
  readonly calls?: number
  readonly notes?: readonly string[]
}
type Kept = StepEnd<unknown> & { readonly wallMs: number; readonly billed: boolean }
export type StepRow = { readonly key: string; readonly name: StepName }

export type Bench = {
  readonly deps: AllocationDeps
  readonly cli: Cli
  readonly outputPath: string
  /** Aborted when the allocation is to stop, or its time is over. */
  readonly signal: AbortSignal
  stopReason(): StopReason | undefined
  /** A path in the allocation's directory. */
  file(name: string): string
  /** Carries out a step, or reads back what it found before a restart. */
  step<T>(row: StepRow, act: (begun: Begun) => Promise<StepEnd<T>>): Promise<T>
  /** The same for a small fact that is no step. */
  remember<T>(key: string, find: () => Promise<T>): Promise<T>
  begun(key: string): Begun | undefined
  note(text: string): void
  notes(): string[]
  /** What measuring cost so far. */
  cost(): { calls: number; wallMs: number }
  engine(): Promise<Engine>
}

const MEASURING: ReadonlySet<StepName> = new Set<StepName>(['workers', 'measure', 'guard', 'sample', 'quiet', 'verify'])

/** Opens the allocation, new or found again. */
export async function openBench(deps: AllocationDeps): Promise<Bench> {
  const notes = new Set<string>()
  const journal = await openJournal(deps.dir, thrown => {
    const reason = toReason(thrown)
    deps.log.warn('the step journal of an allocation cannot be written', { reason })
    notes.add(`the agent could not note its steps (${reason}): had it restarted, some would have been done again`)
  })
  const bill = { calls: 0, wallMs: 0 }
  const cli = createCli({ ...deps, ...deps.config })
  const outputPath = join(deps.dir, 'output')
  let engine: Promise<Engine> | undefined
  return {
    deps,
    cli,
    outputPath,
    signal: deps.stopRequested,
    stopReason: () => toStopReason(deps.stopRequested),
    file: name => join(deps.dir, name),
    async step<T>(row: StepRow, act: (begun: Begun) => Promise<StepEnd<T>>) {
      const kept =
        (journal.ended(row.key) as Kept | undefined) ?? (await carryOut({ deps, journal, outputPath }, row, act))
      for (const note of kept.notes ?? []) notes.add(note)
      if (kept.billed) bill.calls += kept.calls ?? 0
      if (kept.billed) bill.wallMs += kept.wallMs
      return kept.data as T
    },
    async remember<T>(key: string, find: () => Promise<T>) {
      const known = journal.ended(key) as { value: T } | undefined
      if (known !== undefined) return known.value
      const value = await find()
      await journal.end(key, { value })
      return value
    },
    begun: journal.begun,
    note: text => void notes.add(text),
    notes: () => [...notes],
    cost: () => ({ ...bill }),
    engine: () => (engine ??= chooseEngine(deps, cli)),
  }
}

type Surroundings = { readonly deps: AllocationDeps; readonly journal: Journal; readonly outputPath: string }

async function carryOut<T>(
  { deps, journal, outputPath }: Surroundings,
  row: StepRow,
  act: (begun: Begun) => Promise<StepEnd<T>>,
): Promise<Kept> {
  const { clock, order } = deps
  let begun = journal.begun(row.key)
  if (begun === undefined) {
    const from = await stat(outputPath).then(
      facts => facts.size,
      () => 0,
    )
    begun = { startedAt: toInstant(clock.now()), from }
    await journal.begin(row.key, begun)
  }
  const step = { name: row.name, startedAt: begun.startedAt }
  deps.say({ type: 'step', allocation: order.allocation, step })
  const end = await act(begun)
  const kept = { ...end, wallMs: Math.max(0, clock.now() - toMs(begun.startedAt)), billed: MEASURING.has(row.name) }
  await journal.end(row.key, kept)
  const told = {
    ...(end.exit === undefined ? {} : { exit: end.exit }),
    ...(end.calls === undefined ? {} : { calls: end.calls }),
  }
  deps.say({ type: 'step', allocation: order.allocation, step: { ...step, endedAt: toInstant(clock.now()), ...told } })
  return kept
}

/** What a wait brings, or undefined as soon as the allocation is to end: a slow probe must not hold it. */
export async function unlessStopped<T>({ signal }: Pick<Bench, 'signal'>, wait: Promise<T>): Promise<T | undefined> {
  let leave = () => {}
  const stopped = new Promise<undefined>(resolve => {
    leave = () => resolve(undefined)
    if (signal.aborted) leave()
    signal.addEventListener('abort', leave)
  })
  return await Promise.race([wait, stopped]).finally(() => signal.removeEventListener('abort', leave))
}

function toStopReason(signal: AbortSignal): StopReason | undefined {
  if (!signal.aborted) return undefined
  return signal.reason === 'timeout' ? 'timeout' : 'stop'
}

async function chooseEngine(deps: AllocationDeps, cli: Cli): Promise<Engine> {
  const { jobMasterWeb } = (await deps.webs?.()) ?? {}
  if (jobMasterWeb !== undefined && (await isJobWeb(jobMasterWeb))) return createWebEngine(jobMasterWeb)
  let counter = 0
  const name = () => {
    counter += 1
    return `engine-${deps.clock.now()}-${counter}`
  }
  return createCliEngine({ cli, dir: deps.dir, brand: brandOf(deps.config.bin), clock: deps.clock, name })
}
