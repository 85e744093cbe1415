// the ways out of here: what the postman needs of whoever can send, and of whoever shows cards
import type { LetterPart, Outcome, Session } from '../../shared/chat.ts'
import type { LetterRow } from '../engine/chat-port.ts'

/** Each answers how one sending ended and throws nothing. A way that is absent is not configured. */
export type Ways = {
  /** Over the conversation's own webhook, while it lives. */
  readonly session?: (session: Pick<Session, 'url'>, part: LetterPart) => Promise<Outcome>
  /** The robot's API into a group. */
  readonly group?: (conversationId: string, part: LetterPart) => Promise<Outcome>
  /** The robot's API to people. */
  readonly people?: (staffIds: readonly string[], part: LetterPart) => Promise<Outcome>
  /** The custom robot; a repeat with the same `msgUuid` is not shown twice. */
  readonly robot?: (part: LetterPart, msgUuid: string) => Promise<Outcome>
  /** Somebody's terminal, which is the conversation `terminal`. */
  readonly terminal?: (part: LetterPart) => Promise<Outcome>
}

/**
 * Shows a letter as the card of its job instead of sending it. `opened`: the card took the letter's place, which is on disk;
 * `not-here`: there are no cards for it now, it goes as text. Absent: there are no cards at all.
 */
export type OpenCard = (letter: LetterRow) => Promise<'opened' | 'not-here'>

/** The nearest path beside one that does not exist; undefined when there is none or nobody could look. */
export type Suggest = (path: string, cluster: string) => Promise<string | undefined>

/** The conversation that is a terminal on this machine. */
export const TERMINAL = 'terminal'
