// a coordinator as an agent inside the daemon: the same words as over a socket, carried out by its own calls
import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { backoffMs } from '../../shared/backoff.ts'
import { toError } from '../../shared/errors.ts'
import type { Id } from '../../shared/ids.ts'
import type { Log } from '../../shared/log.ts'
import { type Clock, MINUTE, SECOND } from '../../shared/time.ts'
import type { DaemonMessage, LiveAllocation, Report, RunOrder } from '../../shared/wire.ts'
import type { OutputStore, StreamId } from '../engine/ports.ts'
import { createClient } from './client.ts'
import { describe } from './description.ts'
import { pause } from './pause.ts'
import { watchReach } from './reach.ts'
import type { Limits } from './room.ts'
import { createRuns } from './runs.ts'
import { shareLooks } from './shared-looks.ts'
import { createVoice } from './voice.ts'

/** What it asks of the daemon: the agents' verbs, and what the daemon gave it before it was started again. */
export type CoordinatorDoor = {
  hello(hello: {
    readonly agent: ReturnType<typeof describe>
    readonly live: readonly LiveAllocation[]
    readonly nextNumber: number
    readonly connection: string
  }): Promise<{ readonly acknowledged: number; readonly stop: readonly Id[] }>
  gone(agentId: Id, connection: string): Promise<void>
  report(agentId: Id, n: number, report: Report): Promise<void>
  readonly output: Pick<OutputStore, 'append' | 'length' | 'sync'>
  grown(stream: StreamId): void
  outstanding(agentId: Id): Iterable<{ readonly allocation: Id; readonly started: boolean }>
  orderOf(allocation: Id): { readonly order: RunOrder } | undefined
}

export type CoordinatorDeps = {
  readonly cluster: string
  /** Base URL; may have a path and a user with a password. */
  readonly url: string
  readonly door: CoordinatorDoor
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  readonly limits?: Partial<Limits>
  /** How long one of its answers may take; default 30 s. */
  readonly withinMs?: number
}

export type Coordinator = {
  readonly agentId: Id
  send(message: DaemonMessage): void
  /** Says hello and goes on with what the coordinator was given before; afterwards it gets work. */
  start(): Promise<void>
  /** Looks no more; the coordinator goes on with what it has. */
  close(): Promise<void>
}

const LIMITS: Limits = { pollMs: 2 * SECOND, retryMs: 30 * SECOND, giveUpMs: 10 * MINUTE }
/** With many jobs each is looked at more rarely, so that a coordinator is asked at most 50 times a second. */
const SPACE_MS = 20

/** Makes the agent of one cluster. */
export function createCoordinator(deps: CoordinatorDeps): Coordinator {
  const { door, clock } = deps
  const base = new URL(deps.url)
  const agent = describe(deps.cluster, base, deps.version)
  const log = deps.log.child({ coordinator: deps.cluster })
  const closing = new AbortController()
  const { signal } = closing
  // each run and each question listens to it; Node would call eleven of them a leak
  setMaxListeners(0, signal)
  const connection = randomUUID()
  const limits = { ...LIMITS, ...deps.limits }
  const voice = createVoice({ report: (n, report) => door.report(agent.id, n, report), clock, log, signal })
  const direct = createClient({ base, clock, signal, withinMs: deps.withinMs })
  const client = shareLooks(watchReach(direct, describeAnew), clock, limits.pollMs / 2)
  const runs = createRuns({
    ...{ client, voice, clock, log, signal, output: door.output, grown: stream => door.grown(stream) },
    limits: () => ({ ...limits, pollMs: Math.max(limits.pollMs, runs.jobs * SPACE_MS) }),
  })

  function describeAnew(problem: string | undefined): void {
    if (signal.aborted) return
    if (problem !== undefined) log.warn(problem)
    const capabilities = { ...agent.capabilities, ...(problem !== undefined && { problem }) }
    void voice.say({ type: 'capabilities', capabilities })
  }

  async function greet(): Promise<void> {
    const held = [...door.outstanding(agent.id)]
    // before it is known as connected: a stop may follow at once, and must find what it is for
    for (const { allocation, started } of held) {
      const order = door.orderOf(allocation)?.order
      if (order !== undefined) runs.begin(order, started ? 'started' : 'accepted')
    }
    const live = held.map(
      ({ allocation, started }) => ({ allocation, state: started ? 'running' : 'accepted' }) as const,
    )
    const { acknowledged, stop: unwanted } = await door.hello({ agent, live, nextNumber: 1, connection })
    voice.begin(acknowledged)
    for (const allocation of unwanted) runs.stop(allocation)
    log.info('a coordinator is followed', { cluster: deps.cluster, runs: runs.size })
  }

  async function greetAgain(failures: number): Promise<void> {
    if (failures > 0) await pause(clock, backoffMs(failures, { minMs: SECOND, maxMs: MINUTE }, 1), signal)
    if (signal.aborted) return
    await greet().catch(thrown => {
      log.warn('a coordinator could not be followed; it is tried again', { cause: toError(thrown) })
      void greetAgain(failures + 1)
    })
  }

  return {
    agentId: agent.id,
    send(message) {
      if (message.type === 'run') runs.begin(message.order, 'new')
      else if (message.type === 'stop') runs.stop(message.allocation)
    },
    start: () => greetAgain(0),
    async close() {
      closing.abort()
      await runs.settled()
      await door.gone(agent.id, connection).catch(cause => log.debug('its leaving was not noted', { cause }))
    },
  }
}
