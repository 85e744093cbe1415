// one socket to the daemon from dialling to its close: upgrade with the token, frames, silence noticed
import { WebSocket } from 'ws'
import type { Clock } from '../../shared/time.ts'
import { type AgentMessage, DaemonMessage, LARGEST_FRAME_BYTES, SOCKET_PATH } from '../../shared/wire.ts'

/** Why a socket is gone. `status` is the HTTP answer to an upgrade that was refused. */
export type Farewell = { readonly code?: number; readonly status?: number; readonly reason: string }

export type Line = {
  say(message: AgentMessage): boolean
  /** Sends a binary frame; `onFlushed` is called when it has left. */
  sendBytes(frame: Uint8Array, onFlushed: () => void): boolean
  readonly bufferedBytes: number
  /** How often something must come, and how often we ask for it; from the daemon's welcome. */
  expect(heartbeatMs: number, silenceMs: number): void
  close(code: number, reason: string): void
  /** Ends it without a handshake. */
  cut(): void
}

type LineDeps = {
  readonly url: string
  readonly token: string | undefined
  readonly clock: Clock
  readonly onOpen: () => void
  /** Undefined for what is no message of the treaty. */
  readonly onMessage: (message: DaemonMessage | undefined) => void
  /** Exactly once. */
  readonly onGone: (farewell: Farewell) => void
}

/** The handshake must be over after this long. */
const HANDSHAKE_MS = 10_000
const CLOSE_WITHIN_MS = 2_000

/** Dials. Every outcome, also a bad address, is told by `onGone`. */
export function openLine(deps: LineDeps): Line {
  const { clock } = deps
  const socket = new WebSocket(toSocketUrl(deps.url), {
    headers: deps.token === undefined ? {} : { authorization: `Bearer ${deps.token}` },
    // masks protect the proxies of browsers; a zero mask is valid and costs nothing
    generateMask: mask => mask.fill(0),
    perMessageDeflate: false,
    maxPayload: LARGEST_FRAME_BYTES,
    handshakeTimeout: HANDSHAKE_MS,
  })
  const state = { heardAt: clock.now(), cancel: () => {}, gone: false, trouble: '' }
  const isOpen = (): boolean => socket.readyState === WebSocket.OPEN
  const hear = (): void => {
    state.heardAt = clock.now()
  }
  const leave = (farewell: Farewell): void => {
    if (state.gone) return
    state.gone = true
    state.cancel()
    deps.onGone(farewell)
  }
  const beat = (heartbeatMs: number, silenceMs: number): void => {
    state.cancel()
    if (state.gone) return
    state.cancel = clock.after(heartbeatMs, () => {
      if (clock.now() - state.heardAt >= silenceMs) {
        state.trouble = `nothing was heard for ${silenceMs} ms`
        return socket.terminate()
      }
      if (isOpen()) socket.ping()
      beat(heartbeatMs, silenceMs)
    })
  }
  socket.on('open', deps.onOpen)
  socket.on('ping', hear)
  socket.on('pong', hear)
  socket.on('message', (data, binary) => {
    hear()
    deps.onMessage(binary ? undefined : parseMessage(data))
  })
  socket.on('unexpected-response', (request, response) => {
    leave({ status: response.statusCode ?? 0, reason: `the daemon answered ${response.statusCode}` })
    response.destroy()
    request.destroy()
  })
  socket.on('error', error => {
    state.trouble ||= error.message || ('code' in error ? String(error.code) : error.name)
  })
  socket.on('close', (code, reason) => leave({ code, reason: reason.toString() || state.trouble || 'closed' }))
  return {
    say(message) {
      if (isOpen()) socket.send(JSON.stringify(message))
      return isOpen()
    },
    sendBytes(frame, onFlushed) {
      if (isOpen()) socket.send(frame, { binary: true }, () => onFlushed())
      return isOpen()
    },
    get bufferedBytes() {
      return socket.bufferedAmount
    },
    expect: beat,
    close(code, reason) {
      socket.close(code, reason)
      state.cancel()
      state.cancel = clock.after(CLOSE_WITHIN_MS, () => socket.terminate())
    },
    cut: () => socket.terminate(),
  }
}

/** `http://host:8080/base` as the address of the agents' socket. */
export function toSocketUrl(daemonUrl: string): string {
  const url = new URL(daemonUrl)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${SOCKET_PATH}`
  return url.href
}

function parseMessage(data: unknown): DaemonMessage | undefined {
  try {
    return DaemonMessage.safeParse(JSON.parse(String(data))).data
  } catch {
    // not JSON: the connection says so and closes
    return undefined
  }
}
