// for a path that does not exist: the nearest of the paths beside it that do
import { AppError } from '../../shared/errors.ts'
import type { Actor } from '../../shared/job.ts'
import { parentsOf, toComparable, toNamespacePath } from '../../shared/path.ts'
import { type Clock, SECOND } from '../../shared/time.ts'
import type { Operations } from '../engine/operations/port.ts'
import { toBaseName } from './listing-text.ts'
import { findNearest } from './nearest.ts'

export type Lost = {
  readonly actor: Actor
  readonly path: string
  readonly cluster: string
  readonly waitMs: number
  readonly signal: AbortSignal
}

type Verbs = Pick<Operations, 'listDirectory'>
type Around = { readonly operations: Verbs; readonly clock: Clock }
type Listing = { readonly names: Promise<readonly string[]>; readonly at: number }

/** Among more nobody looks for one that is alike. */
const MOST_NAMES = 20_000
/** A listing is good for so long for whoever else misses something there. */
const SHARED_MS = 30 * SECOND

/** Lists the parent once. Undefined when there is none, when it takes too long or fails, or when nothing there is much like it. */
export async function findSibling({ operations, clock }: Around, lost: Lost): Promise<string | undefined> {
  const { actor, path, cluster, waitMs, signal } = lost
  const parent = parentOf(path)
  if (parent === undefined) return undefined
  const listing = operations
    .listDirectory(actor, cluster, { path: parent, most: MOST_NAMES })
    .catch((thrown: unknown) => {
      if (!(thrown instanceof AppError)) throw thrown
      return undefined
    })
  const names = await inTime(listing, { clock, waitMs, signal })
  return names === undefined ? undefined : pick(path, parent, names)
}

type Bounds = Pick<Lost, 'waitMs' | 'signal'> & { readonly clock: Clock }

function inTime<T>(work: Promise<T>, { clock, waitMs, signal }: Bounds): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => resolve(undefined)
    const cancel = clock.after(waitMs, giveUp)
    signal.addEventListener('abort', giveUp)
    if (signal.aborted) giveUp()
    const end = (): void => {
      cancel()
      signal.removeEventListener('abort', giveUp)
    }
    void work.then(resolve, reject).finally(end)
  })
}

/**
 * The same for many who ask at about the same time: each directory is listed once for all of them. Rejects when it cannot
 * be listed.
 */
export function createNeighbours(
  { operations, clock }: Around,
  actor: Actor,
): (path: string, cluster: string) => Promise<string | undefined> {
  const listings = new Map<string, Listing>()
  function list(parent: string, cluster: string): Promise<readonly string[]> {
    const now = clock.now()
    for (const [key, { at }] of listings) if (now - at >= SHARED_MS) listings.delete(key)
    const key = `${cluster}\n${parent}`
    const known = listings.get(key)
    if (known !== undefined) return known.names
    const names = operations.listDirectory(actor, cluster, { path: parent, most: MOST_NAMES })
    listings.set(key, { names, at: now })
    return names
  }
  return async (path, cluster) => {
    const parent = parentOf(path)
    return parent === undefined ? undefined : pick(path, parent, await list(parent, cluster))
  }
}

const parentOf = (path: string): string | undefined => parentsOf(toComparable(path))[0]

function pick(path: string, parent: string, names: readonly string[]): string | undefined {
  const nearest = findNearest(toBaseName(toNamespacePath(path)), names)
  return nearest === undefined ? undefined : `${parent.replace(/\/$/, '')}/${nearest}`
}
