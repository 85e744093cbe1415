// which of a cluster's agents can do a task: its coordinator by calls of its own, or one that has the CLI
import type { ActionName } from '../../shared/actions.ts'
import type { AgentRow, TaskRow } from './state.ts'

/** What coordinators have calls for. */
const BY_CALL: ReadonlySet<ActionName> = new Set<ActionName>(['load', 'forceload', 'free'])

/**
 * Those of the agents that a task is for. Where a coordinator is, loads and frees are its matter and all else, a dry run
 * included, that of an agent with a CLI; where only one kind is, it gets everything and says what it cannot do. What was
 * adopted exists at the coordinator alone and waits for it.
 */
export function toSuited<Seat extends { readonly agent: Pick<AgentRow, 'description'> }>(
  seats: readonly Seat[],
  { action, options }: Pick<TaskRow, 'action' | 'options'>,
): readonly Seat[] {
  const isCoordinator = (seat: Seat): boolean => seat.agent.description.capabilities.coordinator === true
  if (options.adopted !== undefined) return seats.filter(isCoordinator)
  const byCall = BY_CALL.has(action) && options.dryRun !== true
  const suited = seats.filter(seat => isCoordinator(seat) === byCall)
  return suited.length > 0 ? suited : seats
}
