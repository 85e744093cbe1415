// the WebSocket half: tickets are used up at the door, connections live, drain, fall silent, vanish
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Entrance, Ticket } from './entrance.ts'
import type { Call, Connection, ConnectionState, Fault } from './shapes.ts'
import type { Web } from './web.ts'
import type { World } from './world.ts'

export type Live = { -readonly [K in keyof Connection]: Connection[K] } & {
  readonly received: string[]
  readonly socket: WebSocket
  readonly raw: Socket
}
type Arrival = {
  readonly request: IncomingMessage
  readonly raw: Socket
  readonly head: Buffer
  readonly call: Call
}
export type Sockets = ReturnType<typeof createSockets>

export function createSockets(world: World, web: Web, entrance: Entrance) {
  const { timers, happenings, now } = world
  const doors = new WebSocketServer({ noServer: true, perMessageDeflate: false, autoPong: false })
  const all: Live[] = []
  const hanging = new Set<Socket>()
  const heard = { onText: (_live: Live, _text: string): void => {} }

  web.server.on('upgrade', (request, raw: Socket, head) => {
    raw.on('error', () => {})
    const call = web.record(request, Buffer.alloc(0))
    const fault = web.faults.take('GET /connect')
    const at = { request, raw, head, call }
    if (fault === undefined) return admit(at)
    call.fault = fault.kind
    spoil(fault, at)
  })

  function spoil(fault: Fault, at: Arrival): void {
    if (fault.kind === 'hang') {
      hanging.add(at.raw)
      at.raw.on('close', () => hanging.delete(at.raw))
      at.raw.resume()
    } else if (fault.kind === 'delay') void web.faults.delay(fault).then(() => admit(at))
    else if (fault.kind === 'reset') at.raw.resetAndDestroy()
    else if (fault.kind === 'accept-then-drop') admit(at, true)
    else refuse(at, fault.status ?? 503, fault.kind)
  }

  function refuse({ raw, call }: Arrival, status: number, why: string): void {
    call.status = status
    happenings.tell({ kind: 'refused', status, why })
    raw.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  }

  function admit(at: Arrival, isDropped = false): void {
    const { request, raw, head, call } = at
    const url = new URL(request.url ?? '/', 'http://local')
    if (url.pathname !== '/connect') return refuse(at, 404, 'unknown path')
    const given = url.searchParams.get('ticket') ?? ''
    // no document tells the real status of a bad ticket
    const ticket = entrance.enter(given)
    if (typeof ticket === 'string') return refuse(at, 401, ticket)
    call.status = 101
    doors.handleUpgrade(request, raw, head, socket => {
      const live = open({ id: given, ticket }, socket, raw)
      if (isDropped) live.socket.terminate()
    })
  }

  function open(by: { id: string; ticket: Ticket }, socket: WebSocket, raw: Socket): Live {
    const { subscriptions } = by.ticket
    const live: Live = {
      ...{ id: randomUUID(), ticket: by.id, subscriptions, openedAt: now(), state: 'open', clientPings: 0 },
      ...{ received: [], ackedDisconnect: false, socket, raw },
    }
    all.push(live)
    socket.on('error', () => {})
    socket.on('ping', data => {
      live.clientPings += 1
      if (live.state !== 'half-open') socket.pong(data)
    })
    socket.on('message', (data, isBinary) => {
      if (isBinary) return
      live.received.push(String(data))
      heard.onText(live, String(data))
    })
    socket.on('close', code => shut(live, code))
    happenings.tell({ kind: 'opened', connection: live })
    return live
  }

  /** A client that went without a close frame may be taken for alive a while longer. */
  function shut(live: Live, code: number): void {
    const { deadChannelMs } = world.state
    live.closedAt = now()
    live.closeCode = code
    live.state = code === 1006 && live.state !== 'draining' && deadChannelMs > 0 ? 'dead' : 'closed'
    if (live.state === 'dead') timers.after(deadChannelMs, () => void set(live, 'closed'))
    happenings.tell({ kind: 'closed', connection: live })
  }

  const find = (of: Connection | string): Live => {
    const id = typeof of === 'string' ? of : of.id
    const live = all.find(one => one.id === id)
    if (live === undefined) throw new Error(`there is no connection ${id}`)
    return live
  }
  const set = (of: Connection | string, state: ConnectionState): Live => Object.assign(find(of), { state })

  return {
    ...{ heard, find, set },
    /** Those that are not over, oldest first. */
    live: (): readonly Live[] => all.filter(({ state }) => state !== 'closed' && state !== 'dead'),
    all: (): readonly Live[] => all,
    /** A random one that gets what is pushed on this topic; those that lose it are chosen as well. */
    choose(type: string, topic: string): Live | undefined {
      const able = all.filter(
        ({ state, subscriptions }) =>
          !['closed', 'draining'].includes(state) &&
          subscriptions.some(one => one.type === type && one.topic === topic),
      )
      return able[Math.min(able.length - 1, Math.floor(world.options.random() * able.length))]
    },
    /** Sends; what goes to a silent, half-open or dead channel is lost. */
    send(live: Live, data: string | Buffer): void {
      if (live.state !== 'open' && live.state !== 'draining') return
      live.socket.send(data, { binary: typeof data !== 'string' }, () => {})
    },
    /** Cuts with a reset, as a network does. */
    kill: (of: Connection | string) => void find(of).raw.resetAndDestroy(),
    /** Neither reads nor answers pings nor sends any more, yet TCP stays. */
    halfOpen: (of: Connection | string) => void set(of, 'half-open').socket.pause(),
    close(): void {
      for (const raw of hanging) raw.destroy()
      for (const { socket } of all) socket.terminate()
      doors.close()
    },
  }
}
