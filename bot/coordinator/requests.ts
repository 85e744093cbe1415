// orders in the coordinator's words: which call, which body, and what there is no call for
import type { ActionName } from '../../shared/actions.ts'
import { type CoordinatorKey, toCoordinatorKey } from '../../shared/adopted.ts'
import type { RunOrder } from '../../shared/wire.ts'

const PATHS: Readonly<Record<ActionName, string | undefined>> = {
  load: '/api/v1/load',
  forceload: '/api/v1/load',
  free: '/api/v1/free',
  metadata: undefined,
  list: undefined,
  report: undefined,
}

const NO_CALL: Readonly<Partial<Record<ActionName, string>>> = {
  metadata: 'a coordinator has no call that only loads metadata; use forceload, which loads again what has changed',
  list: 'listing needs an agent with a CLI, and this cluster has only its coordinator',
  report: 'a report needs an agent with a CLI, and this cluster has only its coordinator',
}

/** The address of an order's jobs; undefined when there is no call for it. */
export function pathOf(action: ActionName): string | undefined {
  return PATHS[action]
}

/** Why an order cannot be carried out at all; undefined when it can. */
export function toRefusal({ action, options }: RunOrder): string | undefined {
  const why = NO_CALL[action]
  if (why !== undefined || options.dryRun !== true) return why
  return 'a dry run needs an agent with a CLI, since a coordinator cannot be asked what is cached'
}

/** The body of the submission. Its alias is the task's, so that the same task is never there twice. */
export function toSubmission(order: RunOrder): unknown {
  const { action, path, only, options } = order
  const isLoad = action !== 'free'
  const changed = isLoad && (action === 'forceload' || options.refresh === true)
  const words = {
    ...(isLoad && options.replication !== undefined && { replicas: options.replication }),
    ...(isLoad && options.batchSize !== undefined && { batchSize: options.batchSize }),
    ...(changed && { loadPolicy: 'IF_CHANGED' }),
  }
  return {
    paths: only.length > 0 ? only : [path],
    alias: toCoordinatorKey(order).alias,
    ...(Object.keys(words).length > 0 && { options: words }),
  }
}

/** The ways in which a job may be asked for, first the one that all editions know. */
export function toQueries(key: CoordinatorKey): Record<'alias' | 'id' | 'index', string>[] {
  return (['alias', 'id', 'index'] as const).flatMap(word => {
    const value = key[word]
    return value === undefined ? [] : [{ [word]: value } as Record<typeof word, string>]
  })
}
