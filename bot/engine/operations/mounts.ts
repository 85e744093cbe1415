// verbs on the mount table of a cluster, and addresses of the under storage as paths of the name space
import { type MountPoint, namespaceProblem, optionProblem } from '../../../shared/call.ts'
import { AppError, shown } from '../../../shared/errors.ts'
import { isWithin, pathProblem, toComparable, toNamespacePath } from '../../../shared/path.ts'
import type { CatalogVerbs, MountManner, MountRequest } from './catalog-port.ts'
import { type Ask, type CatalogDeps, openCluster } from './cluster-ask.ts'

type MountVerbs = Pick<CatalogVerbs, 'listMounts' | 'addMount' | 'removeMount' | 'toNamespace' | 'toNamespaces'>

const MOST_OPTION_BYTES = 64 * 1024
/** Addresses that name the cache itself. */
const OWN_SCHEME = /^(?:gfs|goosefs|alluxio):\/\//

/** Verbs on mounts. A change is decided on a fresh listing, and again by what the CLI says. */
export function createMountOperations(deps: CatalogDeps): MountVerbs {
  const mannerOf = (cluster: string): MountManner => deps.featuresOf?.(cluster).mount ?? 'cli'
  const verbs: MountVerbs = {
    async listMounts(actor, cluster) {
      const ask = openCluster(deps, { actor, cluster, effect: 'read', what: 'Listing mounts' })
      return list(ask, mannerOf(cluster))
    },
    async addMount(actor, cluster, request) {
      const ask = openCluster(deps, { actor, cluster, effect: 'write', what: `Mounting ${shown(request.path)}` })
      const manner = demandChangeable(cluster, mannerOf(cluster))
      checkRequest(request, manner)
      demandFree(await list(ask, manner), request)
      const { path, ufs, readonly = false, shared = false, options = {} } = request
      // what is absent is the under storage or a directory above, both named by the caller
      await ask(
        { verb: 'mount', manner, path, ufs, readonly, shared, options: { ...options } },
        { absent: 'INVALID_INPUT' },
      )
    },
    async removeMount(actor, cluster, path) {
      const ask = openCluster(deps, { actor, cluster, effect: 'destroy', what: `Unmounting ${shown(path)}` })
      const manner = demandChangeable(cluster, mannerOf(cluster))
      checkPath(path)
      if (manner === 'ns') checkNamespace(path)
      if (toComparable(path) === '/') throw invalid('path', 'must not be the root, which cannot be unmounted', path)
      const mount = (await list(ask, manner)).find(one => toComparable(one.path) === toComparable(path))
      if (mount === undefined) throw new AppError('GONE', `Nothing is mounted at ${shown(path)}.`)
      await ask({ verb: 'unmount', manner, path }, { absent: 'GONE' })
    },
    async toNamespace(actor, cluster, path) {
      return (await verbs.toNamespaces(actor, cluster, [path]))[0] ?? path
    },
    async toNamespaces(actor, cluster, paths) {
      const ask = openCluster(deps, { actor, cluster, effect: 'read', what: 'Reading the mount table' })
      for (const path of paths) if (pathProblem(path)) throw invalid('path', pathProblem(path) ?? '', path)
      const isForeign = (path: string): boolean => !path.startsWith('/') && !OWN_SCHEME.test(path)
      const mounts = paths.some(isForeign) ? await list(ask, mannerOf(cluster)) : []
      return paths.map(path => (isForeign(path) ? mapAddress(path, mounts) : toOwnPath(path)))
    },
  }
  return verbs
}

async function list(ask: Ask, manner: MountManner): Promise<readonly MountPoint[]> {
  return (await ask({ verb: 'mounts', manner: manner === 'ns' ? 'ns' : 'cli' })).mounts ?? []
}

function demandChangeable(cluster: string, manner: MountManner): 'cli' | 'ns' {
  if (manner !== 'static') return manner
  throw new AppError('NOT_IMPLEMENTED', `The mount table of cluster ${cluster} is not to be changed from here.`)
}

// the place of a path is told first, since it says more than what the CLI would
function demandFree(mounts: readonly MountPoint[], { path, ufs }: MountRequest): void {
  const there = mounts.find(mount => toComparable(mount.path) === toComparable(path))
  if (there !== undefined) throw new AppError('CONFLICT', `${shown(path)} is mounted already, from ${there.ufs}.`)
  const elsewhere = mounts.find(mount => toAddress(mount.ufs) === toAddress(ufs))
  if (elsewhere !== undefined)
    throw new AppError('CONFLICT', `${shown(ufs)} is mounted already, at ${shown(elsewhere.path)}.`)
}

function checkRequest({ path, ufs, options = {} }: MountRequest, manner: 'cli' | 'ns'): void {
  checkPath(path)
  if (manner === 'ns' && !/^\/[^/]+\/?$/.test(path))
    throw invalid('path', 'must be a directory of the root such as "/data", since mounts are namespaces here', path)
  if (manner === 'ns') checkNamespace(path)
  const problem = pathProblem(ufs)
  // what is wrong with an address may be a password in it
  if (problem !== undefined) throw invalid('ufs', problem, problem.includes('password') ? undefined : ufs)
  for (const [name, value] of Object.entries(options)) {
    const wrong = optionProblem(manner, name, value)
    if (wrong !== undefined) throw invalid(`options.${name.slice(0, 80)}`, wrong)
  }
  const bytes = Buffer.byteLength(JSON.stringify(options))
  if (bytes > MOST_OPTION_BYTES)
    throw invalid('options', `must have at most ${MOST_OPTION_BYTES} bytes in all, got ${bytes}`)
}

function checkNamespace(path: string): void {
  const problem = namespaceProblem(path)
  if (problem !== undefined) throw invalid('path', problem, path)
}

/** Throws INVALID_INPUT for what is no path of the name space. */
export function checkPath(path: string): void {
  const problem = path.startsWith('/') ? pathProblem(path) : 'must start with "/"'
  if (problem !== undefined) throw invalid('path', problem, path)
}

function invalid(field: string, expectation: string, value?: unknown): AppError {
  return new AppError('INVALID_INPUT', `${field} ${expectation}${value === undefined ? '' : `, got ${shown(value)}`}.`)
}

function mapAddress(path: string, mounts: readonly MountPoint[]): string {
  const address = toAddress(path)
  const fitting = mounts.filter(({ ufs }) => isWithin(address, toAddress(ufs)))
  const [nearest] = fitting.sort((a, b) => toAddress(b.ufs).length - toAddress(a.ufs).length)
  if (nearest === undefined)
    throw invalid('path', 'must lie below the address of a mount of the cluster or start with "/"', path)
  const rest = address.slice(toAddress(nearest.ufs).length)
  return toComparable(`${nearest.path}/${rest}`)
}

/** A local directory is printed without a scheme and may be asked for with one. */
const toAddress = (ufs: string): string => toComparable(ufs.replace(/^file:\/\/(?=\/)/, ''))

const toOwnPath = (path: string): string => (OWN_SCHEME.test(path) ? toNamespacePath(path) : path)
