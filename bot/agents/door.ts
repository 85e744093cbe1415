// what the agents' room asks of the daemon: three verbs of the engine, and the output store
import type { AgentDescription } from '../../shared/agent.ts'
import type { Id } from '../../shared/ids.ts'
import type { Log } from '../../shared/log.ts'
import type { Clock } from '../../shared/time.ts'
import type { AgentMessage, LiveAllocation, Report, StreamLength } from '../../shared/wire.ts'
import type { OutputStore, StreamId } from '../engine/ports.ts'

export type Hello = {
  readonly agent: AgentDescription
  readonly live: readonly LiveAllocation[]
  /** The first report that its outbox holds. */
  readonly nextNumber: number
  readonly connection: string
}

export type Greeting = { readonly acknowledged: number; readonly forget: readonly Id[]; readonly stop: readonly Id[] }

export type AgentDoor = {
  /** Takes a connection in; the answer names the highest report taken, what the agent may forget and what it must stop. */
  hello(hello: Hello): Promise<Greeting>
  gone(agentId: Id, connection: string): Promise<void>
  /** One numbered report; resolves when it is on disk. */
  report(agentId: Id, n: number, report: Report): Promise<void>
  /** Whether this agent holds this allocation: nobody else may write its output. */
  holds(agentId: Id, allocation: Id): boolean
  /** The whole length of a stream as the agent's last word gave it; undefined while it may grow. */
  finalLength(stream: StreamId): number | undefined
  readonly output: Pick<OutputStore, 'append' | 'skip' | 'length' | 'sync'>
  /** A stream grew; viewers are woken. */
  grown(stream: StreamId): void
}

/** Where answers to calls go. */
export type AgentCalls = {
  take(agentId: Id, said: Extract<AgentMessage, { type: 'called' }>): void
  /** Its socket is lost: what it was asked on it will not be answered. */
  gone(agentId: Id): void
}

export type HubDeps = {
  readonly door: AgentDoor
  readonly calls?: AgentCalls
  /** Whether the bearer token of an upgrade may connect; `undefined` is no token. */
  readonly admits: (token: string | undefined) => boolean
  readonly clock: Clock
  readonly log: Log
}

/** Where each of these streams goes on. */
export async function lengthsOf(door: AgentDoor, streams: readonly StreamLength[]): Promise<StreamLength[]> {
  return Promise.all(
    streams.map(async ({ allocation, kind }) => ({
      allocation,
      kind,
      bytes: await door.output.length({ allocation, kind }),
    })),
  )
}
