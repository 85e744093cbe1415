// a scenario: one thing that goes wrong, what is done meanwhile, and what has to be said of it
import { expect } from 'vitest'
import type { Task } from '../../../shared/job.ts'
import type { Cause, VerdictKind } from '../../../shared/verdict.ts'
import type { Version } from '../real-cluster.ts'
import type { Ground } from './ground.ts'
import type { Simulated } from './simulated.ts'

/** A load as everyone saw it end: the client's exit code and words, the task, and what the CLI's own load exited with. */
export type Load = {
  readonly code: number
  readonly text: string
  readonly task: Task
  readonly exit: CliExit
}

/** How the CLI's `distributedLoad` ended by itself; `good` is what somebody who looks at nothing else believes. */
export type CliExit = { readonly words: string; readonly good: boolean }

/** What the cache really held when the load had ended: asked of cluster and under storage, not of the product. */
export type Truth = { readonly whole: boolean; readonly words: string }

/** What came of a scenario. Whoever fills it in has expected everything that the row of the table promises. */
export type Seen = {
  readonly exit: CliExit
  readonly truth: Truth
  /** The product's verdict in its own words, short. */
  readonly said: string
  /** Whether that calls everything cached; null when it says that it does not know. */
  readonly good: boolean | null
}

export type Expected = {
  readonly kind: VerdictKind
  /** Files by cause, all of them. */
  readonly causes?: Partial<Record<Cause, number>>
  /** Exit code of the client. */
  readonly code: number
  /** What the person reads. */
  readonly says?: readonly (string | RegExp)[]
}

type Common = {
  /** The row of the table of troubles that it belongs to. */
  readonly row: number
  readonly title: string
}
/** `calm`: it harms nobody else, and nobody else's harm matters much to it; such ones run side by side. */
export type RealScenario = Common & {
  readonly on: 'cluster'
  readonly versions: readonly Version[]
  readonly calm: boolean
  act(ground: Ground): Promise<Seen>
}
export type SimulatedScenario = Common & { readonly on: 'playground'; act(simulated: Simulated): Promise<Seen> }
export type Scenario = RealScenario | SimulatedScenario

export const BOTH: readonly Version[] = ['2.5', '2.9']

/** A scenario on the real cluster, alone on it. */
export function real(row: number, title: string, act: RealScenario['act'], versions = BOTH): RealScenario {
  return { on: 'cluster', row, title, versions, calm: false, act }
}

/** The same, beside others. */
export function calm(row: number, title: string, act: RealScenario['act'], versions = BOTH): RealScenario {
  return { ...real(row, title, act, versions), calm: true }
}

/** A scenario that a real cluster cannot be made to play: on the simulated one, with the words of the real one. */
export function simulated(row: number, title: string, act: SimulatedScenario['act']): SimulatedScenario {
  return { on: 'playground', row, title, act }
}

/** How the load of a task exited, from its steps: of several calls the first that was not good. */
export function exitOf({ steps }: Pick<Task, 'steps'>): CliExit {
  const exits = steps.filter(step => step.name === 'load').flatMap(step => step.exit ?? [])
  const bad = exits.find(exit => exit.reason !== 'exited' || exit.code !== 0)
  const one = bad ?? exits[0]
  if (one === undefined) return { words: 'not run', good: false }
  if (one.reason === 'exited') return { words: String(one.code), good: one.code === 0 }
  return { words: `${one.reason}${one.signal === undefined ? '' : ` ${one.signal}`}`, good: false }
}

/** Expects of a load what its row promises, and that it agrees with the truth. */
export function expectLoad(load: Load, expected: Expected, truth: Truth): Seen {
  const told = JSON.stringify({ load, truth }, undefined, 1)
  expect(load.task.verdict?.kind, told).toBe(expected.kind)
  expect(load.task.verdict?.missingByCause ?? {}, told).toEqual(expected.causes ?? {})
  for (const words of expected.says ?? []) expect(load.text).toMatch(words)
  expect(load.code, told).toBe(expected.code)
  const good = load.task.verdict?.ok ?? null
  if (good !== null) expect(good, told).toBe(truth.whole)
  return { exit: load.exit, truth, said: toWords(load.task), good }
}

/** A verdict in a few words. */
export function toWords({ verdict, status }: Pick<Task, 'verdict' | 'status'>): string {
  if (verdict === undefined) return status
  const causes = Object.entries(verdict.missingByCause ?? {}).map(([cause, files]) => `${files} ${cause}`)
  const share = verdict.after === undefined ? '' : ` ${verdict.after.cachedPercent} %`
  return `${status === 'stopped' ? 'stopped, ' : ''}${verdict.kind}${share}${causes.length === 0 ? '' : `: ${causes.join(', ')}`}`
}
