// an Idempotency-Key: the same key of the same user answers with what it made the first time
import { AppError, shown } from '../../../shared/errors.ts'
import type { Actor } from '../../../shared/job.ts'
import type { Idempotency } from '../kept-rows.ts'
import type { ScheduleRow, State } from '../state.ts'

type Keyed = { readonly actor: Pick<Actor, 'name'>; readonly idempotency?: Idempotency }

/** The id of the row that keeps the key of an ask; undefined when it has none. */
export function toKeyId({ actor, idempotency }: Keyed): string | undefined {
  return idempotency === undefined ? undefined : `${actor.name}\u0000${idempotency.key}`
}

/** Refuses a key that was used for something else: CONFLICT. */
export function demandSameAsk(used: Pick<Idempotency, 'fingerprint'>, { idempotency }: Keyed): void {
  if (used.fingerprint === idempotency?.fingerprint) return
  const key = shown(idempotency?.key)
  throw new AppError('CONFLICT', `Idempotency-Key ${key} was used before for a different request.`)
}

/** The schedule that was made with the key of an ask; undefined when there is none. CONFLICT: it was asked for otherwise. */
export function findMade(state: State, ask: Keyed): ScheduleRow | undefined {
  const id = toKeyId(ask)
  const used = id === undefined ? undefined : state.scheduleKeys.get(id)
  if (used === undefined) return undefined
  demandSameAsk(used, ask)
  return state.schedules.get(used.scheduleId)
}
