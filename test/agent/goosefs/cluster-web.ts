// the webs of a master and of a job master as Alluxio 2.5 answers them, for tests: what they tell can be changed at any time
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export type FakeWorker = {
  host: string
  port?: number
  since?: number
  silent?: number
  capacity?: number
  used?: number
  /** Port of its own web; it is served by the masters' web too. */
  web?: number
}
export type FakeJob = { path: string; status: string; error?: string; children?: unknown[] }

/** What the webs tell. Undefined is an answer of 500. */
export type Told = {
  master?: { since: number; workers: FakeWorker[]; lost?: FakeWorker[] } | undefined
  jobMaster?: { since: number; workers: FakeWorker[]; jobs?: Map<number, FakeJob> } | undefined
  /** What a worker says of itself; default: as much as its master says of the first one. */
  self?: { total?: number; used?: number }
  /** Direct children by directory. */
  children?: Record<string, number>
}

const toServer = ({ host, port = 1, since = 1, silent = 0, capacity = 0, used = 0, web = 0 }: FakeWorker) => ({
  address: { host, rpcPort: port, webPort: web },
  ...{ startTimeMs: since, lastContactSec: silent, capacityBytes: capacity, usedBytes: used, state: 'In Service' },
})

const ANSWERS: Record<string, (told: Told, query: URLSearchParams) => unknown> = {
  'worker/info': ({ self, master }) => {
    const { capacity = 0, used = 0 } = master?.workers[0] ?? {}
    return { startTimeMs: 7, capacity: self ?? { total: capacity, used } }
  },
  'master/info': ({ master }) =>
    master && {
      startTimeMs: master.since,
      workers: master.workers.map(toServer),
      lostWorkers: (master.lost ?? []).map(toServer),
    },
  'job_master/info': ({ jobMaster }) =>
    jobMaster && { startTimeMs: jobMaster.since, workers: jobMaster.workers.map(toServer) },
  'master/job/list': ({ jobMaster }) => jobMaster && [...(jobMaster.jobs?.keys() ?? [])],
  'master/job/get_status'({ jobMaster }, query) {
    const id = Number(query.get('jobId'))
    const job = jobMaster?.jobs?.get(id)
    const { path, status, error: errorMessage = '', children = [] } = job ?? { path: '', status: '' }
    return job && { id, name: 'Load', status, errorMessage, children, description: '', affectedPaths: [path] }
  },
  // it decodes what was decoded already
  'master/webui_browse': ({ children = {} }, query) => ({
    invalidPathError: '',
    ntotalFile: children[decodeURIComponent(query.get('path') ?? '')] ?? 0,
  }),
}

/** Serves both webs at one address. */
export async function createClusterWeb(told: Told) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x')
    const name = url.pathname.replace('/api/v1/', '')
    asked.push(name)
    const answer = ANSWERS[name]?.(told, url.searchParams)
    if (answer === undefined) response.writeHead(500).end('{"statusCode":"NOT_FOUND"}')
    else response.end(JSON.stringify(answer))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { base, asked, told, webs: async () => ({ masterWeb: base, jobMasterWeb: base }) }
}
