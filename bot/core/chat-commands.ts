// what chat and the post ask of the core: messages heard and answered, letters written and sent, cards shown
import type { Channel, Heard, LetterDraft, Outcome } from '../../shared/chat.ts'
import type { Id } from '../../shared/ids.ts'
import type { CardRow } from './chat-rows.ts'

/** One call through a channel, for its meter. `sending` is written before it, where a limit must hold over a crash. */
export type Sending = { readonly channel: Channel; readonly outcome: Outcome | 'sending' }

export type ChatCommand =
  /** A message came. Answers `repeated` when it is known already. */
  | { readonly type: 'message.heard'; readonly heard: Heard }
  /** Its answer, in the frame that says so; nothing when it was answered before (`repeated`). */
  | {
      readonly type: 'message.answered'
      readonly key: string
      readonly letters: readonly LetterDraft[]
      readonly question?: { readonly code: string; readonly line: string }
      /** The conversation was told today that it is not listed. */
      readonly toldUnlisted?: boolean
    }
  /** A letter made by no message, such as an operator's alarm or a test. */
  | { readonly type: 'letter.write'; readonly letter: LetterDraft }
  /** Notices (and letters that were never tried) become one letter; without a letter they are dropped. */
  | {
      readonly type: 'letter.seal'
      readonly notices: readonly Id[]
      readonly letters: readonly Id[]
      readonly letter?: LetterDraft
    }
  /**
   * How one part of a letter fared. Sent: the letter goes when it was the last part. Failed: it waits for `waitMs`; `close`
   * ends this way for it. `drop`: nobody can take it any more.
   */
  | {
      readonly type: 'letter.tried'
      readonly letterId: Id
      readonly sending: Sending
      readonly waitMs?: number
      readonly close?: boolean
      readonly drop?: boolean
    }
  /** A card stands: made for a letter, which it replaces, or taken up again for a job that goes on. */
  | {
      readonly type: 'card.opened'
      readonly card: Pick<CardRow, 'id' | 'jobId' | 'place' | 'shown'>
      readonly letterId?: Id
    }
  /** How an update fared; `closed` when nothing will be shown on it any more. */
  | {
      readonly type: 'card.shown'
      readonly cardId: string
      readonly shown: Readonly<Record<string, string>>
      readonly sending: Sending
      readonly status: CardRow['status']
    }
