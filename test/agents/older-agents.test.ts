// agents older than the daemon: never told of a call that they may not know, since they would cut the connection over it
import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { createCatalogOperations } from '../../bot/engine/operations/catalog.ts'
import { openAgents } from '../../bot/open-agents.ts'
import type { Opened } from '../../bot/open-state.ts'
import type { Told } from '../../bot/told.ts'
import type { Actor } from '../../shared/job.ts'
import { SILENT_LOG } from '../../shared/log.ts'
import { createClock } from '../../shared/time.ts'
import { type DaemonMessage, SOCKET_PATH, WIRE_VERSION } from '../../shared/wire.ts'
import { until } from '../agent/until.ts'
import { SETTINGS } from '../core/world.ts'
import { createEngineRoom } from '../engine/room.ts'
import { serveHub } from './serve-hub.ts'

const LOOKER: Actor = { name: 'viewer', role: 'viewer', via: 'http' }
const C = 'default'
const WANTED = { path: '/a', most: 5 }

/** The daemon's hub and its verbs; agents come by real sockets, as a test describes them. */
async function openRoom() {
  const { state, engine, output, frames, growth } = createEngineRoom()
  const opened = { state, engine, output, frames, growth, clock: createClock({ unref: true }), settings: SETTINGS }
  const told = { config: {} }
  const { hub, calls } = openAgents(opened as unknown as Opened, told as unknown as Told, SILENT_LOG)
  const port = await serveHub(hub)
  /** An agent that answers every call with its own name as a line, and keeps what it was asked. */
  const join = async (at: number, more: object) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${SOCKET_PATH}`)
    const asked: string[] = []
    const name = `a${at}`
    let welcome = false
    socket.on('message', data => {
      const said: DaemonMessage = JSON.parse(String(data))
      welcome ||= said.type === 'welcome'
      if (said.type !== 'call') return
      asked.push(said.ask.verb)
      const answer = { ok: true, lines: [name] }
      socket.send(JSON.stringify({ type: 'called', call: said.call, answer, more: false }))
    })
    onTestFinished(() => socket.terminate())
    await once(socket, 'open')
    const agent = {
      ...{ id: `018f0000-0000-7000-8000-00000000000${at}`, name, cluster: C, version: '1', host: 'h', pid: 1 },
      capacity: { work: 1, read: 1 },
      capabilities: { bin: 'goosefs', found: true, simulated: false, loadFlags: [] },
      ...more,
    }
    socket.send(JSON.stringify({ type: 'hello', version: WIRE_VERSION, agent, live: [], streams: [], nextNumber: 1 }))
    await until('the welcome', () => welcome)
    return asked
  }
  return { ...createCatalogOperations({ state, engine, settings: SETTINGS, calls }), join }
}

it('an agent that tells of no calls is asked what every agent knows, and nothing newer', async () => {
  const { join, listDirectory, readLines } = await openRoom()
  const asked = await join(1, {})
  await expect(listDirectory(LOOKER, C, WANTED)).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
    message:
      'The call names of cluster default failed: every agent of cluster default is too old for it and must be updated.',
  })
  expect(await readLines(LOOKER, C, '/a')).toEqual(['a1'])
  expect(asked).toEqual(['lines'])
})

it('of several agents one that tells of the call is asked', async () => {
  const { join, listDirectory } = await openRoom()
  const asked = await join(1, { calls: ['lines', 'a-call-of-tomorrow'] })
  await join(2, { calls: ['names'] })
  for (const _ of [1, 2, 3]) expect(await listDirectory(LOOKER, C, WANTED)).toEqual(['a2'])
  expect(asked).toEqual([])
})
