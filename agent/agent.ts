// the agent without the programs it runs: spool, outbox, streams, worker and connection introduced to each other
import { join } from 'node:path'
import type { AgentDescription } from '../shared/agent.ts'
import type { CallAnswer, ClusterCall } from '../shared/call.ts'
import { toError } from '../shared/errors.ts'
import type { Log } from '../shared/log.ts'
import { encodeChunk } from '../shared/output.ts'
import { createScope } from '../shared/scope.ts'
import type { Clock } from '../shared/time.ts'
import { type AgentMessage, type DaemonMessage, type Ending, type Report, WIRE_VERSION } from '../shared/wire.ts'
import { type Calls, type CallWithin, createCalls } from './calls.ts'
import { type Connection, createConnection } from './connection.ts'
import { createLedger } from './ledger.ts'
import type { Port } from './life.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import type { ChunkOutlet } from './sender.ts'
import { hasRoom } from './spool.ts'
import { createStreams, type Streams } from './streams.ts'
import { createWorker, type Worker } from './worker.ts'

export type AgentDeps = {
  /** The agent's own directory; it must exist. */
  readonly dir: string
  readonly url: string
  readonly token: string | undefined
  /** How the agent describes itself right now. */
  readonly describe: () => Promise<AgentDescription>
  readonly capacity: { readonly work: number; readonly read: number }
  /** Runs one allocation to its end. */
  readonly run: (port: Port) => Promise<Ending>
  /** Answers a small ask of the daemon, beside the allocations. */
  readonly answerCall: (ask: ClusterCall, within: CallWithin) => Promise<CallAnswer>
  /** Ends whatever runs below a directory, when nobody knows any more what it belongs to. */
  readonly endRuns: (dir: string) => Promise<void>
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  readonly backoff?: { minMs: number; maxMs: number }
  /** Called at each welcome. */
  readonly onConnected?: () => void
}

export type Agent = {
  say(report: Report): void
  /** Takes nothing new, lets go of the daemon and leaves the runs alive. Twice is once. */
  close(): Promise<void>
}

/** More than this waiting in the socket: output waits in its files. */
const FULL_SOCKET_BYTES = 4 * 1024 * 1024

type Rooms = {
  readonly deps: AgentDeps
  readonly outbox: Outbox
  readonly streams: Streams
  readonly worker: Worker
  readonly calls: Calls
  readonly connection: () => Connection | undefined
  /** The highest report sent on this connection. */
  sentUpTo: number
}

/** Goes on with what an earlier process left in the directory, then connects. Throws when the directory cannot be used. */
export async function createAgent(deps: AgentDeps): Promise<Agent> {
  const { clock, log } = deps
  const scope = createScope()
  let connection: Connection | undefined
  const outlet = createOutlet(() => connection)
  const streams = createStreams({ clock, log, outlet })
  scope.add(streams.close)
  const outbox = await createOutbox({ path: join(deps.dir, 'outbox'), clock, log })
  scope.add(outbox.close)
  const ledger = await createLedger({ root: join(deps.dir, 'allocations'), log, endRuns: deps.endRuns })
  const worker = createWorker({ ...deps, ledger, outbox, streams, hasRoom: () => hasRoom(deps.dir) })
  const calls = createCalls({
    ...{ answer: deps.answerCall, clock, log },
    say: message => connection?.say(message) ?? false,
    bufferedBytes: () => connection?.bufferedBytes ?? 0,
  })
  scope.add(calls.close)
  const rooms: Rooms = { deps, outbox, streams, worker, calls, connection: () => connection, sentUpTo: 0 }
  outbox.onReady(() => sendReports(rooms))
  await worker.recover()
  connection = createConnection({
    ...deps,
    hello: () => sayHello(rooms),
    onUp: welcome => goOn(rooms, welcome),
    onMessage: message => obey(rooms, message),
    onDown() {
      streams.pause()
      calls.forget()
    },
    onFlushed: () => (outlet.isFull() ? undefined : streams.wake()),
  })
  scope.add(connection.close)
  return {
    say: outbox.say,
    async close() {
      worker.close()
      await outbox.settle()
      await scope.close()
    },
  }
}

function createOutlet(connection: () => Connection | undefined): ChunkOutlet {
  return {
    send: chunk => connection()?.sendBytes(encodeChunk(chunk)) ?? false,
    isFull: () => (connection()?.bufferedBytes ?? 0) > FULL_SOCKET_BYTES,
    hole: gone => void connection()?.say({ type: 'hole', ...gone }),
  }
}

async function sayHello(rooms: Rooms): Promise<Extract<AgentMessage, { type: 'hello' }>> {
  const { outbox, streams, worker, deps } = rooms
  const agent = await deps.describe()
  const lengths = await streams.lengths()
  return {
    type: 'hello',
    version: WIRE_VERSION,
    agent,
    live: worker.live(),
    streams: lengths,
    nextNumber: outbox.nextNumber,
  }
}

function goOn(rooms: Rooms, welcome: Extract<DaemonMessage, { type: 'welcome' }>): void {
  rooms.sentUpTo = welcome.acknowledged
  rooms.outbox.resume(welcome.acknowledged)
  rooms.streams.resume(welcome.have)
  sendReports(rooms)
  rooms.deps.onConnected?.()
}

function sendReports(rooms: Rooms): void {
  const connection = rooms.connection()
  if (connection === undefined || !connection.isUp) return
  for (const { n, report } of rooms.outbox.take(rooms.sentUpTo)) {
    // what could not be sent is sent again after the next welcome
    if (!connection.say({ type: 'report', n, report })) return
    rooms.sentUpTo = n
  }
}

function obey(rooms: Rooms, message: Exclude<DaemonMessage, { type: 'welcome' }>): void {
  const { worker, outbox, streams, calls } = rooms
  const log = (thrown: unknown): void =>
    rooms.deps.log.error('an order could not be obeyed', { type: message.type, error: toError(thrown) })
  switch (message.type) {
    case 'run':
      return void worker.take(message.order).catch(log)
    case 'follow':
      return worker.follow(message.allocation, message.follower)
    case 'stop':
      return worker.stop(message.allocation)
    case 'ack':
      return outbox.acknowledge(message.n)
    case 'have':
      return streams.acknowledge(message.streams)
    case 'forget':
      return void worker.forget(message.allocations).catch(log)
    case 'call':
      return calls.take(message.call, message.ask)
    default:
      message satisfies never
  }
}
