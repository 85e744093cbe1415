// lets agents in, and tells them what follows from every frame
import type { ClusterCall } from '../shared/call.ts'
import type { Log } from '../shared/log.ts'
import { isToken } from './access/credentials.ts'
import { type Candidate, createClusterCalls, knowsCall, type Leaving } from './agents/calls.ts'
import { dispatch } from './agents/dispatcher.ts'
import { createHub, type Hub } from './agents/hub.ts'
import type { State } from './core/state.ts'
import { createDesk, createOrderBook } from './engine/desk.ts'
import type { ClusterCalls } from './engine/ports.ts'
import { toAbsence } from './engine/queries/queue-notes.ts'
import type { Opened } from './open-state.ts'
import type { Told } from './told.ts'

export type Agents = { readonly hub: Hub; readonly calls: ClusterCalls & Leaving }

/**
 * Makes the agents' hub, which listens through the HTTP server's upgrades, and the way to ask them. A set agent token is
 * demanded in every mode.
 */
export function openAgents(opened: Opened, { config }: Told, log: Log): Agents {
  const { output, clock, frames } = opened
  const admits = (token: string | undefined): boolean =>
    config.agentToken === undefined || isToken(token, config.agentToken)
  const calls = createClusterCalls({
    ...{ clock, candidates: (cluster, verb) => findCandidates(opened.state, cluster, verb) },
    send: (agentId, message) => hub.send(agentId, message),
  })
  const hub = createHub({ door: createDesk(opened), calls, admits, clock, log })
  const orders = createOrderBook(opened)
  frames.subscribe(frame => {
    for (const event of frame.events) dispatch(event, orders, hub.send)
    const gone = frame.events.flatMap(event => (event.type === 'job.removed' ? event.allocationIds : []))
    if (gone.length > 0) output.remove(gone).catch(cause => log.warn('old output could not be removed', { cause }))
  })
  return { hub, calls }
}

/** The agents that could answer such a call now, or why there are none. */
function findCandidates(state: State, cluster: string, verb: ClusterCall['verb']): readonly Candidate[] | string {
  const absence = toAbsence(state, cluster)
  if (absence !== undefined) return absence
  const ready = [...state.agents.find('ready', cluster)]
  // a coordinator has calls of its own, and none of these
  const clis = ready.filter(agent => agent.description.capabilities.coordinator !== true)
  const able = clis.filter(agent => agent.description.capabilities.found)
  if (able.length === 0) return clis[0]?.description.capabilities.problem ?? `no agent of cluster ${cluster} has a CLI`
  const knowing = able.filter(agent => knowsCall(agent.description, verb))
  if (knowing.length === 0) return `every agent of cluster ${cluster} is too old for it and must be updated`
  return knowing.map(({ id, name }) => ({ id, name, busy: state.allocations.countOf('liveByAgent', id) }))
}
