// the agents' socket as a real one: who gets in, what is taken in, in which order, and what is forgotten
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { AgentDoor } from '../../bot/agents/door.ts'
import { createHub, type Hub } from '../../bot/agents/hub.ts'
import { createMemoryOutput } from '../../bot/store/memory.ts'
import { AppError } from '../../shared/errors.ts'
import { SILENT_LOG } from '../../shared/log.ts'
import { encodeChunk } from '../../shared/output.ts'
import { createClock } from '../../shared/time.ts'
import { CLOSE_CODES, type DaemonMessage, type Report, SOCKET_PATH, WIRE_VERSION } from '../../shared/wire.ts'

const AGENT = '018f0000-0000-7000-8000-00000000000a'
const MINE = '018f0000-0000-7000-8000-000000000001'
const OTHERS = '018f0000-0000-7000-8000-000000000002'
const TOKEN = 'let-me-in'

type Said = DaemonMessage | { type: 'closed'; code: number }

/** A door of which every verb can be bent by a test. */
function createDoor() {
  const output = createMemoryOutput()
  const finals = new Map<string, number>()
  const taken: number[] = []
  const bend = {
    hello: async (): Promise<{ acknowledged: number; forget: string[]; stop: string[] }> => ({
      acknowledged: 0,
      forget: [],
      stop: [],
    }),
    report: async (_n: number, _report: Report): Promise<void> => {},
    gone: vi.fn(async (_agentId: string, _connection: string) => {}),
  }
  const door: AgentDoor = {
    output,
    hello: () => bend.hello(),
    gone: (agentId, connection) => bend.gone(agentId, connection),
    async report(_, n, report) {
      await bend.report(n, report)
      taken.push(n)
    },
    holds: (_, allocation) => allocation === MINE,
    finalLength: ({ allocation, kind }) => (kind === 'output' ? finals.get(allocation) : 0),
    grown: () => {},
  }
  return { door, bend, finals, taken, output }
}

let server: Server
let hub: Hub
let stage: ReturnType<typeof createDoor>
const sockets: WebSocket[] = []

beforeEach(async () => {
  stage = createDoor()
  hub = createHub({ door: stage.door, admits: token => token === TOKEN, clock: createClock(), log: SILENT_LOG })
  server = createServer()
  server.on('upgrade', hub.upgrade)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate()
  await hub.close()
  await new Promise(resolve => server.close(resolve))
})

const port = (): number => (server.address() as AddressInfo).port

