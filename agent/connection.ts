// the one connection to the daemon, kept alive: dial, hello, welcome, back off, say once what is wrong
import { backoffMs } from '../shared/backoff.ts'
import type { Log } from '../shared/log.ts'
import type { Clock } from '../shared/time.ts'
import { type AgentMessage, CLOSE_CODES, type DaemonMessage, WIRE_VERSION } from '../shared/wire.ts'
import { type Farewell, type Line, openLine } from './connection/socket.ts'

type Hello = Extract<AgentMessage, { type: 'hello' }>
type Welcome = Extract<DaemonMessage, { type: 'welcome' }>

export type ConnectionDeps = {
  readonly url: string
  readonly token: string | undefined
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  readonly hello: () => Promise<Hello>
  readonly onUp: (welcome: Welcome) => void
  readonly onMessage: (message: Exclude<DaemonMessage, Welcome>) => void
  readonly onDown: () => void
  /** Frames have left the socket. */
  readonly onFlushed: () => void
  /** How long between tries. */
  readonly backoff?: { minMs: number; maxMs: number }
}

export type Connection = {
  /** False when there is no connection; before `onUp` nothing is sent. */
  say(message: AgentMessage): boolean
  sendBytes(frame: Uint8Array): boolean
  readonly bufferedBytes: number
  readonly isUp: boolean
  /** Closes for good; resolves when the socket is gone. */
  close(): Promise<void>
}

const BACKOFF = { minMs: 200, maxMs: 30_000 }
const WELCOME_WITHIN_MS = 10_000
/** After a refusal the next tries start with a longer wait, so that a replaced agent does not fight its replacement. */
const REFUSED_ATTEMPTS = 5

const { goingAway, ...REFUSALS } = CLOSE_CODES
const { badFrame, wrongVersion } = CLOSE_CODES
const REFUSING: ReadonlySet<number> = new Set(Object.values(REFUSALS))
const REMEDY: Readonly<Record<number, string>> = {
  [CLOSE_CODES.replaced]: 'another agent runs with the identity of this one: give each its own GANDER_AGENT_DIR',
  [CLOSE_CODES.wrongVersion]: 'daemon and agent speak different versions: bring both to the same release',
  [CLOSE_CODES.nameTaken]: 'another agent of this cluster has this name: set another GANDER_AGENT_NAME',
  [CLOSE_CODES.storageFull]: "the daemon's disk is full: give it room",
}
const REMEDY_OF_STATUS: Readonly<Record<number, string>> = {
  401: "the daemon does not know this agent's token: set GANDER_AGENT_TOKEN to the daemon's",
  403: 'the daemon does not let this address in: look at its GANDER_AUTH and at proxies between',
  404: 'there is no Gander daemon at this address: look at GANDER_DAEMON_URL',
  421: 'the daemon is not known under this name: look at GANDER_DAEMON_URL and its GANDER_PUBLIC_URL',
}

type State = {
  line: Line | undefined
  up: boolean
  closed: boolean
  attempt: number
  refusals: number
  said: string
  cancel: () => void
  gone: () => void
}

/** Connects and goes on connecting until it is closed. */
export function createConnection(deps: ConnectionDeps): Connection {
  const state: State = {
    ...{ line: undefined, up: false, closed: false, attempt: 0, refusals: 0, said: '' },
    ...{ cancel: () => {}, gone: () => {} },
  }
  dial(deps, state)
  const onUpLine = (): Line | undefined => (state.up ? state.line : undefined)
  return {
    say: message => onUpLine()?.say(message) ?? false,
    sendBytes: frame => onUpLine()?.sendBytes(frame, deps.onFlushed) ?? false,
    get bufferedBytes() {
      return state.line?.bufferedBytes ?? 0
    },
    get isUp() {
      return state.up
    },
    async close() {
      state.closed = true
      state.cancel()
      const { line } = state
      if (line === undefined) return
      const gone = new Promise<void>(resolve => {
        state.gone = resolve
      })
      line.close(goingAway, 'the agent is stopping')
      await gone
    },
  }
}

function dial(deps: ConnectionDeps, state: State): void {
  const line = openLine({
    url: deps.url,
    token: deps.token,
    clock: deps.clock,
    onOpen: () => void greet(deps, line),
    onMessage: message => hear({ deps, state, line }, message),
    onGone: farewell => part(deps, state, farewell),
  })
  state.line = line
  state.cancel = deps.clock.after(WELCOME_WITHIN_MS, () => line.cut())
}

async function greet(deps: ConnectionDeps, line: Line): Promise<void> {
  try {
    line.say(await deps.hello())
  } catch (thrown) {
    deps.log.error('the agent could not describe itself', { error: thrown })
    line.cut()
  }
}

function hear(talk: { deps: ConnectionDeps; state: State; line: Line }, message: DaemonMessage | undefined): void {
  const { deps, state, line } = talk
  if (message === undefined) {
    deps.log.warn('the daemon sent something that is no message of the treaty')
    return line.close(badFrame, 'not a message')
  }
  if (message.type !== 'welcome') {
    return state.up ? deps.onMessage(message) : line.close(badFrame, 'nothing comes before welcome')
  }
  if (message.version !== WIRE_VERSION) return line.close(wrongVersion, `this agent speaks ${WIRE_VERSION}`)
  if (state.up) return
  state.cancel()
  Object.assign(state, { up: true, attempt: 0, said: '' })
  line.expect(message.heartbeatMs, message.silenceMs)
  deps.log.info('connected to the daemon', { url: deps.url })
  deps.onUp(message)
}

function part(deps: ConnectionDeps, state: State, farewell: Farewell): void {
  const wasUp = state.up
  state.cancel()
  Object.assign(state, { up: false, line: undefined })
  if (wasUp) deps.onDown()
  state.gone()
  if (state.closed) return
  state.refusals = REFUSING.has(farewell.code ?? 0) ? state.refusals + 1 : 0
  if (state.refusals > 0) state.attempt = Math.max(state.attempt, REFUSED_ATTEMPTS + state.refusals)
  complain(deps, state, farewell)
  const delayMs = backoffMs(state.attempt, deps.backoff ?? BACKOFF, deps.random())
  state.attempt += 1
  state.cancel = deps.clock.after(delayMs, () => dial(deps, state))
}

// each reason once, until a connection comes about or the reason changes
function complain(deps: ConnectionDeps, state: State, farewell: Farewell): void {
  const remedy = REMEDY[farewell.code ?? 0] ?? REMEDY_OF_STATUS[farewell.status ?? 0]
  const words = remedy ?? farewell.reason
  const level = state.said === words ? 'debug' : 'warn'
  state.said = words
  deps.log[level]('no connection to the daemon, trying again', {
    url: deps.url,
    ...farewell,
    ...(remedy ? { remedy } : {}),
  })
}
