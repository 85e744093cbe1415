// the daemon's end of the treaty in memory: takes reports and output, acknowledges, gives orders, cuts the line
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { GUARD } from '../../shared/guard.ts'
import type { Id } from '../../shared/ids.ts'
import { parseChunk } from '../../shared/output.ts'
import {
  AgentMessage,
  type DaemonMessage,
  type Ending,
  type Report,
  type RunOrder,
  SOCKET_PATH,
  WIRE_VERSION,
} from '../../shared/wire.ts'

type Hello = Extract<AgentMessage, { type: 'hello' }>

/** What tests may bend. */
export type Bending = {
  token?: string
  version?: number
  /** Answers hello with this text instead of a welcome. */
  welcomeText?: string
  /** No welcome at all. */
  mute?: boolean
  /** Output is neither kept nor acknowledged. */
  deaf?: boolean
  /** No report is acknowledged. */
  stubborn?: boolean
  /** Closes with this code right after the welcome. */
  closeWith?: number
}

export type FakeDaemon = {
  readonly url: string
  readonly bend: Bending
  readonly hellos: Hello[]
  readonly reports: { n: number; report: Report }[]
  /** Numbers that came a second time. */
  readonly repeated: number[]
  readonly holes: Extract<AgentMessage, { type: 'hole' }>[]
  /** Answers to calls, part by part. */
  readonly called: Extract<AgentMessage, { type: 'called' }>[]
  /** Problems of the treaty that the agent caused. */
  readonly complaints: string[]
  /** Bytes that came although they were known. */
  known: number
  /** Upgrades that were asked for, the refused ones too. */
  dialled: number
  readonly sockets: Set<WebSocket>
  bytesOf(allocation: Id, kind?: 'output' | 'missing'): Buffer
  sizeOf(allocation: Id): number
  shaOf(allocation: Id): string
  ending(allocation: Id): Ending | undefined
  order(order: Partial<RunOrder> & { allocation: Id }): void
  say(message: DaemonMessage): void
  sayRaw(data: string | Uint8Array): void
  /** Cuts all sockets without a word. */
  cut(): void
  close(): Promise<void>
}

type Memory = FakeDaemon & { streams: Map<string, Buffer[]>; lengths: Map<string, number>; acknowledged: number }

/** Starts it on a free port of the loopback. */
export async function startFakeDaemon(bend: Bending = {}, port = 0): Promise<FakeDaemon> {
  const sockets = new Set<WebSocket>()
  const streams = new Map<string, Buffer[]>()
  const http = createServer((_, response) => response.writeHead(404).end())
  const wss = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024, perMessageDeflate: false })
  http.on('upgrade', (request, socket, head) => {
    daemon.dialled += 1
    const wanted = daemon.bend.token
    const refusal =
      request.url !== SOCKET_PATH
        ? '404 Not Found'
        : wanted !== undefined && request.headers.authorization !== `Bearer ${wanted}`
          ? '401 Unauthorized'
          : undefined
    if (refusal === undefined) wss.handleUpgrade(request, socket, head, ws => serve(daemon, ws))
    else socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  })
  await new Promise<void>(resolve => http.listen(port, '127.0.0.1', resolve))
  const say = (message: DaemonMessage): void => sayTo(sockets, message)
  const daemon: Memory = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    ...{
      bend,
      hellos: [],
      reports: [],
      repeated: [],
      holes: [],
      called: [],
      complaints: [],
      known: 0,
      dialled: 0,
      sockets,
    },
    ...{ streams, lengths: new Map(), acknowledged: 0 },
    bytesOf: (allocation, kind = 'output') => Buffer.concat(streams.get(`${allocation} ${kind}`) ?? []),
    sizeOf: allocation => daemon.lengths.get(`${allocation} output`) ?? 0,
    shaOf(allocation) {
      const hash = createHash('sha256')
      for (const piece of streams.get(`${allocation} output`) ?? []) hash.update(piece)
      return hash.digest('hex')
    },
    ending: allocation =>
      daemon.reports
        .map(({ report }) => report)
        .filter(report => report.type === 'ended')
        .find(report => report.allocation === allocation)?.ending,
    order(order) {
      const rest = {
        task: order.allocation,
        action: 'load' as const,
        path: '/a',
        options: {},
        verify: false,
        followers: [],
        only: [],
        guard: GUARD,
      }
      say({ type: 'run', order: { ...rest, ...order } })
    },
    say,
    sayRaw(data) {
      for (const socket of sockets) socket.send(data)
    },
    cut() {
      for (const socket of sockets) socket.terminate()
    },
    async close() {
      for (const socket of sockets) socket.terminate()
      wss.close()
      await new Promise<void>(resolve => http.close(() => resolve()))
    },
  }
  return daemon
}