/** An agent by hand: says frames, and hears what the daemon says one by one. */
async function dial(token = TOKEN) {
  const socket = new WebSocket(`ws://127.0.0.1:${port()}${SOCKET_PATH}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  sockets.push(socket)
  const heard: Said[] = []
  let wake = (): void => {}
  const hear = (said: Said): void => {
    heard.push(said)
    wake()
  }
  socket.on('message', data => hear(JSON.parse(String(data))))
  socket.on('close', code => hear({ type: 'closed', code }))
  await once(socket, 'open')
  return {
    socket,
    say: (message: object) => socket.send(JSON.stringify(message)),
    chunk: (allocation: string, offset: number, text: string) =>
      socket.send(encodeChunk({ allocation, kind: 'output', offset, bytes: Buffer.from(text) })),
    hello: (more: object = {}) =>
      socket.send(
        JSON.stringify({
          type: 'hello',
          version: WIRE_VERSION,
          agent: DESCRIPTION,
          live: [],
          streams: [],
          nextNumber: 1,
          ...more,
        }),
      ),
    /** The next thing said that is of this type. */
    async next<T extends Said['type']>(type: T): Promise<Extract<Said, { type: T }>> {
      for (;;) {
        const at = heard.findIndex(said => said.type === type)
        if (at >= 0) return heard.splice(at, 1)[0] as Extract<Said, { type: T }>
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    },
    heard,
  }
}

const DESCRIPTION = {
  id: AGENT,
  name: 'a',
  cluster: 'c',
  version: '1',
  host: 'h',
  pid: 1,
  capacity: { work: 2, read: 1 },
  capabilities: { bin: 'goosefs', found: true, simulated: false, loadFlags: [] },
}
const report = (n: number, body: object = { type: 'accepted', allocation: MINE }): object => ({
  type: 'report',
  n,
  report: body,
})
const ended = (outputBytes: number): object => ({
  type: 'ended',
  allocation: MINE,
  ending: { exit: { reason: 'exited', code: 0 }, started: true, cuts: [], outputBytes, missingBytes: 0, notes: [] },
})

describe('who gets in', () => {
  it('is refused with 401 without the right token', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port()}${SOCKET_PATH}`, {
      headers: { authorization: 'Bearer wrong' },
    })
    const [, response] = await once(socket, 'unexpected-response')
    expect(response.statusCode).toBe(401)
    socket.on('error', () => {})
    socket.terminate()
  })

  it('may reset its refused upgrade without hurting the daemon', async () => {
    for (let round = 0; round < 20; round += 1) {
      const raw = connect(port(), '127.0.0.1')
      raw.on('error', () => {})
      await once(raw, 'connect')
      raw.write(
        `GET ${SOCKET_PATH} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
      )
      raw.resetAndDestroy()
    }
    const agent = await dial()
    agent.hello()
    expect((await agent.next('welcome')).acknowledged).toBe(0)
  })

  it('hears the welcome first, then what was said in between', async () => {
    let letIn = (): void => {}
    stage.bend.hello = () =>
      new Promise(resolve => {
        letIn = () => resolve({ acknowledged: 7, forget: [], stop: [OTHERS] })
      })
    const agent = await dial()
    agent.hello()
    await vi.waitFor(() => expect(hub.send(AGENT, { type: 'ack', n: 9 })).toBe(true))
    letIn()
    await agent.next('ack')
    expect(agent.heard.map(said => said.type)).toEqual(['welcome', 'stop'])
  })

  it('is closed with a code of the table for everything that is no hello', async () => {
    const cases: [(agent: Awaited<ReturnType<typeof dial>>) => void, number][] = [
      [agent => agent.say(report(1)), CLOSE_CODES.badFrame],
      [agent => agent.socket.send('{"type":"nonsense"}'), CLOSE_CODES.badFrame],
      [agent => agent.socket.send(Buffer.from([9, 9, 9])), CLOSE_CODES.badFrame],
      [agent => agent.hello({ version: 99 }), CLOSE_CODES.wrongVersion],
      [agent => agent.socket.send('x'.repeat(1024 * 1024 + 1)), 1009],
    ]
    for (const [act, code] of cases) {
      const agent = await dial()
      act(agent)
      expect((await agent.next('closed')).code).toBe(code)
    }
  })

  it('is told by its code that another identity has its name', async () => {
    stage.bend.hello = async () => {
      throw new AppError('CONFLICT', 'the name a is taken')
    }
    const agent = await dial()
    agent.hello()
    expect((await agent.next('closed')).code).toBe(CLOSE_CODES.nameTaken)
  })

  it('replaces an older connection of the same identity', async () => {
    const old = await dial()
    old.hello()
    await old.next('welcome')
    const young = await dial()
    young.hello()
    expect((await old.next('closed')).code).toBe(CLOSE_CODES.replaced)
    await young.next('welcome')
    expect(hub.send(AGENT, { type: 'ack', n: 1 })).toBe(true)
    await young.next('ack')
  })
})

describe('reports', () => {
  it('are acknowledged one by one when they are saved', async () => {
    const agent = await dial()
    agent.hello()
    for (const n of [1, 2, 3]) agent.say(report(n))
    expect([(await agent.next('ack')).n, (await agent.next('ack')).n, (await agent.next('ack')).n]).toEqual([1, 2, 3])
  })

  it('behind one that could not be saved are not taken in: the agent says all of them again', async () => {
    stage.bend.report = async n => {
      if (n === 2) throw new AppError('STORAGE_FULL', 'the disk is full')
    }
    const agent = await dial()
    agent.hello()
    for (const n of [1, 2, 3, 4]) agent.say(report(n))
    expect((await agent.next('closed')).code).toBe(CLOSE_CODES.storageFull)
    await vi.waitFor(() => expect(stage.bend.gone).toHaveBeenCalled())
    expect(stage.taken).toEqual([1])
  })
})

describe('output', () => {
  it('is stored once, asked for again after a gap, and never taken for an allocation of somebody else', async () => {
    const agent = await dial()
    agent.hello()
    agent.chunk(MINE, 0, 'hello ')
    agent.chunk(MINE, 0, 'hello ')
    agent.chunk(OTHERS, 0, 'not mine')
    agent.chunk(MINE, 50, 'far away')
    expect((await agent.next('have')).streams).toEqual([{ allocation: MINE, kind: 'output', bytes: 6 }])
    agent.chunk(MINE, 6, 'world')
    await vi.waitFor(async () => expect((await agent.next('have')).streams[0]?.bytes).toBe(11))
    expect(Buffer.from(await stage.output.read({ allocation: MINE, kind: 'output' }, 0, 99)).toString()).toBe(
      'hello world',
    )
    expect(await stage.output.length({ allocation: OTHERS, kind: 'output' })).toBe(0)
  })

  it('that was said before the last word is stored before it', async () => {
    let stored = 0
    stage.bend.report = async () => {
      stored = await stage.output.length({ allocation: MINE, kind: 'output' })
    }
    const append = stage.output.append
    stage.output.append = async (stream, offset, bytes) => {
      await new Promise(resolve => setImmediate(resolve))
      return append(stream, offset, bytes)
    }
    const agent = await dial()
    agent.hello()
    for (let at = 0; at < 50; at += 1) agent.chunk(MINE, at * 2, 'ab')
    agent.say(report(1, ended(100)))
    await agent.next('ack')
    expect(stored).toBe(100)
  })

  it('must be on disk whole before the agent may forget an ended allocation', async () => {
    stage.finals.set(MINE, 4)
    const agent = await dial()
    agent.hello()
    agent.say(report(1, ended(4)))
    agent.chunk(MINE, 0, 'ab')
    await agent.next('have')
    expect(agent.heard.filter(said => said.type === 'forget')).toEqual([])
    agent.chunk(MINE, 2, 'cd')
    expect((await agent.next('forget')).allocations).toEqual([MINE])
  })

  it('is waited for even when the hello would let the agent forget', async () => {
    stage.finals.set(MINE, 2)
    stage.bend.hello = async () => ({ acknowledged: 1, forget: [MINE], stop: [] })
    const agent = await dial()
    agent.hello({ streams: [{ allocation: MINE, kind: 'output', bytes: 2 }] })
    expect((await agent.next('welcome')).have).toEqual([{ allocation: MINE, kind: 'output', bytes: 0 }])
    agent.chunk(MINE, 0, 'a')
    await agent.next('have')
    expect(agent.heard.filter(said => said.type === 'forget')).toEqual([])
    agent.chunk(MINE, 1, 'b')
    expect((await agent.next('forget')).allocations).toEqual([MINE])
  })

  it('that is lost becomes a hole, which counts as had', async () => {
    stage.finals.set(MINE, 9)
    const agent = await dial()
    agent.hello()
    agent.chunk(MINE, 0, 'ab')
    agent.say({ type: 'hole', allocation: MINE, kind: 'output', from: 2, to: 9 })
    agent.say(report(1, ended(9)))
    expect((await agent.next('forget')).allocations).toEqual([MINE])
    expect(await stage.output.length({ allocation: MINE, kind: 'output' })).toBe(9)
  })
})

describe('a farewell', () => {
  it('is noted again until it is noted', async () => {
    stage.bend.gone.mockRejectedValueOnce(new AppError('STORAGE_FULL', 'the disk is full'))
    const agent = await dial()
    agent.hello()
    await agent.next('welcome')
    agent.socket.terminate()
    await vi.waitFor(() => expect(stage.bend.gone).toHaveBeenCalledTimes(2), { timeout: 10_000 })
    expect(stage.bend.gone.mock.calls[0]).toEqual(stage.bend.gone.mock.calls[1])
  })

  it('of the daemon closes every socket as going away', async () => {
    const agent = await dial()
    agent.hello()
    await agent.next('welcome')
    await hub.close()
    expect((await agent.next('closed')).code).toBe(CLOSE_CODES.goingAway)
    expect(stage.bend.gone).toHaveBeenCalledOnce()
  })
})
