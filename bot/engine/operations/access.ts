// verbs on tokens and self-checks
import { AppError, shown } from '../../../shared/errors.ts'
import { type Actor, type Role, Role as RoleSchema } from '../../../shared/job.ts'
import type { TokenRow } from '../../core/state.ts'
import { toAgentStatus } from '../queries/views.ts'
import type { OperationsDeps } from './deps.ts'
import { permit, permitAdmin } from './permission.ts'
import type { Check, Operations, TokenView } from './port.ts'

type AccessOperations = Pick<
  Operations,
  'listTokens' | 'createToken' | 'revokeToken' | 'listAudit' | 'doctor' | 'testSends'
>

/** Verbs on access. Everybody has tokens of their own, up to their own role; an admin sees and revokes all. */
export function createAccessOperations(deps: OperationsDeps): AccessOperations {
  const { state, engine } = deps
  const find = (id: string): TokenRow => {
    const row = state.tokens.get(id)
    if (row === undefined) throw new AppError('TOKEN_NOT_FOUND', `There is no token ${shown(id)}.`)
    return row
  }
  return {
    async listTokens(actor) {
      permit(actor, 'read', 'listing tokens')
      return { items: [...state.tokens.rows()].filter(row => isOwn(actor, row)).map(toToken) }
    },
    async createToken(actor, request) {
      const role = request.role ?? actor.role
      if (rank(role) > rank(actor.role))
        throw new AppError(
          'FORBIDDEN',
          `A token can have at most the role of its maker: ${actor.name} is ${actor.role}, asked for ${role}.`,
        )
      const { token, sha256 } = deps.makeToken()
      const { tokenId } = await engine.dispatch({ type: 'token.create', actor, name: request.name, role, sha256 })
      return { ...toToken(find(tokenId ?? '')), token }
    },
    async revokeToken(actor, tokenId) {
      if (!isOwn(actor, find(tokenId)))
        throw new AppError('FORBIDDEN', `The token ${shown(tokenId)} belongs to somebody else.`)
      await engine.dispatch({ type: 'token.revoke', actor, tokenId })
    },
    async listAudit(actor, query) {
      permitAdmin(actor, 'reading the book of writes')
      return deps.audit.read(query)
    },
    async doctor(actor) {
      permit(actor, 'read', 'the self-check')
      return { items: [...(await deps.selfChecks()), ...checkAgents(deps)] }
    },
    async testSends(actor) {
      permit(actor, 'write', 'sending test messages')
      return { items: [...((await deps.testSends?.()) ?? [])] }
    },
  }
}

function rank(role: Role): number {
  return RoleSchema.options.indexOf(role)
}

function isOwn(actor: Actor, row: TokenRow): boolean {
  return actor.role === 'admin' || row.user === actor.name
}

function toToken({ id, name, user, role, createdAt }: TokenRow): TokenView {
  return { id, name, user, role, createdAt }
}

function checkAgents({ state }: OperationsDeps): Check[] {
  const agents = [...state.agents.rows()]
  if (agents.length === 0) {
    return [
      {
        name: 'agents',
        ok: false,
        answer: 'no agent has ever connected',
        remedy: 'start one beside the GooseFS master with GANDER_DAEMON_URL set to this daemon',
      },
    ]
  }
  return agents.map(agent => {
    const { capabilities } = agent.description
    const status = toAgentStatus(agent)
    const name = `agent ${agent.name} (${agent.cluster})`
    if (status === 'down')
      return {
        name,
        ok: false,
        answer: `down since ${agent.silentSince ?? agent.since}`,
        remedy: 'look at its log; it comes back by itself when it runs',
      }
    if (!capabilities.found || capabilities.problem !== undefined) {
      return {
        name,
        ok: false,
        answer: capabilities.problem ?? `no CLI at ${capabilities.bin}`,
        remedy: 'set GOOSEFS_BIN of the agent to the goosefs program',
      }
    }
    return {
      name,
      ok: true,
      answer: `${status}, ${capabilities.brand ?? 'CLI'} ${capabilities.version ?? 'of unknown version'}${capabilities.simulated ? ' (simulated)' : ''}`,
    }
  })
}