function sayTo(sockets: Iterable<WebSocket>, message: DaemonMessage): void {
  for (const socket of sockets) socket.send(JSON.stringify(message))
}

function serve(daemon: Memory, socket: WebSocket): void {
  daemon.sockets.add(socket)
  const dirty = new Set<string>()
  let armed = false
  const acknowledge = (): void => {
    armed = false
    if (socket.readyState !== socket.OPEN) return
    const have = [...dirty].map(key => toLength(key, daemon.lengths.get(key) ?? 0))
    dirty.clear()
    if (have.length > 0) sayTo([socket], { type: 'have', streams: have })
  }
  socket.on('error', () => {})
  socket.on('close', () => daemon.sockets.delete(socket))
  socket.on('message', (data, binary) => {
    if (!binary) return take(daemon, socket, String(data))
    if (daemon.bend.deaf) return
    const chunk = parseChunk(data as Buffer)
    if (chunk === undefined) return void daemon.complaints.push('no chunk')
    const key = `${chunk.allocation} ${chunk.kind}`
    const length = daemon.lengths.get(key) ?? 0
    if (chunk.offset > length) return sayTo([socket], { type: 'have', streams: [toLength(key, length)] })
    const fresh = chunk.bytes.subarray(length - chunk.offset)
    daemon.known += chunk.bytes.length - fresh.length
    if (chunk.bytes.length > 256 * 1024) daemon.complaints.push('a chunk is too long')
    daemon.streams.set(key, [...(daemon.streams.get(key) ?? []), Buffer.from(fresh)])
    daemon.lengths.set(key, length + fresh.length)
    dirty.add(key)
    if (!armed) setImmediate(acknowledge)
    armed = true
  })
}

function take(daemon: Memory, socket: WebSocket, text: string): void {
  const message = AgentMessage.parse(JSON.parse(text))
  if (message.type === 'hole') return void daemon.holes.push(message)
  if (message.type === 'called') return void daemon.called.push(message)
  if (message.type === 'hello') return greet(daemon, socket, message)
  if (message.n <= daemon.acknowledged) daemon.repeated.push(message.n)
  else if (message.n !== daemon.acknowledged + 1) daemon.complaints.push(`${message.n} after ${daemon.acknowledged}`)
  else {
    daemon.acknowledged = message.n
    daemon.reports.push({ n: message.n, report: message.report })
  }
  if (!daemon.bend.stubborn) sayTo([socket], { type: 'ack', n: daemon.acknowledged })
}

function greet(daemon: Memory, socket: WebSocket, hello: Hello): void {
  daemon.hellos.push(hello)
  if (daemon.bend.mute) return
  if (daemon.bend.welcomeText !== undefined) return socket.send(daemon.bend.welcomeText)
  const have = hello.streams
    .map(stream => toLength(`${stream.allocation} ${stream.kind}`, 0))
    .map(stream => ({
      ...stream,
      bytes: daemon.lengths.get(`${stream.allocation} ${stream.kind}`) ?? 0,
    }))
  const { acknowledged } = daemon
  const version = daemon.bend.version ?? WIRE_VERSION
  sayTo([socket], { type: 'welcome', version, heartbeatMs: 200, silenceMs: 5_000, acknowledged, have })
  if (daemon.bend.closeWith !== undefined) socket.close(daemon.bend.closeWith)
}

function toLength(key: string, bytes: number): { allocation: Id; kind: 'output' | 'missing'; bytes: number } {
  const [allocation = '', kind] = key.split(' ')
  return { allocation, kind: kind === 'missing' ? 'missing' : 'output', bytes }
}
