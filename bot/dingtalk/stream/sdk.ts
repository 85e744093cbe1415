// one socket of DingTalk's stream, made by the official SDK and held so tightly that none of its defects gets out
//
// The SDK (2.1.5) is used, and not a client of our own, because each of its known defects ends at this file:
// - One client per connection, `autoReconnect` and `keepAlive` off: what it does about reconnecting, heart-beats, leaked
//   intervals and acks on the wrong socket never happens. Ours are `supervisor.ts` and `vitals.ts`.
// - `subscriptions` is an array of its own, `getEndpoint` is replaced: it asks no gateway, shares no topics, subscribes to
//   no events, and is given neither the secret nor a way to print it. `debug` stays off.
// - Its listeners of `open` and `error` are taken off the socket as soon as it exists: they do nothing but write to the
//   console and settle a promise that nobody awaits. `disconnect()` writes there too and is never called.
// - `onDownStream` is replaced: frames are read and guarded here, so that bad JSON or a listener that throws cannot end
//   the process or wedge the socket. The SDK answers pings and events and writes the acks.
// - The time for the handshake is kept by `connection.ts`; the size of a frame is bounded here.
import type { DWClientDownStream } from 'dingtalk-stream'
import { agentFor } from '../proxy.ts'
import { type Frame, readFrame } from './frame.ts'

export type LineEvents = {
  onOpen(): void
  /** Any frame with text or bytes in it; pings and events have been answered. */
  onFrame(frame: Frame): void
  /** The server's ping on the level of the socket. */
  onBeat(): void
  onPong(): void
  /** The upgrade was answered with an HTTP status instead of a socket. */
  onRefused(status: number): void
  /** The socket failed; `onGone` follows. The text of the error may name the address, ticket and all. */
  onError(error: unknown): void
  /** Exactly once, after everything else. */
  onGone(): void
  /** Something of the above has thrown, or the SDK has. */
  onFault(thrown: unknown): void
}

export type Line = {
  isOpen(): boolean
  /** Acks on this very socket; false when it is not open any more. Throws when the response is no JSON. */
  ack(messageId: string, response: unknown): boolean
  ping(): void
  /** Says goodbye with a close frame. */
  close(): void
  /** Ends it without a word, in whatever state it is. */
  cut(): void
}

/** What we use of the socket inside the SDK's client. */
type Socket = {
  readonly readyState: number
  on(event: string, listener: (...values: readonly unknown[]) => void): void
  removeAllListeners(event: string): void
  ping(): void
  close(code: number): void
  terminate(): void
}

/** The SDK's own doors, which its types keep shut. */
type Inside = { dw_url: string; sslopts: object; socket: Socket }

const OPEN = 1
const NORMAL_CLOSURE = 1000
/** Robot messages stay far below 256 KiB, the bound of DingTalk's Java client. */
const LARGEST_FRAME_BYTES = 1024 * 1024

/**
 * Dials `url` (ticket included). What happens is told by events; rejects only when the SDK cannot be loaded.
 * @param url a checked address: on a bad one the SDK would print it, ticket and all
 */
export async function openLine(url: string, events: LineEvents): Promise<Line> {
  // loaded when first needed: it costs a sixth of a second and 25 MB, and most daemons start without it
  const { DWClient } = await import('dingtalk-stream')
  const options = { clientId: 'gander', clientSecret: 'kept elsewhere', autoReconnect: false, keepAlive: false }
  const client = new DWClient(Object.assign(options, { subscriptions: [] }))
  const inside = client as unknown as Inside
  const guarded = (work: () => void): void => {
    try {
      work()
    } catch (thrown) {
      events.onFault(thrown)
    }
  }
  client.getEndpoint = async () => client
  client.onDownStream = data => guarded(() => answer(client, readFrame(String(data)), events))
  const over = new AbortController()
  const agent = agentFor(new URL(url), over.signal)
  const sslopts = { maxPayload: LARGEST_FRAME_BYTES, perMessageDeflate: false, ...(agent && { agent }) }
  Object.assign(inside, { dw_url: url, sslopts })
  // never settles: the listeners that would do so are taken off in the same turn
  void client._connect()
  listen(inside.socket, events, guarded)
  inside.socket.on('close', () => over.abort())
  return toLine(client, inside.socket)
}

type Client = {
  onSystem(raw: DWClientDownStream): void
  onEvent(raw: DWClientDownStream): void
  socketCallBackResponse(messageId: string, response: unknown): void
}

function answer(client: Client, frame: Frame, events: LineEvents): void {
  if (frame.kind === 'ping') client.onSystem(frame.raw as DWClientDownStream)
  if (frame.kind === 'event') client.onEvent(frame.raw as DWClientDownStream)
  events.onFrame(frame)
}

function listen(socket: Socket, events: LineEvents, guarded: (work: () => void) => void): void {
  for (const event of ['open', 'error']) socket.removeAllListeners(event)
  socket.on('open', () => guarded(events.onOpen))
  socket.on('ping', () => guarded(events.onBeat))
  socket.on('pong', () => guarded(events.onPong))
  socket.on('error', error => guarded(() => events.onError(error)))
  socket.on('unexpected-response', (_request, response) => {
    guarded(() => events.onRefused((response as { statusCode?: number }).statusCode ?? 0))
    socket.terminate()
  })
  socket.on('close', () => guarded(events.onGone))
}

function toLine(client: Client, socket: Socket): Line {
  const isOpen = (): boolean => socket.readyState === OPEN
  return {
    isOpen,
    ack(messageId, response) {
      if (!isOpen() || messageId === '') return false
      client.socketCallBackResponse(messageId, response)
      return true
    },
    ping() {
      if (isOpen()) socket.ping()
    },
    close: () => socket.close(NORMAL_CLOSURE),
    cut: () => socket.terminate(),
  }
}
