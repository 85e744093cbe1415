// what the card keeper needs, and what it offers to the postman and to whoever looks after the daemon
import type { CardOpening, Outcome, Place } from '../../../shared/chat.ts'
import type { Log } from '../../../shared/log.ts'
import type { Clock, Instant } from '../../../shared/time.ts'
import type { LetterRow, PostOffice } from '../../engine/chat-port.ts'
import type { Pace } from '../pace.ts'

/** How cards are made and changed. Neither rejects; how it ended is the answer. */
export type CardWays = {
  /** A card that stands already under this id counts as `sent`. */
  open(card: CardOpening): Promise<Outcome>
  /** Changes the variables given and leaves the others as they are. */
  update(outTrackId: string, variables: Readonly<Record<string, string>>): Promise<Outcome>
}

export type CardKeeperDeps = {
  readonly office: PostOffice
  readonly ways: CardWays
  /** Without a template no card is made; those that stand are still kept up to date. */
  readonly templateId: string | undefined
  /** Zone of the instants shown. */
  readonly tz: string
  /** Of all calls of the app, when others make some too; otherwise the cards have one of their own. */
  readonly appPace?: Pace
  readonly clock: Clock
  readonly log: Log
  /** A number in [0, 1). */
  readonly random: () => number
}

/** A place that gets text instead of cards for a while. */
export type Degraded = {
  readonly place: Place
  readonly code: string
  /** What the operator can do about it. */
  readonly en: string
  readonly zh: string
  /** Absent: until the daemon is started again, since a setting has to change. */
  readonly until?: Instant
}

export type CardStatus = {
  /** Whether there is a template at all. */
  readonly enabled: boolean
  /** Cards that are not in their last state yet. */
  readonly open: number
  readonly degraded: readonly Degraded[]
  /** Since the start: cards made, updates that arrived, attempts of either that did not. */
  readonly opened: number
  readonly updates: number
  readonly failures: number
  readonly lastFailure?: { readonly at: Instant; readonly code: string; readonly en: string; readonly zh: string }
}

export type CardKeeper = {
  /** `not-here`: the letter goes as text; when a card stands it is brought up to date besides. Never rejects. */
  openCard(letter: LetterRow): Promise<'opened' | 'not-here'>
  /** Brings every card that stands to what its job is now, and follows the jobs from then on. */
  start(): void
  /** Begins nothing more; resolves when what is under way has ended, or after a few seconds. Twice is once. */
  close(): Promise<void>
  status(): CardStatus
}
