// view 002 over the real operations with an agent that does what a test says; every answer is held against the document
import type { Ending } from '../../../shared/wire.ts'
import { ending, findings, measured } from '../../core/world.ts'
import { createEngineRoom } from '../../engine/room.ts'
import { createDoor } from '../../http/door.ts'

export const CACHED: Ending = ending({
  findings: findings({ before: measured(3, 0), after: measured(3, 3) }),
})
export const FAILED: Ending = ending({ exit: { reason: 'exited', code: 255 } })

export type Fields = Record<string, unknown>
export const GROUP = {
  Name: 'db1',
  Tasks: [
    { Name: 'load', Driver: 'goosefs', Config: { action: 'GooseFSDistributeLoad', path: '/data/db1', replication: 1 } },
  ],
}
/** The document of the contract, with changes. */
export const toDocument = (more: Fields = {}): Fields => ({
  ID: 'my-job',
  Datacenters: ['dc1'],
  Type: 'batch',
  TaskGroups: [GROUP],
  ...more,
})
export const DTLE = {
  ID: 'job1',
  Datacenters: ['dc1'],
  TaskGroups: [
    { Name: 'src', Tasks: [{ Name: 'src', Driver: 'dtle', Config: { Gtid: 'x' } }] },
    { Name: 'dest', Tasks: [{ Name: 'dest', Driver: 'dtle', Config: {} }] },
  ],
}
/** With other fields in the Config, and others of the group. */
export const withConfig = (config: Fields, group: Fields = {}): Fields =>
  toDocument({ TaskGroups: [{ Name: 'g', Tasks: [{ Name: 't', Driver: 'goosefs', Config: config }], ...group }] })

export async function createNomadRoom(options: { alone?: boolean; mode?: 'off' | 'token' } = {}) {
  const room = createEngineRoom()
  const door = createDoor({ operations: room.operations, clock: room.clock, mode: options.mode ?? 'off' })
  if (options.alone !== true) await room.connect()
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await door.send(method, path, body, headers)
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
      get json(): any {
        return JSON.parse(text)
      },
    }
  }
  const tasksOf = (name: string): string[] =>
    [...room.state.jobs.find('name', name)].flatMap(job =>
      Array.from(room.state.tasks.find('job', job.id), task => task.id),
    )
  const open = (name: string): string[] =>
    tasksOf(name).filter(id => ['queued', 'running'].includes(room.state.tasks.get(id)?.status ?? ''))
  return {
    ...{ ...room, send, open },
    get: async (path: string) => (await send('GET', path)).json,
    register: (document: Fields, more: Fields = {}) => send('POST', '/v1/jobs', { Job: document, ...more }),
    async startAll(name: string) {
      for (const id of open(name)) await room.start(id)
    },
    /** Lets everything open of a name run to an end. */
    async finish(name: string, end: Partial<Ending> = CACHED) {
      for (const id of open(name)) await room.end(await room.start(id), end)
    },
  }
}
export type NomadRoom = Awaited<ReturnType<typeof createNomadRoom>>
