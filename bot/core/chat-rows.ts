// the rows of what is said: messages heard, conversations, what is worth telling, letters on their way, cards, meters
import type { Asker, Channel, FailureClass, LetterKind, LetterPart, Place, Session } from '../../shared/chat.ts'
import type { Id } from '../../shared/ids.ts'
import type { Instant } from '../../shared/time.ts'

/** What a command of a message came to, kept until the message is answered: after a crash it is told, not done again. */
export type Done = {
  readonly jobId?: Id
  readonly taskIds?: number
  readonly scheduleId?: Id
  readonly met?: 'open' | 'resumed'
  readonly notes?: readonly string[]
}

/** A message that was heard; its id is its key. Kept for days, so that a redelivery is known. */
export type MessageRow = {
  readonly id: string
  readonly conversationId: string
  readonly staffId: string
  readonly nick: string
  /** Absent when it was no text. Gone when it is answered. */
  readonly text?: string
  readonly at: Instant
  readonly status: 'heard' | 'answered'
  /** What it changed already. */
  readonly done?: Done
  /** It was answered by a question: its code, and the line that it asks about. */
  readonly question?: { readonly code: string; readonly line: string }
}

/** A conversation as it was heard of last; its id is the platform's. */
export type ConversationRow = {
  readonly id: string
  readonly kind: 'group' | 'direct'
  readonly title?: string
  /** Direct: whom it is with. */
  readonly staffId?: string
  readonly session?: Session
  readonly heardAt: Instant
  /** Its first message from a group that is not listed was answered on this day. */
  readonly toldUnlisted?: string
}

/** Something worth telling that was not yet written as a letter. */
export type NoticeRow = JobNotice | SlotNotice

type Waiting = {
  readonly id: Id
  readonly place: Place
  readonly alarm: boolean
  readonly at: Instant
  /** Not to be written before: an end has to last. */
  readonly dueAt: Instant
}

export type JobNotice = Waiting & {
  readonly jobId: Id
  readonly about: 'ended' | 'halfway'
  /** `named`: the ancestor's one text about a named job. */
  readonly form: 'summary' | 'named'
  /** Ended: the end that it tells; of a job that ended anew meanwhile there is another notice. */
  readonly endedAt?: Instant
}

/** What went wrong around a slot of a schedule; whatever is told of it stands here, since both may be gone by then. */
export type SlotNotice = Waiting & {
  readonly about: 'slot'
  readonly form: 'summary'
  readonly slotId: string
  readonly trouble: SlotTrouble
  readonly schedule: { readonly id: Id; readonly number: number; readonly name: string; readonly zone: string }
  readonly slot: Instant
  /** The job, when there is one. */
  readonly jobNumber?: number
  readonly cluster?: string
  /** `missed`, `late`: how many slots. */
  readonly count?: number
  /** `ahead`: when it is expected to be ready, and by when it should be; `over`: the latter. */
  readonly expectedAt?: Instant
  readonly readyBy?: Instant
  /** `marker`: what did not come; `unstarted`: why. */
  readonly path?: string
  readonly message?: string
  /** Who made the schedule, and is called where they made it. */
  readonly staffId?: string
}

/**
 * `missed`: nobody was there, and it is not run; `late`: the same, and it is run now; `no-agent`: its job waits for an agent;
 * `marker`: its marker did not come, and it is not run; `unmarked`: the same, and it is run all the same; `ahead`: it is
 * expected not to be ready in time; `over`: it is not ready in time; `unstarted`: it could not be submitted.
 */
export type SlotTrouble = 'missed' | 'late' | 'no-agent' | 'marker' | 'unmarked' | 'ahead' | 'over' | 'unstarted'

/** A letter that is sent as it stands until one way took all its parts. */
export type LetterRow = {
  readonly id: Id
  readonly place: Place
  readonly kind: LetterKind
  readonly alarm: boolean
  readonly parts: readonly LetterPart[]
  /** Parts that arrived, on the way `channel`. */
  readonly sent: number
  readonly card?: Id
  readonly at: Instant
  readonly tries: number
  readonly notBefore?: Instant
  /** Ways that failed for good. */
  readonly closed: readonly Channel[]
  readonly last?: { readonly channel: Channel; readonly class: FailureClass; readonly code: string }
}

/** The card of a job in one conversation; its id is its outTrackId. */
export type CardRow = {
  readonly id: string
  readonly jobId: Id
  readonly place: Place
  readonly at: Instant
  /** `closing`: its job has ended and it does not show that yet. */
  readonly status: 'open' | 'closing' | 'closed'
  /** What it shows, as its variables. */
  readonly shown: Readonly<Record<string, string>>
  readonly shownAt: Instant
  readonly updates: number
}

/** What went through one channel; its id is the channel's name, or `stream` for what was heard. */
export type MeterRow = {
  readonly id: string
  /** Sends of the last minute, in ms since the epoch; the custom robot's only. */
  readonly recent: readonly number[]
  /** Nothing is sent before. */
  readonly blockedUntil?: Instant
  /** Refusals for speed in a row. */
  readonly blocks: number
  /** Billed calls of a month such as `2026-11`. */
  readonly month: string
  readonly used: number
  readonly last?: { readonly at: Instant; readonly class: 'sent' | FailureClass; readonly code: string }
}

export type { Asker }
