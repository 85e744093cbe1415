// which agents are a user's, and what is told of them
import type { AgentRow, State } from '../../core/state.ts'
import type { Users } from '../operations/companions-port.ts'

/**
 * The agents of a user, in the order in which they first registered. An agent's owner is a user's name, or the id that
 * the user's daemon was given. An agent without an owner belongs to the default user, so that a plain installation
 * shows its agents without being told whose they are.
 */
export function agentsOf(state: State, user: string, users: Users): AgentRow[] {
  const daemonId = state.companions.get(user)?.daemonId
  return [...state.agents.rows()]
    .filter(({ description: { owner = users.defaultUser } }) => owner === user || owner === daemonId)
    .sort((a, b) => a.createIndex - b.createIndex || (a.id < b.id ? -1 : 1))
}

/** Entry points of a user's agents, then those of the last heartbeat, each once. */
export function entrypointsOf(state: State, user: string, users: Users): string[] {
  const told = agentsOf(state, user, users).flatMap(({ description }) => description.entrypoint ?? [])
  return [...new Set([...told, ...(state.companions.get(user)?.entrypoints ?? [])])]
}

/** Whether there is a user of that name: configured, the default one, or the maker of a token. */
export function isUser(state: State, name: string, users: Users): boolean {
  return name === users.defaultUser || users.names.includes(name) || state.tokens.countOf('user', name) > 0
}
