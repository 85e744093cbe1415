// the closed table of what the CLI may be asked, as arguments after the program
import { basename } from 'node:path'
import type { ClusterCall } from '../../shared/call.ts'
import { isSecretName } from '../../shared/secret-name.ts'

/** Property names carry the brand of the CLI: `goosefs.…`, or `alluxio.…` for a stock Alluxio binary. */
export type Brand = 'goosefs' | 'alluxio'

/** The brand that the program's file name tells. */
export function brandOf(bin: string): Brand {
  return basename(bin).toLowerCase().includes('alluxio') ? 'alluxio' : 'goosefs'
}

const syncNow = (brand: Brand): string => `-D${brand}.user.file.metadata.sync.interval=0`
// `job` calls would otherwise try for two minutes when the job master is away
const briefly = (brand: Brand): string => `-D${brand}.user.rpc.retry.max.duration=5s`

export type LoadArguments = {
  readonly path: string
  readonly replication?: number
  readonly activeJobs?: number
  /** Files that one engine job loads; only where the CLI knows the option. */
  readonly batchSize?: number
}

/** The commands of the actions: exactly these arguments, since people compare them with what they type themselves. */
export const ACTION_ARGV = {
  load: ({ path, replication = 1, activeJobs, batchSize }: LoadArguments): string[] => [
    ...['fs', 'distributedLoad', '--replication', String(replication)],
    ...(activeJobs === undefined ? [] : ['--active-jobs', String(activeJobs)]),
    ...(batchSize === undefined ? [] : ['--batch-size', String(batchSize)]),
    path,
  ],
  metadata: (path: string): string[] => ['fs', 'loadMetadata', '-R', '-F', path],
  free: (path: string): string[] => ['fs', 'free', '-f', path],
  list: (path: string, recursive = false): string[] => ['fs', 'ls', ...(recursive ? ['-R'] : []), path],
  report: (): string[] => ['fsadmin', 'report'],
} as const

/** Calls that only look. A listing with `fresh` asks the object store about every entry first. */
export const READ_ARGV = {
  walk: (brand: Brand, paths: readonly string[], fresh: boolean): string[] => [
    ...['fs', 'ls', '-R', ...(fresh ? [syncNow(brand)] : [])],
    ...paths,
  ],
  // of a directory its own line, in place of its children's
  own: (path: string): string[] => ['fs', 'ls', '-d', path],
  stat: (path: string): string[] => ['fs', 'stat', path],
  usage: (path: string): string[] => ['fs', 'du', '-s', path],
  capacity: (): string[] => ['fsadmin', 'report', 'capacity'],
  jobService: (): string[] => ['fsadmin', 'report', 'jobservice'],
  jobs: (brand: Brand): string[] => ['job', 'ls', briefly(brand)],
  job: (brand: Brand, id: number): string[] => ['job', 'stat', briefly(brand), String(id)],
  version: (): string[] => ['version'],
  help: (command: 'distributedLoad' | 'loadMetadata'): string[] => ['fs', 'help', command],
  configuration: (): string[] => ['getConf'],
} as const

/** Takes back what a stopped load left with the engine. */
export const cancelArgv = (brand: Brand, id: number): string[] => ['job', 'cancel', briefly(brand), String(id)]

type MountArguments = Omit<Extract<ClusterCall, { verb: 'mount' }>, 'verb' | 'manner'>

const flags = ({ readonly, shared }: MountArguments): string[] => [
  ...(readonly ? ['--readonly'] : []),
  ...(shared ? ['--shared'] : []),
]

/** Small asks, outside of any task. Paths begin with a slash or a scheme, so none is taken for an option. */
export const CALL_ARGV = {
  mounts: (): string[] => ['fs', 'mount'],
  mount: (ask: MountArguments): string[] => [
    ...['fs', 'mount', ...flags(ask)],
    ...Object.entries(ask.options).flatMap(([name, value]) => ['--option', `${name}=${value}`]),
    ...[ask.path, ask.ufs],
  ],
  unmount: (path: string): string[] => ['fs', 'unmount', path],
  namespaces: (): string[] => ['ns', 'ls'],
  createNamespace: (name: string, ask: MountArguments): string[] => [
    ...['ns', 'create', name, ask.ufs, ...flags(ask)],
    ...Object.entries(ask.options).flatMap(([key, value]) => toNamespaceOption(key, value)),
  ],
  deleteNamespace: (name: string): string[] => ['ns', 'delete', name],
  // the CLI's own default action is `delete`, which takes the files out of the under storage too
  setTtl: (path: string, ms: number): string[] => ['fs', 'setTtl', '--action', 'free', path, String(ms)],
  unsetTtl: (path: string): string[] => ['fs', 'unsetTtl', path],
  pin: (path: string): string[] => ['fs', 'pin', path],
  unpin: (path: string): string[] => ['fs', 'unpin', path],
  // without a choice the report of 2.5 and 2.9 lists lost workers among the others
  workers: (which: 'live' | 'lost'): string[] => ['fsadmin', 'report', 'capacity', `-${which}`],
  removeWorker: (address: string): string[] => [
    ...['fsadmin', 'decommissionWorker', '--addresses', address, '--wait', '1s', '--disable'],
  ],
  cat: (path: string): string[] => ['fs', 'cat', path],
  // what came behind the cache's back is asked for, level by level
  countNow: (brand: Brand, path: string): string[] => ['fs', 'count', syncNow(brand), path],
} as const

const POLICIES: ReadonlySet<string> = new Set(['wPolicy', 'rPolicy'])

function toNamespaceOption(key: string, value: string): string[] {
  if (POLICIES.has(key)) return [`--${key}`, value]
  return [isSecretName(key) ? '--secret' : '--attribute', `${key}=${value}`]
}
