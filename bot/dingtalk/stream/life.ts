// what one connection shows, whom it tells, and what it remembers of itself
import type { Handling } from './handling.ts'
import type { StreamDeps } from './port.ts'
import type { Line } from './sdk.ts'
import type { Seldom } from './seldom.ts'
import type { Tally } from './tally.ts'
import type { TroubleCode } from './trouble.ts'

export type Connection = {
  /** Milliseconds since the epoch; undefined until it is open. */
  readonly openedAt: number | undefined
  isOpen(): boolean
  /** Open, and nothing speaks against it. */
  isWell(): boolean
  /** The server has said that it will deliver nothing more here. */
  isDraining(): boolean
  /** A round of examination: pings when it is time to, finds out about silence. */
  look(): void
  /** Something speaks against it: whoever keeps it should replace it. */
  doubt(why: TroubleCode): void
  /** Not needed any more: read for so long, then closed. A retirement that was to come sooner stands. */
  retire(lingerMs: number): void
  /** Ends it in whatever state it is, with a close frame where there is a socket. */
  end(): void
  /** Resolves when nothing is left of it. */
  readonly gone: Promise<void>
}

/** The end of a connection, or of a try to make one. */
export type Farewell = {
  readonly why: TroubleCode
  /** For the log: an HTTP status or a system's error code, never a text from outside. */
  readonly detail?: string | undefined
}

export type ConnectionDeps = StreamDeps & {
  readonly handling: Handling
  readonly tally: Tally
  readonly seldom: Seldom
  readonly onOpen: (connection: Connection) => void
  /** It should be replaced before it is closed. */
  readonly onDoubt: (connection: Connection, why: TroubleCode) => void
  /** It was in doubt, and was heard of again. */
  readonly onRelief: (connection: Connection) => void
  /** Exactly once. */
  readonly onGone: (connection: Connection, farewell: Farewell) => void
}

export type Life = {
  line: Line | undefined
  openedAt: number | undefined
  /** Newest sign of life of the server's own accord, or the opening. */
  heardAt: number
  pingedAt: number
  unanswered: number
  /** Nothing was heard since the opening. */
  isMute: boolean
  isDraining: boolean
  isEnding: boolean
  isGone: boolean
  doubt: TroubleCode | undefined
  /** Why it never opened, when that is known before the socket is gone. */
  why: TroubleCode | undefined
  detail: string | undefined
  retiresAt: number
  /** Of the one timer that a connection has: for the handshake, the retirement or the close. */
  cancel: () => void
  readonly abort: AbortController
}

/** What every function about a connection is given. */
export type Here = {
  readonly deps: ConnectionDeps
  readonly life: Life
  readonly self: Connection
  /** Settles `gone`. */
  readonly left: () => void
}

export function createLife(): Life {
  return {
    ...{ line: undefined, openedAt: undefined, heardAt: 0, pingedAt: 0, unanswered: 0, isMute: true },
    ...{ isDraining: false, isEnding: false, isGone: false, doubt: undefined, why: undefined, detail: undefined },
    ...{ retiresAt: Number.POSITIVE_INFINITY, cancel: () => {}, abort: new AbortController() },
  }
}
