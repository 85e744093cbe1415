// verbs on what a cluster holds beside jobs: mounts, rules of paths, workers, lines and files
import { AppError, shown } from '../../../shared/errors.ts'
import type { Actor } from '../../../shared/job.ts'
import type { PolicyRow } from '../../core/state.ts'
import type { CatalogVerbs } from './catalog-port.ts'
import { type Ask, type CatalogDeps, openCluster } from './cluster-ask.ts'
import { createMountOperations } from './mounts.ts'
import type { Effect } from './permission.ts'

/** A list of paths longer than this is none. */
const MOST_LINES = 100_000
const LONGEST_TTL_MS = Number.MAX_SAFE_INTEGER
const ADDRESS = /^[A-Za-z0-9_][\w.-]*(?::\d{1,5})?$/

type PathAsk = {
  readonly actor: Actor
  readonly cluster: string
  readonly path: string
  readonly effect: Effect
  readonly what: string
}

/** Verbs of the catalog. */
export function createCatalogOperations(deps: CatalogDeps): CatalogVerbs {
  const mounts = createMountOperations(deps)
  /** Role and cluster first, then the path as the cluster knows it. */
  const at = async ({ path, ...place }: PathAsk): Promise<{ ask: Ask; path: string }> => {
    const ask = openCluster(deps, place)
    return { ask, path: await mounts.toNamespace(place.actor, place.cluster, path) }
  }
  return {
    ...mounts,
    ...createPolicyOperations(deps, at),
    async listWorkers(actor, cluster) {
      const ask = openCluster(deps, { actor, cluster, effect: 'read', what: 'Listing workers' })
      return (await ask({ verb: 'workers' })).workers ?? []
    },
    async removeWorker(actor, cluster, address) {
      const what = `Removing worker ${shown(address)}`
      const ask = openCluster(deps, { actor, cluster, effect: 'destroy', what })
      if (!ADDRESS.test(address))
        throw new AppError('INVALID_INPUT', `address must be a host or host:port, got ${shown(address)}.`)
      await ask({ verb: 'remove-worker', address })
    },
    async readLines(actor, cluster, given) {
      const what = `Reading ${shown(given)}`
      const { ask, path } = await at({ actor, cluster, path: given, effect: 'read', what })
      const { lines = [] } = await ask({ verb: 'lines', path, most: MOST_LINES })
      return lines.filter(line => line.trim() !== '')
    },
    async listDirectory(actor, cluster, { path: given, most }) {
      const what = `Listing ${shown(given)}`
      const { ask, path } = await at({ actor, cluster, path: given, effect: 'read', what })
      return (await ask({ verb: 'names', path, most })).lines ?? []
    },
    async listFiles(actor, cluster, { path: given, most }) {
      const what = `Listing files below ${shown(given)}`
      const { ask, path } = await at({ actor, cluster, path: given, effect: 'read', what })
      return (await ask({ verb: 'files', path, most })).lines ?? []
    },
  }
}

type PolicyVerbs = Pick<CatalogVerbs, 'pathFacts' | 'setTtl' | 'unsetTtl' | 'setPinned'>

function createPolicyOperations(
  deps: CatalogDeps,
  at: (ask: PathAsk) => Promise<{ ask: Ask; path: string }>,
): PolicyVerbs {
  const note = (of: Note): Promise<void> => noteOfPolicy(deps, of)
  return {
    async pathFacts(actor, cluster, given) {
      const what = `Looking at ${shown(given)}`
      const { ask, path } = await at({ actor, cluster, path: given, effect: 'read', what })
      return (await ask({ verb: 'stat', path })).facts ?? { path, directory: false }
    },
    async setTtl(actor, cluster, { path: given, ms }) {
      if (!Number.isInteger(ms) || ms < 0 || ms > LONGEST_TTL_MS)
        throw new AppError('INVALID_INPUT', `ttl must be whole milliseconds, 0 or more, got ${shown(ms)}.`)
      const what = `Setting the TTL of ${shown(given)}`
      const { ask, path } = await at({ actor, cluster, path: given, effect: 'write', what })
      await ask({ verb: 'set-ttl', path, ms })
      await note({ actor, kind: 'ttl', cluster, path, value: String(ms) })
    },
    async unsetTtl(actor, cluster, given) {
      const what = `Removing the TTL of ${shown(given)}`
      const { ask, path } = await at({ actor, cluster, path: given, effect: 'write', what })
      const { facts } = await ask({ verb: 'stat', path })
      // a CLI that does not print these facts is asked all the same
      const isTold = facts?.pinned !== undefined
      if (isTold && facts.ttlMs === undefined) {
        await note({ actor, kind: 'ttl', cluster, path })
        throw new AppError('INVALID_INPUT', `path must have a TTL to be removed, got ${shown(given)} without one.`)
      }
      await ask({ verb: 'unset-ttl', path })
      await note({ actor, kind: 'ttl', cluster, path })
    },
    async setPinned(actor, cluster, { path: given, pinned }) {
      const what = `${pinned ? 'Pinning' : 'Unpinning'} ${shown(given)}`
      const { ask, path } = await at({ actor, cluster, path: given, effect: 'write', what })
      await ask({ verb: pinned ? 'pin' : 'unpin', path })
      await note({ actor, kind: 'priority', cluster, path, ...(pinned && { value: 'HIGH' }) })
    },
  }
}

type Note = Pick<PolicyRow, 'kind' | 'cluster' | 'path'> & { readonly actor: Actor; readonly value?: string }

/**
 * Remembers what a path was told, or that it was told nothing any more, since no cluster lists it. The value of a TTL is
 * its milliseconds, that of a pinned path `HIGH`.
 */
async function noteOfPolicy(deps: CatalogDeps, { actor, value, ...policy }: Note): Promise<void> {
  await deps.engine.dispatch({ type: 'policy.set', actor, policy, ...(value !== undefined && { value }) })
}
