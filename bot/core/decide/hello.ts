// agents that come, go, and are kept from new work
import { isEnded } from '../../../shared/allocation.ts'
import { AppError, shown } from '../../../shared/errors.ts'
import type { Id } from '../../../shared/ids.ts'
import type { LiveAllocation } from '../../../shared/wire.ts'
import type { Command, Context, Decision } from '../commands.ts'
import type { Event } from '../events.ts'
import { joined } from '../indexes.ts'
import { hasLastWord, mayReturn, settleLoss } from '../settle.ts'
import { unsayAway } from '../slot-notices.ts'
import type { AllocationRow, State } from '../state.ts'
import { demandOperator, mayChange } from './permit.ts'

type Ask<Type extends Command['type']> = Extract<Command, { type: Type }>
type Hello = Ask<'agent.hello'>

/**
 * A connection was made. What the daemon holds as started and the agent does not have is lost; what was placed and is
 * unknown there stays placed (its `run` is sent again); what the agent holds and must not is to be stopped; a run that
 * was given up and goes on there before it was placed again is believed. Reports that the agent does not hold any more
 * and that were never taken (the daemon's state is an older one) do not come: the numbers go on behind them.
 */
export function decideHello(state: State, command: Hello, _context: Context): Decision {
  const { agent, live, connection } = command
  checkName(state, command)
  const taken = state.agents.get(agent.id)?.taken ?? 0
  const acknowledged = Math.max(taken, command.nextNumber - 1)
  const missing = findMissing(state, command)
  const told = live.map(one => ({ one, means: judgeLive(state, agent.id, one) }))
  const events: Event[] = [{ type: 'agent.joined', agent, connection }, ...unsayAway(state, agent.cluster)]
  if (acknowledged > taken) events.push({ type: 'agent.taken', agentId: agent.id, n: acknowledged })
  for (const { one, means } of told)
    if (means === 'believe') events.push({ type: 'allocation.started', allocationId: one.allocation })
  for (const row of missing) events.push(...settleLoss(state, row))
  const idsOf = (what: Meaning): Id[] => told.filter(({ means }) => means === what).map(({ one }) => one.allocation)
  return { events, answer: { acknowledged, forget: idsOf('forget'), stop: idsOf('stop') } }
}

function checkName(state: State, { agent }: Hello): void {
  const others = state.agents.find('name', joined(agent.cluster, agent.name))
  for (const other of others) {
    if (other.id === agent.id || !other.connected) continue
    throw new AppError(
      'CONFLICT',
      `The name ${shown(agent.name)} of cluster ${agent.cluster} is in use by the connected agent ${other.id}; agent ${agent.id} needs another.`,
    )
  }
}

// accepted means that it was written down there before it was said, so that its absence is a loss as well; what has ended
// there is as good as missing when its report may be among those that never come
function findMissing(state: State, { agent, live, nextNumber }: Hello): AllocationRow[] {
  const gap = nextNumber > (state.agents.get(agent.id)?.taken ?? 0) + 1
  const there = new Set(live.filter(one => !gap || one.state !== 'ended').map(one => one.allocation))
  const held = [...state.allocations.find('liveByAgent', agent.id)]
  return held.filter(row => !there.has(row.id) && (row.accepted || row.started))
}

type Meaning = 'keep' | 'believe' | 'stop' | 'forget'

function judgeLive(state: State, agentId: Id, one: LiveAllocation): Meaning {
  const row = state.allocations.get(one.allocation)
  const held = row !== undefined && row.agentId === agentId
  if (one.state === 'ended') {
    // while its report is on the way it is kept: even what is lost may still end by it
    const isAwaited = held && !hasLastWord(row) && (!isEnded(row.status) || row.status === 'lost')
    return isAwaited ? 'keep' : 'forget'
  }
  if (!held) return 'stop'
  if (!isEnded(row.status)) return row.desired === 'stop' ? 'stop' : 'keep'
  return mayReturn(state, row) ? 'believe' : 'stop'
}

/** The end of a connection; that of an older one says nothing. */
export function decideGone(state: State, { agentId, connection }: Ask<'agent.gone'>, _context: Context): Decision {
  const row = state.agents.get(agentId)
  const events: Event[] = row?.connected && row.connection === connection ? [{ type: 'agent.left', agentId }] : []
  return { events, answer: {} }
}

/** No agent is connected to a daemon that has just started. The grace period of what they run begins anew. */
export function decideStarted(state: State, _command: Ask<'daemon.started'>, _context: Context): Decision {
  const agents = [...state.agents.rows()].filter(
    agent => agent.connected || state.allocations.countOf('liveByAgent', agent.id) > 0,
  )
  return { events: agents.map(agent => ({ type: 'agent.left', agentId: agent.id })), answer: {} }
}

/** Gives an agent no more new work, or again. */
export function decideDrain(
  state: State,
  { actor, agentId, draining }: Ask<'agent.drain'>,
  _context: Context,
): Decision {
  demandOperator(actor, draining ? 'drain an agent' : 'resume an agent')
  const row = state.agents.get(agentId)
  if (row === undefined) throw new AppError('AGENT_NOT_FOUND', `There is no agent ${shown(agentId)}.`)
  if (!mayChange(actor, row.description.owner)) {
    throw new AppError(
      'FORBIDDEN',
      `Agent ${row.name} belongs to ${row.description.owner}; only they or an admin may change it.`,
    )
  }
  return { events: row.draining === draining ? [] : [{ type: 'agent.drained', agentId, draining }], answer: {} }
}
