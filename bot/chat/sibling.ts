// for a path that does not exist: the nearest of the paths beside it that do
import type { Actor } from '../../shared/job.ts'
import { parentsOf, toComparable, toNamespacePath } from '../../shared/path.ts'
import type { Operations } from '../engine/operations/port.ts'
import { readListing, toBaseName, toListRequest } from './listing-text.ts'
import { findNearest } from './nearest.ts'

export type Lost = {
  readonly actor: Actor
  readonly path: string
  readonly cluster: string | undefined
  readonly waitMs: number
  readonly signal: AbortSignal
}

/** Lists the parent once. Undefined when there is none, when it takes too long, or when nothing there is much like it. */
export async function findSibling(operations: Pick<Operations, 'runNow'>, lost: Lost): Promise<string | undefined> {
  const { actor, path, cluster, waitMs, signal } = lost
  const [parent] = parentsOf(toComparable(path))
  if (parent === undefined) return undefined
  const outcome = await operations.runNow(actor, toListRequest(parent, cluster), { waitMs, signal })
  if (outcome.timedOut || outcome.task.status !== 'succeeded') return undefined
  const names = readListing(outcome).entries.map(entry => toBaseName(entry.path))
  const nearest = findNearest(toBaseName(toNamespacePath(path)), names)
  return nearest === undefined ? undefined : `${parent.replace(/\/$/, '')}/${nearest}`
}
