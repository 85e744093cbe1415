// servers of the real cluster that go away and come back: each verb ends when it can be seen that it has happened
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../agent/until.ts'
import { JOB_MS } from '../field.ts'
import type { RealCluster, Role } from '../real-cluster.ts'

type Server = { readonly lastContactSec: number; readonly startTimeMs: number }
type Info = { readonly workers: readonly Server[] }

export type Servers = ReturnType<typeof createServers>

/** Verbs over the servers of a cluster. */
export function createServers(cluster: RealCluster) {
  const { masterWeb, jobMasterWeb } = cluster
  // a server that is away, or in safe mode, tells of no workers
  const info = async (url: string): Promise<Info> => {
    const seen = (await ask(url)) as Partial<Info> | undefined
    return { workers: seen?.workers ?? [] }
  }
  const workers = async () => (await info(`${masterWeb}/api/v1/master/info`)).workers
  const jobWorkers = async () => (await info(`${jobMasterWeb}/api/v1/job_master/info`)).workers
  const listJobs = async () => ((await ask(`${jobMasterWeb}/api/v1/master/job/list`)) ?? []) as number[]

  /** Whether the worker has been heard of in the last moments, as the master says now. */
  const workerBeats = () => until('a worker that beats', async () => (await workers()).some(isFresh), JOB_MS)

  /**
   * Waits until the master has heard of a worker that was begun anew. Its web tells heartbeats that are up to 10 s old, and so
   * may be those of the worker before; the report of the CLI tells them as they are.
   */
  const workerHeard = () =>
    until(
      'a new worker that the master has heard of',
      async () => {
        const { stdout } = await cluster.goosefs('fsadmin', 'report', 'capacity', '-live')
        const seconds = [...stdout.matchAll(/^\S+\s+(?:\w+\s+)?(\d+)\s+capacity\s/gm)].map(([, one]) => Number(one))
        return seconds.some(one => one <= 1)
      },
      JOB_MS,
    )

  const jobWorkerBeats = () => until('a job worker that beats', async () => (await jobWorkers()).some(isFresh), JOB_MS)

  return {
    workers,
    workerBeats,
    /** Waits until all servers know each other, of which some were begun anew. */
    async ready(anew: readonly Role[] = []) {
      await (anew.includes('worker') ? workerHeard() : workerBeats())
      await jobWorkerBeats()
    },
    async loseJobWorker() {
      await cluster.kill('job-worker')
      await until('the loss of the job worker', async () => (await jobWorkers()).length === 0, JOB_MS)
    },
    async startJobWorker() {
      await cluster.start('job-worker')
      await jobWorkerBeats()
    },
    /** Starts the job master and waits until the job worker has found it again. */
    async startJobMaster() {
      await cluster.start('job-master')
      await jobWorkerBeats()
    },
    /** Starts the master and waits until the worker has found it again. */
    async startMaster() {
      await cluster.start('master')
      await workerBeats()
    },
    /** Starts the master; its safe mode lasts this long. */
    async startMasterInSafeMode(seconds: number) {
      const file = join(cluster.home, 'conf', 'alluxio-site.properties')
      const settings = readFileSync(file, 'utf8')
      const longer = settings.replace(/(master\.worker\.connect\.wait\.time)=.*/, `$1=${seconds}s`)
      if (longer === settings) throw new Error(`${file} has no wait time`)
      writeFileSync(file, longer)
      try {
        await cluster.start('master')
      } finally {
        writeFileSync(file, settings)
      }
    },
    async startWorker() {
      await cluster.start('worker')
      await workerHeard()
    },
    /** Waits until the master has not heard of the worker for some seconds. */
    silent: (seconds: number) =>
      until(
        'a worker that is silent',
        async () => {
          const seen = await workers()
          return seen.length > 0 && seen.every(worker => worker.lastContactSec > seconds)
        },
        JOB_MS,
      ),
    /** The highest id of the engine's jobs. */
    newestJob: async () => Math.max(0, ...(await listJobs())),
    /** Waits until a job younger than this one has ended: some of a load is done then, and some is not. */
    jobEnded: (newest: number) =>
      until(
        'the first job of the load to end',
        async () => {
          const first = Math.min(...(await listJobs()).filter(id => id > newest))
          if (!Number.isFinite(first)) return false
          const job = await ask(`${jobMasterWeb}/api/v1/master/job/get_status?jobId=${first}`)
          return (job as { status?: string } | undefined)?.status === 'COMPLETED'
        },
        JOB_MS,
      ),
  }
}

const ANSWER_MS = 5_000
const isFresh = ({ lastContactSec }: Server): boolean => lastContactSec <= 1

async function ask(url: string): Promise<unknown> {
  // a server that is starting may take a question and never answer it
  const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => undefined)
  return answer?.ok ? await answer.json().catch(() => undefined) : undefined
}
