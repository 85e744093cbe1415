// the capacity guard: a load that the cache has no room for is refused or warned of, before anything is loaded
import { toBytes } from '../../shared/size.ts'
import type { Measurement, Workers } from '../../shared/verdict.ts'
import type { Ending, Follower } from '../../shared/wire.ts'
import type { Bench, StepRow } from './bench.ts'
import { askWorkers, toWorkers } from './cluster-facts.ts'
import { toEnding } from './load-ending.ts'
import type { Measured } from './measure.ts'
import { toRefused } from './refused.ts'

const GUARD: StepRow = { key: 'guard', name: 'guard' }

type Decision = { readonly refused: boolean; readonly message?: string; readonly workers?: Workers }

/**
 * Holds what is missing, times the copies, against capacity and free space of the workers that are heard of; answers the
 * ending of a refused load. Without a measurement or a report there is no guard. A report of half a minute ago will do.
 */
export async function guardSpace(
  bench: Bench,
  before: Measured,
  followers: () => readonly Follower[],
): Promise<Ending | undefined> {
  const { options, guard } = bench.deps.order
  const need = before.measurement === undefined ? undefined : toNeed(before.measurement, options.replication ?? 1)
  const rules = [guard.beyondCapacity, guard.beyondFree]
  if (need === undefined || need.missing <= 0 || options.force === true) return undefined
  if (rules.every(rule => rule === 'off')) return undefined
  const decision = await bench.step(GUARD, async () => {
    const answer = await askWorkers(bench.deps)
    const workers = answer.workers === undefined ? undefined : toWorkers(answer.workers)
    const data = workers === undefined ? { refused: false } : decide(guard, { need, workers })
    const notes = data.refused || data.message === undefined ? [] : [data.message]
    return { data, calls: answer.calls, notes }
  })
  if (!decision.refused || decision.message === undefined) return undefined
  const exit = { reason: 'refused', message: `${decision.message}; --force loads all the same` } as const
  const { result, cuts } = await toRefused(bench, { before, workers: decision.workers, followers: followers() })
  return await toEnding(bench, { exit, result, cuts })
}

export type Need = {
  /** Bytes that would have to come into the cache; with several copies an upper bound, since copies are not counted. */
  readonly missing: number
  /** Bytes of all copies. */
  readonly whole: number
  readonly copies: number
}

export function toNeed({ bytes, cachedBytes }: Measurement, copies: number): Need {
  return { missing: bytes * copies - cachedBytes, whole: bytes * copies, copies }
}

/**
 * The stricter of the two rules decides. Workers without any space tell nothing of the room there will be, and the room of a
 * silent one is only away for a moment: then nothing is refused, only warned of.
 */
export function decide(
  guard: Bench['deps']['order']['guard'],
  { need, workers }: { readonly need: Need; readonly workers: Workers },
): Decision {
  const { capacityBytes, usedBytes, silent } = workers
  if (capacityBytes === 0) return { refused: false }
  const free = Math.max(0, capacityBytes - usedBytes)
  const told = [
    need.whole > capacityBytes && { rule: guard.beyondCapacity, why: 'the path cannot be cached whole' },
    need.missing > free && { rule: guard.beyondFree, why: 'something else would have to leave the cache' },
  ].filter(breach => breach !== false)
  const breach = told.find(({ rule }) => rule === 'refuse') ?? told.find(({ rule }) => rule === 'warn')
  if (breach === undefined) return { refused: false }
  const missing = need.copies === 1 ? toBytes(need.missing) : `up to ${toBytes(need.missing)} (${need.copies} copies)`
  const message = `missing ${missing}, free ${toBytes(free)}, capacity ${toBytes(capacityBytes)}: ${breach.why}`
  if (silent === 0) return { refused: breach.rule === 'refuse', message, workers }
  const away = silent === 1 ? '1 worker that has' : `${silent} workers that have`
  return { refused: false, message: `${message}; not counted is the room of ${away} not been heard of lately`, workers }
}
