// the closed table of what the CLI may be asked, as arguments after the program
import { basename } from 'node:path'

/** Property names carry the brand of the CLI: `goosefs.…`, or `alluxio.…` for a stock Alluxio binary. */
export type Brand = 'goosefs' | 'alluxio'

/** The brand that the program's file name tells. */
export function brandOf(bin: string): Brand {
  return basename(bin).toLowerCase().includes('alluxio') ? 'alluxio' : 'goosefs'
}

const syncNow = (brand: Brand): string => `-D${brand}.user.file.metadata.sync.interval=0`
// `job` calls would otherwise try for two minutes when the job master is away
const briefly = (brand: Brand): string => `-D${brand}.user.rpc.retry.max.duration=5s`

export type LoadArguments = { readonly path: string; readonly replication?: number; readonly activeJobs?: number }

/** The commands of the actions: exactly these arguments, since people compare them with what they type themselves. */
export const ACTION_ARGV = {
  load: ({ path, replication = 1, activeJobs }: LoadArguments): string[] => [
    ...['fs', 'distributedLoad', '--replication', String(replication)],
    ...(activeJobs === undefined ? [] : ['--active-jobs', String(activeJobs)]),
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
