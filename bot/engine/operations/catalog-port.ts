// what a cluster is asked outside of any job: its mounts, its workers, the rules and the contents of paths
import type { MountPoint, PathFacts, WorkerFacts } from '../../../shared/call.ts'
import type { Actor } from '../../../shared/job.ts'

export type { MountPoint, PathFacts, WorkerFacts }

export type MountRequest = {
  readonly path: string
  readonly ufs: string
  readonly readonly?: boolean
  readonly shared?: boolean
  readonly options?: Readonly<Record<string, string>>
}

/** How a cluster's mount table is kept: `fs mount`, namespaces of GooseFS 1.x, or not to be changed from here. */
export type MountManner = 'cli' | 'ns' | 'static'

/**
 * Each asks an agent of the cluster at once and leaves nothing behind. Throws CLUSTER_NOT_FOUND for an unknown name,
 * COMMAND_FAILED when nobody can be asked, the CLI fails or takes too long, and NOT_IMPLEMENTED for what it does not know.
 * `path` is a path of the name space, or an address of the under storage, which is mapped by the mount table.
 */
export type CatalogVerbs = {
  /** Values of options that may be secrets are stars. */
  listMounts(actor: Actor, cluster: string): Promise<readonly MountPoint[]>
  /** CONFLICT when the path is mounted, or the under storage elsewhere; NOT_IMPLEMENTED when the table is static. */
  addMount(actor: Actor, cluster: string, request: MountRequest): Promise<void>
  /** GONE when nothing is mounted there. */
  removeMount(actor: Actor, cluster: string, path: string): Promise<void>
  /** NOT_FOUND when there is no such path. */
  pathFacts(actor: Actor, cluster: string, path: string): Promise<PathFacts>
  /** Frees the path from the cache `ms` milliseconds from now; never deletes. NOT_FOUND when there is no such path. */
  setTtl(actor: Actor, cluster: string, ttl: { readonly path: string; readonly ms: number }): Promise<void>
  /** INVALID_INPUT when it has none. */
  unsetTtl(actor: Actor, cluster: string, path: string): Promise<void>
  setPinned(actor: Actor, cluster: string, pin: { readonly path: string; readonly pinned: boolean }): Promise<void>
  listWorkers(actor: Actor, cluster: string): Promise<readonly WorkerFacts[]>
  /** `address` is a host, or a host and its web port. NOT_FOUND when the master does not know it. */
  removeWorker(actor: Actor, cluster: string, address: string): Promise<void>
  /** The lines of a file of the cache that are not blank, such as a list of paths. INVALID_INPUT when there are too many. */
  readLines(actor: Actor, cluster: string, path: string): Promise<readonly string[]>
  /** Names of what lies directly in a directory. INVALID_INPUT when there are more than `most`. */
  listDirectory(
    actor: Actor,
    cluster: string,
    of: { readonly path: string; readonly most: number },
  ): Promise<readonly string[]>
  /** Every file at or below a path. INVALID_INPUT when there are more than `most`. */
  listFiles(
    actor: Actor,
    cluster: string,
    of: { readonly path: string; readonly most: number },
  ): Promise<readonly string[]>
  /** Maps an address by its longest mount; INVALID_INPUT when it is outside of every mount. */
  toNamespace(actor: Actor, cluster: string, path: string): Promise<string>
  /** The same for many, with one look at the mount table. */
  toNamespaces(actor: Actor, cluster: string, paths: readonly string[]): Promise<readonly string[]>
}
