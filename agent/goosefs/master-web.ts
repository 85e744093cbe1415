// what the webs of master, job master and workers tell of the servers: who lives, since when, how much room there is
import * as z from 'zod'
import { toNamespacePath } from '../../shared/path.ts'
import { askWeb, type Patience } from './web-json.ts'

const count = z.number().min(0).catch(0)
const Server = z.object({
  address: z.object({ host: z.string(), rpcPort: z.number().catch(0), webPort: z.number().catch(0) }),
  startTimeMs: z.number().optional().catch(undefined),
  lastContactSec: z.number().min(0),
  capacityBytes: count,
  usedBytes: count,
})
const servers = z.array(Server)
// fields of Alluxio 2.5 and 2.9, which GooseFS kept
const MasterInfo = z.object({ startTimeMs: z.number(), workers: servers, lostWorkers: servers.catch([]) })
const JobMasterInfo = z.object({ startTimeMs: z.number(), workers: servers.catch([]) })
const WorkerInfo = z.object({
  startTimeMs: z.number(),
  capacity: z
    .object({ total: z.number().min(0), used: z.number().min(0) })
    .optional()
    .catch(undefined),
})
const Browse = z.object({ ntotalFile: z.int().min(0), invalidPathError: z.string().nullish() })
const Opened = z.object({ currentPath: z.string(), fileData: z.string() })
const NOT_COMPLETE = 'The requested file is not complete yet.'

/** A worker or job worker as its master sees it. `webPort` is 0 when it has none. */
export type ServerFact = {
  readonly host: string
  readonly port: number
  readonly webPort: number
  /** Whole seconds since its master heard of it, rounded down. */
  readonly silentSeconds: number
  /** When its master registered it, in milliseconds of the master's clock. */
  readonly startedAt?: number
  readonly capacityBytes: number
  readonly usedBytes: number
  readonly lost: boolean
}

export type MasterFacts = { readonly startedAt: number; readonly workers: readonly ServerFact[] }

export type WorkerSelf = {
  readonly startedAt: number
  /** Undefined when it tells none. */
  readonly space?: Pick<ServerFact, 'capacityBytes' | 'usedBytes'>
}

/** `GET /api/v1/master/info` of the master; undefined when it does not answer with one. */
export async function readMasterInfo(base: string): Promise<MasterFacts | undefined> {
  const read = MasterInfo.safeParse(await askWeb({ base, path: 'master/info' }))
  if (!read.success) return undefined
  const { startTimeMs, workers, lostWorkers } = read.data
  const live = workers.map(worker => toServer(worker, false))
  return { startedAt: startTimeMs, workers: [...live, ...lostWorkers.map(worker => toServer(worker, true))] }
}

/** `GET /api/v1/job_master/info` of the job master; undefined when it does not answer with one. */
export async function readJobMasterInfo(base: string): Promise<MasterFacts | undefined> {
  const read = JobMasterInfo.safeParse(await askWeb({ base, path: 'job_master/info' }))
  if (!read.success) return undefined
  return { startedAt: read.data.startTimeMs, workers: read.data.workers.map(worker => toServer(worker, false)) }
}

/**
 * What a worker says of itself: when it started (its master keeps the first registration of an address, so a quick restart
 * shows only here), and its space as it is now (its master's web tells that of up to 10 s ago). Undefined when it does not
 * answer.
 */
export async function readWorker({ host, webPort }: ServerFact): Promise<WorkerSelf | undefined> {
  if (webPort === 0 || !/^[\w.-]+$/.test(host)) return undefined
  const base = `http://${host}:${webPort}`
  const read = WorkerInfo.safeParse(await askWeb({ base, path: 'worker/info', timeoutMs: 2_000 }))
  if (!read.success) return undefined
  const { startTimeMs, capacity } = read.data
  const space = capacity && { capacityBytes: capacity.total, usedBytes: capacity.used }
  return { startedAt: startTimeMs, ...(space === undefined ? {} : { space }) }
}

/**
 * How many direct children the master counts in a directory, whoever may see them. Only for directories: of a file the web
 * would read data. Undefined when it does not tell.
 */
export async function countChildren(base: string, path: string): Promise<number | undefined> {
  const read = Browse.safeParse(await browse(base, path))
  if (!read.success || read.data.invalidPathError) return undefined
  return read.data.ntotalFile
}

/**
 * Whether a file is complete: nobody is writing it any more. Only for files of no length, since the web reads a part of the
 * file for it. Undefined when it does not tell.
 */
export async function isFileComplete(base: string, path: string, patience?: Patience): Promise<boolean | undefined> {
  const read = Opened.safeParse(await browse(base, path, patience))
  if (!read.success || read.data.currentPath !== path) return undefined
  return read.data.fileData !== NOT_COMPLETE
}

// the web decodes what was decoded already, so a percent sign and a plus have to be encoded twice
async function browse(base: string, path: string, patience?: Patience): Promise<unknown> {
  const twice = encodeURIComponent(encodeURIComponent(toNamespacePath(path)))
  return await askWeb({
    base,
    path: `master/webui_browse?path=${twice}&offset=0&limit=1`,
    ...(patience && { patience }),
  })
}

function toServer(worker: z.infer<typeof Server>, lost: boolean): ServerFact {
  const { address, startTimeMs, lastContactSec, capacityBytes, usedBytes } = worker
  return {
    ...{ host: address.host, port: address.rpcPort, webPort: address.webPort, lost, capacityBytes, usedBytes },
    ...(startTimeMs === undefined ? {} : { startedAt: startTimeMs }),
    silentSeconds: lastContactSec,
  }
}
