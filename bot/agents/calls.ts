// small asks to the agents of a cluster: one of them is picked, its answer is matched by id, a lost one is told at once
import { randomUUID } from 'node:crypto'
import type { AgentDescription } from '../../shared/agent.ts'
import { type CallAnswer, type ClusterCall, callWithinMs } from '../../shared/call.ts'
import { AppError } from '../../shared/errors.ts'
import type { Id } from '../../shared/ids.ts'
import { type Clock, SECOND } from '../../shared/time.ts'
import type { DaemonMessage } from '../../shared/wire.ts'
import type { ClusterCalls } from '../engine/ports.ts'
import type { AgentCalls } from './door.ts'

/** An agent that could answer now. */
export type Candidate = { readonly id: Id; readonly name: string; readonly busy: number }

export type CallsDeps = {
  /** The agents of a cluster that could answer such a call now; or why there are none, as a clause. */
  readonly candidates: (cluster: string, verb: ClusterCall['verb']) => readonly Candidate[] | string
  /** False when it is not connected. */
  readonly send: (agentId: Id, message: DaemonMessage) => boolean
  readonly clock: Clock
}

type Answered = Extract<CallAnswer, { ok: true }>
type Pending = {
  readonly agent: Candidate
  readonly ask: ClusterCall
  /** The parts that came so far. */
  sum: Answered
  settle(outcome: CallAnswer | AppError): void
}

export type Leaving = {
  /** The daemon is going: nobody waits for an answer any more, and nothing is asked. */
  leave(): void
}

/** The agent gives up first and says what it knows. */
const MARGIN_MS = 5 * SECOND

/** Makes the asks; what agents answer comes in by `take`. */
export function createClusterCalls(deps: CallsDeps): ClusterCalls & AgentCalls & Leaving {
  const pending = new Map<Id, Pending>()
  let leaving = false
  const countOf = (id: Id): number => [...pending.values()].filter(({ agent }) => agent.id === id).length

  /** The least busy agent that takes it. */
  function place(call: Id, cluster: string, ask: ClusterCall): Candidate {
    const found = deps.candidates(cluster, ask.verb)
    if (typeof found === 'string') throw failed(cluster, ask, found)
    const load = new Map(found.map(agent => [agent.id, agent.busy + countOf(agent.id)]))
    const inOrder = [...found].sort((a, b) => (load.get(a.id) ?? 0) - (load.get(b.id) ?? 0))
    const agent = inOrder.find(({ id }) => deps.send(id, { type: 'call', call, ask }))
    if (agent === undefined) throw failed(cluster, ask, `no agent of cluster ${cluster} is connected`)
    return agent
  }

  return {
    async call(cluster, ask, withinMs = callWithinMs(ask) + MARGIN_MS) {
      if (leaving) throw stopping('')
      const call = randomUUID()
      const agent = place(call, cluster, ask)
      return await new Promise<CallAnswer>((resolve, reject) => {
        const late = `agent ${agent.name} did not answer within ${Math.ceil(withinMs / SECOND)} s${doubt(ask)}`
        const disarm = deps.clock.after(withinMs, () => held.settle(failed(cluster, ask, late)))
        const held: Pending = {
          ...{ agent, ask, sum: { ok: true } },
          settle(outcome) {
            if (!pending.delete(call)) return
            disarm()
            if (outcome instanceof AppError) reject(outcome)
            else resolve(outcome)
          },
        }
        pending.set(call, held)
      })
    },
    take(agentId, { call, answer, more }) {
      const held = pending.get(call)
      // nobody waits for it any more, or somebody else was asked
      if (held === undefined || held.agent.id !== agentId) return
      if (!answer.ok) return held.settle(answer)
      held.sum = join(held.sum, answer)
      const { ask, sum } = held
      if ('most' in ask && (sum.lines?.length ?? 0) > ask.most)
        return held.settle({ ok: false, why: 'too-many', message: `there are more than ${ask.most}` })
      if (!more) held.settle(sum)
    },
    leave() {
      leaving = true
      for (const held of [...pending.values()]) held.settle(stopping(doubt(held.ask)))
    },
    gone(agentId) {
      for (const held of [...pending.values()]) {
        if (held.agent.id !== agentId) continue
        const why = `the connection to agent ${held.agent.name} was lost before it answered${doubt(held.ask)}`
        held.settle(failed(undefined, held.ask, why))
      }
    },
  }
}

/** What every agent of this version of the wire knows, also one that does not tell of its calls. None is ever added. */
const FIRST_CALLS: ReadonlySet<ClusterCall['verb']> = new Set([
  ...(['mounts', 'mount', 'unmount', 'stat', 'set-ttl', 'unset-ttl', 'pin', 'unpin'] as const),
  ...(['workers', 'remove-worker', 'lines', 'files', 'size'] as const),
])

/** Whether an agent may be sent such a call: one that does not know it cuts the connection. */
export function knowsCall({ calls }: Pick<AgentDescription, 'calls'>, verb: ClusterCall['verb']): boolean {
  return FIRST_CALLS.has(verb) || calls.includes(verb)
}

const LOOKING: ReadonlySet<ClusterCall['verb']> = new Set([
  ...(['mounts', 'stat', 'workers', 'lines', 'names', 'files', 'size'] as const),
])

// who asked for a change has to look whether it came about
function doubt({ verb }: ClusterCall): string {
  return LOOKING.has(verb) ? '' : '; whether it was done is not known'
}

function stopping(more: string): AppError {
  return new AppError('STOPPING', `The daemon is stopping${more}.`)
}

function failed(cluster: string | undefined, ask: ClusterCall, why: string): AppError {
  const where = cluster === undefined ? '' : ` of cluster ${cluster}`
  return new AppError('COMMAND_FAILED', `The call ${ask.verb}${where} failed: ${why}.`)
}

function join(sum: Answered, part: Answered): Answered {
  const joined = <T>(a: T[] | undefined, b: T[] | undefined): T[] | undefined => {
    if (a === undefined || b === undefined) return a ?? b
    for (const item of b) a.push(item)
    return a
  }
  const mounts = joined(sum.mounts, part.mounts)
  const workers = joined(sum.workers, part.workers)
  const lines = joined(sum.lines, part.lines)
  const facts = part.facts ?? sum.facts
  const size = part.size ?? sum.size
  return {
    ok: true,
    ...(mounts && { mounts }),
    ...(facts && { facts }),
    ...(size && { size }),
    ...(workers && { workers }),
    ...(lines && { lines }),
  }
}
