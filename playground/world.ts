// the simulated cluster as one value: name space, cache, jobs, knobs
import { createDir, type Dir, type Entry } from './tree.ts'

export type JobStatus = 'CREATED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELED'

/** A load job of the job master: it ends at `doneAt` (epoch ms) whether or not the CLI that asked still lives. */
export interface Job {
  id: number
  path: string
  replication: number
  status: JobStatus
  doneAt: number
  updatedAt: number
  failAs?: string | undefined
  /** the error is kept from the client: the 2.9 client reports such a file as loaded */
  error?: string | undefined
  control?: number | undefined
}

/** What is mounted somewhere, as it was asked for. */
export interface Mount {
  ufs: string
  readonly: boolean
  shared: boolean
  options: Record<string, string>
}

export interface World {
  startedAt: number
  root: Dir
  /** files with cached bytes, least recently used first, and their paths */
  lru: Map<Entry, string>
  cachedBytes: number
  readFromUfs: number
  jobs: Map<number, Job>
  /** unfinished jobs in the order in which they will end */
  pending: Job[]
  nextJobId: number
  nextEtag: number
  knobs: Record<string, string>
  knobSetAt: Record<string, number>
  pins: Set<string>
  mounts: Map<string, Mount>
  ttls: Map<string, { ms: number; action: 'FREE' | 'DELETE' }>
}

/** An empty cluster that has been up since `at` (epoch ms); job ids count from there, as the real ones do. */
export function createWorld(at: number): World {
  const root = createDir(at)
  root.known = true
  return {
    startedAt: at,
    root,
    lru: new Map(),
    cachedBytes: 0,
    readFromUfs: 0,
    jobs: new Map(),
    pending: [],
    nextJobId: at,
    nextEtag: 1,
    knobs: {},
    knobSetAt: {},
    pins: new Set(),
    mounts: new Map([['/', { ufs: 'cosn://playground-1250000000/', readonly: false, shared: false, options: {} }]]),
    ttls: new Map(),
  }
}
