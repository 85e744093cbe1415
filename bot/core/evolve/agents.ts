// what happens to agents
import type { Id } from '../../../shared/ids.ts'
import { MOST_SAMPLES } from '../estimate.ts'
import type { Event } from '../events.ts'
import { without } from '../rows.ts'
import type { AgentRow, State } from '../state.ts'
import type { Evolvers } from './put.ts'

type AgentEvent = Extract<Event['type'], `agent.${string}`>

export const AGENT_EVENTS: Evolvers<AgentEvent> = {
  'agent.joined'(draft, { agent, connection }, at) {
    const known = draft.agents.get(agent.id)
    draft.agents.set(agent.id, {
      id: agent.id,
      name: agent.name,
      cluster: agent.cluster,
      description: agent,
      connected: true,
      connection,
      draining: known?.draining ?? false,
      since: at,
      taken: known?.taken ?? 0,
      samples: known?.samples ?? [],
      createIndex: known?.createIndex ?? 0,
      modifyIndex: 0,
    })
  },
  'agent.left'(draft, { agentId }, at) {
    change(draft, agentId, row => ({ ...without(row, 'connection'), connected: false, silentSince: at }))
  },
  'agent.taken'(draft, { agentId, n }) {
    change(draft, agentId, row => ({ ...row, taken: Math.max(row.taken, n) }))
  },
  'agent.sampled'(draft, { agentId, sample }) {
    change(draft, agentId, row => ({ ...row, samples: [...row.samples, sample].slice(-MOST_SAMPLES) }))
  },
  'agent.described'(draft, { agentId, capabilities }) {
    change(draft, agentId, row => ({ ...row, description: { ...row.description, capabilities } }))
  },
  'agent.drained'(draft, { agentId, draining }) {
    change(draft, agentId, row => ({ ...row, draining }))
  },
  'agent.removed'(draft, { agentId }) {
    draft.agents.remove(agentId)
  },
}

function change(draft: State, agentId: Id, next: (row: AgentRow) => AgentRow): void {
  const row = draft.agents.get(agentId)
  if (row !== undefined) draft.agents.set(agentId, next(row))
}
