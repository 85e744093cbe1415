// the connections of a stream: the one in use, the one being made, and the old ones on their way out
import { SECOND } from '../../../shared/time.ts'
import { openConnection } from './connection.ts'
import type { Connection, ConnectionDeps, Farewell } from './life.ts'
import { STABLE_MS, waitMs } from './pace.ts'
import type { StreamDeps, StreamStatus } from './port.ts'
import { atLeastMs, type TroubleCode, toTrouble } from './trouble.ts'

export type KeepDeps = StreamDeps &
  Pick<ConnectionDeps, 'handling' | 'tally' | 'seldom'> & { readonly onChange: () => void }

/** For how long a healthy connection that was renewed is read on, so that what is being handled can be acked. */
const RENEWED_LINGER_MS = 2 * SECOND

export type Keep = {
  readonly deps: KeepDeps
  readonly lives: Set<Connection>
  /** The newest that opened. */
  current: Connection | undefined
  /** Being dialled: never more than one. */
  next: Connection | undefined
  cancelWait: (() => void) | undefined
  cancelLook: () => void
  lookedAt: number
  /** Since a connection last proved itself. */
  dials: number
  /** The connection that last did so: it counts once, however often it is looked at. */
  proven: Connection | undefined
  trouble: TroubleCode | undefined
  said: TroubleCode | undefined
  phase: 'new' | 'on' | 'off'
}

export function createKeep(deps: KeepDeps): Keep {
  return {
    ...{ deps, lives: new Set<Connection>(), current: undefined, next: undefined, cancelWait: undefined },
    ...{ cancelLook: () => {}, lookedAt: 0, dials: 0, proven: undefined },
    ...{ trouble: undefined, said: undefined, phase: 'new' },
  }
}

export function stateOf(keep: Keep): StreamStatus['state'] {
  if (keep.phase === 'off') return 'closed'
  if (keep.current?.isWell()) return 'connected'
  return keep.next === undefined ? 'waiting' : 'connecting'
}

export function dial(keep: Keep): void {
  keep.dials += 1
  keep.next = openConnection({
    ...keep.deps,
    onOpen: connection => opened(keep, connection),
    onDoubt: (connection, why) => doubted(keep, connection, why),
    onRelief: connection => relieved(keep, connection),
    onGone: (connection, farewell) => gone(keep, connection, farewell),
  })
  keep.lives.add(keep.next)
  keep.deps.onChange()
}

/** Sees to it that a connection is being made, now or after a while; asked twice it does so once. */
function want(keep: Keep, how: { urgent: boolean; why?: TroubleCode }): void {
  if (keep.phase !== 'on' || keep.next !== undefined || keep.cancelWait !== undefined) return
  const { dials, deps } = keep
  const least = how.why === undefined ? 0 : atLeastMs(how.why)
  const delayMs = waitMs({ dials, urgent: how.urgent, atLeastMs: least, random: deps.random() })
  if (delayMs === 0) return dial(keep)
  keep.cancelWait = deps.clock.after(delayMs, () => {
    keep.cancelWait = undefined
    dial(keep)
  })
}

/** A replacement is wanted, at once where the back-off allows: the connection stays in use until that is open. */
export function replace(keep: Keep, connection: Connection): void {
  credit(keep, connection)
  want(keep, { urgent: true })
}

/** A connection that lived long enough makes good for the tries before it. */
function credit(keep: Keep, connection: Connection): void {
  const { openedAt } = connection
  if (openedAt === undefined || connection === keep.proven || keep.deps.clock.now() - openedAt < STABLE_MS) return
  Object.assign(keep, { dials: 0, proven: connection })
}

function opened(keep: Keep, connection: Connection): void {
  const { deps, lives } = keep
  deps.tally.opened += 1
  const before = keep.current
  Object.assign(keep, { current: connection, next: undefined, trouble: undefined, said: undefined })
  deps.log.info('the stream is connected', { connections: deps.tally.opened })
  for (const life of lives) {
    if (life === connection) continue
    // one that drains leaves by itself; more than one old connection is never kept
    if (life !== before) life.end()
    else if (life.isWell()) life.retire(RENEWED_LINGER_MS)
    else if (!life.isDraining()) life.end()
  }
  deps.onChange()
}

function doubted(keep: Keep, connection: Connection, why: TroubleCode): void {
  if (connection !== keep.current) return
  keep.trouble = why
  keep.deps.log.info('the connection is being replaced', { why })
  replace(keep, connection)
  keep.deps.onChange()
}

function relieved(keep: Keep, connection: Connection): void {
  if (connection !== keep.current) return
  keep.trouble = undefined
  keep.deps.onChange()
}

function gone(keep: Keep, connection: Connection, farewell: Farewell): void {
  const { deps, lives } = keep
  lives.delete(connection)
  const wasUp = connection === keep.current
  if (!wasUp && connection !== keep.next) return
  if (wasUp) {
    credit(keep, connection)
    keep.current = undefined
  } else keep.next = undefined
  if (keep.phase !== 'on') return
  keep.trouble = farewell.why
  complain(keep, farewell, wasUp)
  want(keep, { urgent: false, why: farewell.why })
  deps.onChange()
}

// each reason once, until a connection comes about or the reason changes
function complain(keep: Keep, { why, detail }: Farewell, wasUp: boolean): void {
  const { code, en, permanent } = toTrouble(why)
  const message = wasUp ? 'the connection to DingTalk is gone' : 'could not connect to DingTalk, trying again'
  const level = keep.said === why ? 'debug' : 'warn'
  keep.said = why
  keep.deps.log[level](message, { code, permanent, ...(detail === undefined ? {} : { detail }), hint: en })
}
