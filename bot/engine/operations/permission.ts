// which role may do what: one table from a verb's effect to the roles that have it
import { AppError } from '../../../shared/errors.ts'
import type { Actor, Role } from '../../../shared/job.ts'

export type Effect = 'read' | 'write' | 'destroy'

// whose job it is, is decided with the state at hand: bot/core/decide.ts
const MAY: Readonly<Record<Effect, readonly Role[]>> = {
  read: ['viewer', 'operator', 'admin'],
  write: ['operator', 'admin'],
  destroy: ['operator', 'admin'],
}

/** Throws FORBIDDEN when the actor's role is too low. */
export function permit(actor: Actor, effect: Effect, what: string): void {
  if (MAY[effect].includes(actor.role)) return
  throw new AppError('FORBIDDEN', `${what} needs the role ${MAY[effect][0]}; ${actor.name} is ${actor.role}.`)
}

/** Throws FORBIDDEN for everybody but an admin. */
export function permitAdmin(actor: Actor, what: string): void {
  if (actor.role !== 'admin')
    throw new AppError('FORBIDDEN', `${what} needs the role admin; ${actor.name} is ${actor.role}.`)
}
