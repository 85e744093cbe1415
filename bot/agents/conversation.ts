// one agent's socket from hello to close: order kept, every message parsed, silence noticed
import { randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'
import { backoffMs } from '../../shared/backoff.ts'
import { AppError, toError } from '../../shared/errors.ts'
import { MINUTE, SECOND } from '../../shared/time.ts'
import {
  type AgentMessage,
  AgentMessage as AgentMessageSchema,
  CLOSE_CODES,
  type DaemonMessage,
  HEARTBEAT_MS,
  SILENCE_MS,
  WIRE_VERSION,
} from '../../shared/wire.ts'
import { type HubDeps, lengthsOf } from './door.ts'
import { createIntake, type Intake } from './intake.ts'

export type Conversation = {
  /** False when the socket is not open any more. */
  send(message: DaemonMessage): boolean
  /** A newer connection of the same agent took over. */
  replace(): void
  /** The daemon is going away; resolves when the socket is closed. */
  leave(): Promise<void>
}

type ConversationDeps = HubDeps & {
  readonly socket: WebSocket
  readonly from: string
  readonly onKnown: (agentId: string) => void
  readonly onClosed: (agentId: string | undefined) => void
}

type Closing = (typeof CLOSE_CODES)[keyof typeof CLOSE_CODES]
const HELLO_WITHIN_MS = 10_000
const CLOSE_WITHIN_MS = 2_000

/** Talks with one agent until its socket closes. */
export function createConversation(deps: ConversationDeps): Conversation {
  const { socket, door, clock } = deps
  const log = deps.log.child({ from: deps.from })
  const connection = randomUUID()
  let agentId: string | undefined
  let welcomed = false
  let gone: Promise<void> | undefined
  // said between hello and welcome: the welcome must be first
  const early: DaemonMessage[] = []
  const write = (message: DaemonMessage): void => socket.send(JSON.stringify(message))
  const close = (why: Closing, reason: string): void => socket.close(why, reason.slice(0, 100))
  const intake = createIntake({ door, clock, log, socket, say: write, close })
  let heard = clock.now()
  let stopTimer = clock.after(HELLO_WITHIN_MS, () => close(CLOSE_CODES.noHello, 'no hello came'))

  function watch(): void {
    stopTimer()
    stopTimer = clock.after(HEARTBEAT_MS, () => {
      if (clock.now() - heard > SILENCE_MS) return socket.terminate()
      socket.ping()
      watch()
    })
  }

  async function greet(hello: Extract<AgentMessage, { type: 'hello' }>): Promise<void> {
    if (hello.version !== WIRE_VERSION)
      return close(CLOSE_CODES.wrongVersion, `this daemon speaks version ${WIRE_VERSION}`)
    agentId = hello.agent.id
    deps.onKnown(agentId)
    const { acknowledged, forget, stop } = await door.hello({
      agent: hello.agent,
      live: hello.live,
      nextNumber: hello.nextNumber,
      connection,
    })
    const have = await lengthsOf(door, hello.streams)
    write({
      type: 'welcome',
      version: WIRE_VERSION,
      heartbeatMs: HEARTBEAT_MS,
      silenceMs: SILENCE_MS,
      acknowledged,
      have,
    })
    intake.owe(forget)
    for (const allocation of stop) write({ type: 'stop', allocation })
    welcomed = true
    for (const message of early.splice(0)) write(message)
    watch()
    log.info('an agent is connected', { agent: hello.agent.name, cluster: hello.agent.cluster, id: agentId })
  }

  function onMessage(data: unknown, binary: boolean): void {
    heard = clock.now()
    const bytes = toBytes(data)
    if (binary)
      return agentId === undefined ? close(CLOSE_CODES.badFrame, 'output before hello') : intake.chunk(agentId, bytes)
    const message = parse(bytes)
    if (message === undefined) return close(CLOSE_CODES.badFrame, 'not a message of this treaty')
    if (message.type === 'hello') {
      if (agentId !== undefined) return close(CLOSE_CODES.badFrame, 'a second hello')
      return void greet(message).catch(cause => refuse(cause))
    }
    if (agentId === undefined) return close(CLOSE_CODES.badFrame, `${message.type} before hello`)
    // nothing is kept of it, so it waits for nothing
    if (message.type === 'called') return deps.calls?.take(agentId, message)
    intake.message(agentId, message)
  }

  function refuse(thrown: unknown): void {
    const cause = toError(thrown)
    const known = cause instanceof AppError
    log[known ? 'warn' : 'error']('an agent was refused', { cause })
    close(known && cause.code === 'CONFLICT' ? CLOSE_CODES.nameTaken : CLOSE_CODES.storageFull, cause.message)
  }

  socket.on('message', onMessage)
  socket.on('pong', () => {
    heard = clock.now()
  })
  socket.on('ping', () => {
    heard = clock.now()
  })
  socket.on('error', cause => log.warn('an agent socket failed', { cause }))
  socket.on('close', code => {
    stopTimer()
    deps.onClosed(agentId)
    if (agentId !== undefined) gone = farewell(intake, deps, { agentId, connection, code })
  })

  return {
    send(message) {
      if (socket.readyState !== socket.OPEN) return false
      if (welcomed) write(message)
      else early.push(message)
      return true
    },
    replace: () => close(CLOSE_CODES.replaced, 'a newer connection of this agent took over'),
    async leave() {
      await leave(socket, clock)
      await gone
    },
  }
}

// what was said before the socket closed is taken in first
async function farewell(
  intake: Intake,
  deps: ConversationDeps,
  who: { agentId: string; connection: string; code: number },
): Promise<void> {
  await intake.settled()
  deps.log.info('an agent is gone', { id: who.agentId, code: who.code })
  await noteLoss(deps, who, 0)
}

// an agent that stayed connected in the state would be given work for ever: it is noted again until it is noted
async function noteLoss(
  deps: ConversationDeps,
  who: { agentId: string; connection: string },
  failures: number,
): Promise<void> {
  try {
    await deps.door.gone(who.agentId, who.connection)
  } catch (thrown) {
    const cause = toError(thrown)
    if (cause instanceof AppError && cause.code === 'STOPPING') return
    deps.log.warn('the loss of an agent could not be noted; it is tried again', { cause })
    const wait = backoffMs(failures, { minMs: SECOND, maxMs: MINUTE }, 1)
    deps.clock.after(wait, () => void noteLoss(deps, who, failures + 1))
  }
}

function leave(socket: WebSocket, clock: HubDeps['clock']): Promise<void> {
  return new Promise(resolve => {
    if (socket.readyState === socket.CLOSED) return resolve()
    const stop = clock.after(CLOSE_WITHIN_MS, () => socket.terminate())
    socket.once('close', () => {
      stop()
      resolve()
    })
    socket.close(CLOSE_CODES.goingAway, 'the daemon is stopping')
  })
}

function toBytes(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  return Array.isArray(data) ? Buffer.concat(data) : new Uint8Array()
}

function parse(bytes: Uint8Array): AgentMessage | undefined {
  try {
    const parsed = AgentMessageSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')))
    return parsed.success ? parsed.data : undefined
  } catch {
    // not JSON: the caller closes the socket and says so
    return undefined
  }
}
