// schedules behind a real socket: the real verbs and calendar over an engine without a disk, at 16:00 in Shanghai
import { createOperations } from '../../bot/engine/operations/index.ts'
import { createCalendar } from '../../bot/schedule/calendar.ts'
import { SILENT_LOG } from '../../shared/log.ts'
import type { Ending } from '../../shared/wire.ts'
import { createEngineRoom } from '../engine/room.ts'
import { findDeviations } from '../helpers/conform.ts'
import { openServer } from './door.ts'

export type Reply = {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  readonly body: any
}

export type ScheduleRoom = Awaited<ReturnType<typeof openScheduleRoom>>

/** 2024-05-01 16:00 in Shanghai, until it is moved; the tokens are those of the door. */
export async function openScheduleRoom(mode: 'off' | 'token' = 'token') {
  const room = createEngineRoom()
  const { state, engine, output, frames, growth, clock, settings } = room
  const operations = createOperations({
    ...{ state, engine, output, frames, growth, clock, settings, log: SILENT_LOG },
    calendar: createCalendar({ zone: 'Asia/Shanghai', dialect: 'standard', now: clock.now }),
    calls: { call: async () => ({ ok: false, why: 'absent', message: 'nobody is there' }) },
    audit: { record: async () => {}, read: async () => ({ items: [] }), close: async () => {} },
    makeToken: () => ({ token: 'secret', sha256: '0'.repeat(64) }),
    makeDaemonId: () => '0'.repeat(21),
    users: { names: [], defaultUser: 'local' },
    selfChecks: async () => [],
  })
  const { server, url } = await openServer({ operations, mode, clock })
  await room.connect()
  const ask = async (method: string, path: string, body?: unknown, token = 'operator-token'): Promise<Reply> => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: token === '' ? {} : { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const type = response.headers.get('content-type') ?? ''
    const told = { status: response.status, type, body: text }
    const deviations = findDeviations({ method, path: `/api/v1${path}` }, told)
    if (deviations.length > 0) throw new Error(deviations.join('\n'))
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  return {
    ...{ room, url, ask },
    /** Lets every task of a job run to its end. */
    async finish(jobId: string, end: Partial<Ending> = {}) {
      const tasks = Array.from(state.tasks.find('job', jobId), task => task.id).sort()
      for (const task of tasks) await room.end(await room.start(task), end)
    },
    close: () => server.close(0),
  }
}
