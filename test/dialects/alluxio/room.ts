// view 001 over the real operations and a cluster that answers from memory; every answer is held against the document
import { createOperations } from '../../../bot/engine/operations/index.ts'
import type { Features } from '../../../bot/engine/operations/port.ts'
import type { ClusterCalls } from '../../../bot/engine/ports.ts'
import { createCalendar } from '../../../bot/schedule/calendar.ts'
import type { CallAnswer, CallRefusal, ClusterCall, MountPoint, PathFacts, WorkerFacts } from '../../../shared/call.ts'
import { AppError } from '../../../shared/errors.ts'
import { SILENT_LOG } from '../../../shared/log.ts'
import type { Ending } from '../../../shared/wire.ts'
import { createEngineRoom } from '../../engine/room.ts'
import { createDoor } from '../../http/door.ts'

export type Cluster = {
  mounts: MountPoint[]
  workers: WorkerFacts[]
  /** Of each path that is there. */
  facts: Map<string, Omit<PathFacts, 'path'>>
  lines: Map<string, string[]>
  files: Map<string, string[]>
  /** What the CLI refuses, by verb. */
  refuses: Map<ClusterCall['verb'], CallRefusal>
  asked: ClusterCall[]
}

const absent = (what: string): CallRefusal => ({ ok: false, why: 'absent', message: `${what} does not exist.` })

function answer(cluster: Cluster, ask: ClusterCall): CallAnswer {
  const refused = cluster.refuses.get(ask.verb)
  if (refused !== undefined) return refused
  switch (ask.verb) {
    case 'mounts':
      return { ok: true, mounts: cluster.mounts }
    case 'mount':
      cluster.mounts.push({ path: ask.path, ufs: ask.ufs, options: {} })
      return { ok: true }
    case 'unmount':
      cluster.mounts = cluster.mounts.filter(({ path }) => path !== ask.path)
      return { ok: true }
    case 'workers':
      return { ok: true, workers: cluster.workers }
    case 'remove-worker':
      return { ok: true }
    case 'lines': {
      const lines = cluster.lines.get(ask.path)
      return lines === undefined ? absent(ask.path) : { ok: true, lines }
    }
    case 'files': {
      const files = cluster.files.get(ask.path)
      if (files === undefined) return absent(ask.path)
      if (files.length > ask.most)
        return { ok: false, why: 'too-many', message: `there are more than ${ask.most} files` }
      return { ok: true, lines: files }
    }
  }
  const facts = cluster.facts.get(ask.path)
  if (facts === undefined) return absent(ask.path)
  const { ttlMs: _, ttlAction: __, ...rest } = facts
  if (ask.verb === 'stat') return { ok: true, facts: { path: ask.path, ...facts } }
  if (ask.verb === 'set-ttl') cluster.facts.set(ask.path, { ...facts, ttlMs: ask.ms, ttlAction: 'FREE' })
  if (ask.verb === 'unset-ttl') cluster.facts.set(ask.path, rest)
  if (ask.verb === 'pin' || ask.verb === 'unpin') cluster.facts.set(ask.path, { ...facts, pinned: ask.verb === 'pin' })
  return { ok: true }
}

export type RoomOptions = {
  readonly features?: Partial<Features>
  readonly edition?: string
  /** No agent has ever connected. */
  readonly alone?: boolean
  readonly mode?: 'off' | 'token'
}

export type AlluxioRoom = Awaited<ReturnType<typeof createAlluxioRoom>>

export async function createAlluxioRoom(options: RoomOptions = {}) {
  const room = createEngineRoom()
  const cluster: Cluster = {
    mounts: [
      { path: '/', ufs: 'cosn://root/', options: {} },
      { path: '/s3', ufs: 's3://bucket/dir', options: { 'fs.s3a.accessKeyId': '****' } },
    ],
    workers: [
      { host: 'w1', port: 29999, webPort: 30000, live: true, heartbeatSeconds: 0, capacityBytes: 10, usedBytes: 0 },
      { host: 'w2', live: false, heartbeatSeconds: 99 },
    ],
    facts: new Map([
      ['/data', { directory: true, pinned: false }],
      ['/s3/a', { directory: true, pinned: false }],
    ]),
    lines: new Map(),
    files: new Map(),
    refuses: new Map(),
    asked: [],
  }
  const calls: ClusterCalls = {
    async call(_, ask) {
      if (options.alone === true) throw new AppError('COMMAND_FAILED', 'no agent of cluster default is connected')
      cluster.asked.push(ask)
      return answer(cluster, ask)
    },
  }
  const { state, engine, output, frames, growth, clock } = room
  const operations = createOperations({
    ...{ state, engine, output, frames, growth, clock, calls, log: SILENT_LOG },
    calendar: createCalendar({ zone: 'Asia/Shanghai', dialect: 'standard', now: clock.now }),
    settings: { verify: true, graceMs: 1, keepDays: 1, keepJobs: 1, clusters: [], guard: { when: 'warn' } as never },
    audit: { record: async () => {}, read: async () => ({ items: [] }), close: async () => {} },
    makeToken: () => ({ token: 'secret', sha256: '0'.repeat(64) }),
    makeDaemonId: () => '0'.repeat(21),
    users: { names: [], defaultUser: 'local' },
    selfChecks: async () => [],
    featuresOf: () => options.features ?? {},
  })
  const door = createDoor({
    ...{ operations, clock, alluxioEdition: options.edition, mode: options.mode ?? 'off' },
  })
  if (options.alone !== true) await room.connect()
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await door.send(method, `/api/v1/${path}`, body, headers)
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
      body: (text === '' ? undefined : JSON.parse(text)) as any,
    }
  }
  const tasksOf = (jobId: string): string[] => Array.from(state.tasks.find('job', jobId), task => task.id).sort()
  return {
    ...{ room, cluster, operations, send, tasksOf },
    /** Submits and answers the id. */
    async submit(noun: 'load' | 'free', body: unknown): Promise<string> {
      const { status, body: told } = await send('POST', noun, body)
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(told)}`)
      return told.id
    },
    /** Lets every task of a job run to an end. */
    async finish(jobId: string, end: Partial<Ending> = {}) {
      for (const task of tasksOf(jobId)) await room.end(await room.start(task), end)
    },
  }
}
