// tokens of one's own; an admin's hand reaches all
import { AppError, shown } from '../../../shared/errors.ts'
import { type Actor, Role } from '../../../shared/job.ts'
import { toInstant } from '../../../shared/time.ts'
import type { Command, Context, Decision } from '../commands.ts'
import type { State } from '../state.ts'

type Ask<Type extends Command['type']> = Extract<Command, { type: Type }>

/** Tokens of one user: programs and people need a few, and each is kept for ever. */
const MOST_TOKENS = 200

/** Makes a token for the actor, with a role up to their own. */
export function decideCreateToken(state: State, command: Ask<'token.create'>, { now, ids }: Context): Decision {
  const { actor, name, role, sha256 } = command
  if (rank(role) > rank(actor.role)) {
    throw new AppError('FORBIDDEN', `A token may have at most its maker's role ${actor.role}, got ${role}.`)
  }
  const own = state.tokens.countOf('user', actor.name)
  if (own >= MOST_TOKENS)
    throw new AppError('CONFLICT', `A user may have at most ${MOST_TOKENS} tokens, got ${own}: revoke one first.`)
  const id = ids.next(now)
  const token = { id, name, user: actor.name, role, sha256, createdAt: toInstant(now) }
  return { events: [{ type: 'token.created', token }], answer: { tokenId: id } }
}

/** Revokes a token of the actor's up to their own role, or anyone's for an admin. */
export function decideRevokeToken(state: State, { actor, tokenId }: Ask<'token.revoke'>, _context: Context): Decision {
  const token = state.tokens.get(tokenId)
  if (token === undefined) throw new AppError('TOKEN_NOT_FOUND', `There is no token ${shown(tokenId)}.`)
  if (actor.role !== 'admin' && token.user !== actor.name) {
    throw new AppError('FORBIDDEN', `Token ${tokenId} belongs to ${token.user}; only they or an admin may revoke it.`)
  }
  if (rank(token.role) > rank(actor.role))
    throw new AppError(
      'FORBIDDEN',
      `Token ${tokenId} has the role ${token.role}, and ${actor.name} is ${actor.role} here.`,
    )
  return { events: [{ type: 'token.revoked', tokenId }], answer: { tokenId } }
}

// from viewer to admin
function rank(role: Actor['role']): number {
  return Role.options.indexOf(role)
}
