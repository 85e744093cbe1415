// who lives in the cluster and since when: from the webs of its masters where they answer, else what the CLI's report tells
import type { Clock } from '../../shared/time.ts'
import type { Workers } from '../../shared/verdict.ts'
import type { AllocationDeps } from '../allocation-deps.ts'
import { readJobMasterInfo, readMasterInfo, readWorker, type ServerFact } from './master-web.ts'
import { type ReportAnswer, SILENT_AFTER_SECONDS } from './report-call.ts'

export type ClusterTools = Pick<AllocationDeps, 'shared' | 'webs'> & { readonly clock: Clock }

export type WorkerFact = Pick<ServerFact, 'host' | 'silentSeconds' | 'capacityBytes' | 'usedBytes' | 'lost'>

export type WorkersAnswer = {
  /** Undefined when nobody told, or the report did not name them. */
  readonly workers?: readonly WorkerFact[]
  readonly trouble?: ReportAnswer['trouble']
  /** CLI processes started for it. */
  readonly calls: number
  /** An answer of the web costs nothing, so it can be asked again and again. */
  readonly cheap: boolean
}

// one call of the CLI costs more than so many questions
const MOST_WORKERS_ASKED = 64

/**
 * The workers: from the master's web (no CLI call), else from `fsadmin report capacity`, which tasks share. The web of 2.9
 * tells heartbeats and space as they were up to 10 s ago (measured), so each worker is asked itself; where one does not
 * answer the report is taken, which is exact, or where youth does not matter what the web told.
 * @param notBefore the answer is at least as young as this instant (milliseconds of the clock); default: half a minute old
 */
export async function askWorkers(tools: ClusterTools, notBefore?: number): Promise<WorkersAnswer> {
  const { masterWeb } = (await tools.webs?.()) ?? {}
  const info = masterWeb === undefined ? undefined : await readMasterInfo(masterWeb)
  const old = notBefore === undefined ? info?.workers : undefined
  const told = info === undefined ? undefined : ((await askEachWorker(info.workers)) ?? old)
  if (told !== undefined) return { workers: told, calls: 0, cheap: true }
  const age = notBefore === undefined ? {} : { maxAgeMs: Math.max(0, tools.clock.now() - notBefore) }
  const { report, trouble, calls } = await tools.shared.capacity(age)
  const answer = { calls, cheap: false, ...(trouble === undefined ? {} : { trouble }) }
  if (report === undefined || (report.workers.length === 0 && (report.capacityBytes ?? 0) > 0)) return answer
  const workers = report.workers.map(({ heartbeatSeconds, lost = false, ...row }) => {
    return { ...row, lost, silentSeconds: heartbeatSeconds }
  })
  return { ...answer, workers }
}

/** The same workers, those that live as of this moment, in their own words; undefined when one of them does not answer. */
async function askEachWorker(workers: readonly ServerFact[]): Promise<WorkerFact[] | undefined> {
  const asked = workers.filter(worker => !worker.lost && !isLongSilent(worker))
  if (asked.length > MOST_WORKERS_ASKED) return undefined
  const told = new Map(await Promise.all(asked.map(async one => [one, (await readWorker(one))?.space] as const)))
  if ([...told.values()].includes(undefined)) return undefined
  return workers.map(worker => (told.has(worker) ? { ...worker, ...told.get(worker), silentSeconds: 0 } : worker))
}

/**
 * The workers as findings carry them. A report goes on listing a worker that the master has given up, with its space: only
 * the heartbeat shows it, so silent ones add nothing to the space.
 */
export function toWorkers(
  workers: readonly WorkerFact[],
  isSilent: (worker: WorkerFact) => boolean = isLongSilent,
): Workers {
  const live = workers.filter(worker => !worker.lost)
  const heard = live.filter(worker => !isSilent(worker))
  const sum = (pick: (worker: WorkerFact) => number) => heard.reduce((total, worker) => total + pick(worker), 0)
  return {
    live: live.length,
    lost: workers.length - live.length,
    silent: live.length - heard.length,
    capacityBytes: sum(worker => worker.capacityBytes),
    usedBytes: sum(worker => worker.usedBytes),
  }
}

export function isLongSilent({ silentSeconds }: Pick<WorkerFact, 'silentSeconds'>): boolean {
  return silentSeconds > SILENT_AFTER_SECONDS
}

/** One worker or job worker: present, and since when by its master's and by its own word. */
export type ServerLife = { readonly away: boolean; readonly registeredAt?: number; readonly startedAt?: number }

/** Who lives and since when, in milliseconds of their own clocks; what is not known stays away. */
export type Servers = {
  readonly masterStartedAt?: number
  readonly jobMasterStartedAt?: number
  readonly workers?: Readonly<Record<string, ServerLife>>
  readonly jobWorkers?: Readonly<Record<string, ServerLife>>
}

/** Asks the webs only: the CLI tells no start times. Never rejects. */
export async function readServers(tools: Pick<ClusterTools, 'webs'>): Promise<Servers> {
  const { masterWeb, jobMasterWeb } = (await tools.webs?.()) ?? {}
  const [master, jobMaster] = await Promise.all([
    twice(masterWeb, readMasterInfo),
    twice(jobMasterWeb, readJobMasterInfo),
  ])
  const own = (master?.workers.length ?? 0) <= MOST_WORKERS_ASKED
  return {
    ...(master === undefined
      ? {}
      : {
          masterStartedAt: master.startedAt,
          workers: await toLives(master.workers, own ? startOf : undefined),
        }),
    ...(jobMaster === undefined
      ? {}
      : { jobMasterStartedAt: jobMaster.startedAt, jobWorkers: await toLives(jobMaster.workers) }),
  }
}

// one lost connection is no absence
async function twice<T>(
  base: string | undefined,
  read: (base: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  if (base === undefined) return undefined
  return (await read(base)) ?? (await read(base))
}

async function startOf(server: ServerFact): Promise<number | undefined> {
  return (await readWorker(server))?.startedAt
}

async function toLives(
  servers: readonly ServerFact[],
  ask: (server: ServerFact) => Promise<number | undefined> = async () => undefined,
): Promise<Record<string, ServerLife>> {
  const lives = servers.map(async (server): Promise<[string, ServerLife]> => {
    const away = server.lost || isLongSilent(server)
    const startedAt = away ? undefined : await ask(server)
    const registered = server.startedAt === undefined ? {} : { registeredAt: server.startedAt }
    return [`${server.host}:${server.port}`, { away, ...registered, ...(startedAt === undefined ? {} : { startedAt }) }]
  })
  return Object.fromEntries(await Promise.all(lives))
}
