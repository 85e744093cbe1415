// verbs of users' own daemons (reference document 003): their id, entry points, log, status, and what they say
import { AppError, shown } from '../../../shared/errors.ts'
import type { Actor } from '../../../shared/job.ts'
import { SECOND, toInstant, toMs } from '../../../shared/time.ts'
import { findTags } from '../queries/tags.ts'
import { agentsOf, entrypointsOf, isUser } from '../queries/user-agents.ts'
import { findUserLog, toOneLine } from '../queries/user-log.ts'
import type { CompanionVerbs, Heartbeat } from './companions-port.ts'
import type { OperationsDeps } from './deps.ts'
import { permit } from './permission.ts'

/** Three times the interval at which a daemon is heard. */
const HEARD_WITHIN_MS = 30 * SECOND
/** Lines kept of one heartbeat, the newest; and characters of a line. */
const MOST_LINES = 1_000
const LONGEST_LINE = 1_024

type Deps = Pick<OperationsDeps, 'state' | 'engine' | 'clock' | 'makeDaemonId' | 'users'>

/**
 * Verbs of companions. An agent whose owner is a user's name, or the id that the user's daemon was given, is that user's;
 * one without an owner is the default user's.
 */
export function createCompanionOperations(deps: Deps): CompanionVerbs {
  const { state, engine, users } = deps
  return {
    async daemonIdOf(actor) {
      permit(actor, 'read', 'asking for a daemon id')
      const { name: user } = actor
      // of two first calls at once the later one finds the name that the earlier one gave
      if (state.companions.get(user) === undefined)
        await engine.dispatch({ type: 'companion.named', user, daemonId: deps.makeDaemonId() })
      return state.companions.get(user)?.daemonId ?? ''
    },
    async entrypointsOf(actor, user) {
      permit(actor, 'read', 'asking for entry points')
      if (actor.role !== 'admin' && user !== actor.name)
        throw new AppError('FORBIDDEN', `Only an admin may ask for the entry points of ${shown(user)}.`)
      demandUser(deps, actor, user)
      return entrypointsOf(state, user, users)
    },
    async userLog(actor, from, count) {
      permit(actor, 'read', 'reading the log')
      return findUserLog(state, actor.name, { from, count, users })
    },
    async companionStatus(actor, user = actor.name) {
      permit(actor, 'read', 'asking for the status of a daemon')
      demandUser(deps, actor, user)
      return { online: isOnline(deps, user), entrypoints: entrypointsOf(state, user, users) }
    },
    async heard(actor, daemonId, said) {
      const [row] = state.companions.find('daemonId', daemonId)
      if (row === undefined) throw new AppError('NOT_FOUND', `There is no daemon ${shown(daemonId)}.`)
      if (actor.role !== 'admin' && row.id !== actor.name)
        throw new AppError('FORBIDDEN', `The daemon ${shown(daemonId)} belongs to somebody else.`)
      await engine.dispatch({ type: 'companion.heard', daemonId, said: toSaid(said, deps.clock.now()) })
    },
    async tagStatus(actor, query) {
      permit(actor, 'read', 'asking how paths are')
      return findTags(state, query)
    },
  }
}

function demandUser({ state, users }: Deps, actor: Actor, name: string): void {
  if (name !== actor.name && !isUser(state, name, users))
    throw new AppError('USER_NOT_FOUND', `There is no user ${shown(name)}.`)
}

// an agent is down when it was silent for three of its intervals
function isOnline({ state, clock, users }: Deps, user: string): boolean {
  const { heardAt } = state.companions.get(user) ?? {}
  if (heardAt !== undefined && clock.now() - toMs(heardAt) <= HEARD_WITHIN_MS) return true
  return agentsOf(state, user, users).some(({ connected }) => connected)
}

function toSaid({ entrypoints, abnormal, lines }: Heartbeat, now: number) {
  const heardAt = toInstant(now)
  const kept = lines.slice(-MOST_LINES).map(({ at = heardAt, text }) => ({ at, text: toShort(text), heardAt }))
  return { entrypoints: [...new Set(entrypoints)], abnormal: [...new Set(abnormal)], lines: kept }
}

function toShort(text: string): string {
  const line = toOneLine(text)
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE)}…`
}
