// what can have happened in chat and at the post: none of it is a change of anybody's work
import type { Asker, Channel, Place } from '../../shared/chat.ts'
import type { Id } from '../../shared/ids.ts'
import type { CardRow, ConversationRow, Done, LetterRow, MessageRow, MeterRow, NoticeRow } from './chat-rows.ts'

export type ChatEvent =
  | { readonly type: 'message.heard'; readonly message: MessageRow }
  /** It has changed something; whatever comes of it again is told from this. */
  | { readonly type: 'message.done'; readonly key: string; readonly done: Done }
  | { readonly type: 'message.answered'; readonly key: string; readonly question?: MessageRow['question'] }
  | { readonly type: 'message.forgotten'; readonly keys: readonly string[] }
  | { readonly type: 'conversation.heard'; readonly conversation: ConversationRow }
  | { readonly type: 'conversation.told-unlisted'; readonly conversationId: string; readonly day: string }
  | { readonly type: 'conversation.session-over'; readonly conversationIds: readonly string[] }
  | { readonly type: 'conversation.forgotten'; readonly conversationIds: readonly string[] }
  /** Somebody asked for this job in chat, and hears of it from now on. */
  | { readonly type: 'job.asked-for'; readonly jobId: Id; readonly asker: Asker }
  | { readonly type: 'job.told-halfway'; readonly jobId: Id }
  | { readonly type: 'notice.queued'; readonly notice: NoticeRow }
  /** `void`: what it tells is not so any more; `old`: nobody wrote it within a day. */
  | { readonly type: 'notice.dropped'; readonly noticeIds: readonly Id[]; readonly why: 'void' | 'sealed' | 'old' }
  | { readonly type: 'letter.queued'; readonly letter: LetterRow }
  /** How it stands after a try. */
  | { readonly type: 'letter.tried'; readonly letter: LetterRow }
  /** A way that was over for them is there again. */
  | { readonly type: 'letter.reopened'; readonly letterIds: readonly Id[]; readonly channel: Channel }
  /** It is gone: arrived, replaced by a card or another letter, refused for good, or too old. */
  | {
      readonly type: 'letter.removed'
      readonly letterId: Id
      readonly place: Place
      readonly why: 'sent' | 'card' | 'sealed' | 'dropped' | 'old'
    }
  | { readonly type: 'card.opened'; readonly card: CardRow }
  | { readonly type: 'card.shown'; readonly card: CardRow }
  /** Its job ended or went on, or another card took its place. */
  | { readonly type: 'card.turned'; readonly cardId: string; readonly status: CardRow['status'] }
  | { readonly type: 'card.forgotten'; readonly cardIds: readonly string[] }
  | { readonly type: 'meter.counted'; readonly meter: MeterRow }

const TYPES: Readonly<Record<ChatEvent['type'], true>> = {
  'message.heard': true,
  'message.done': true,
  'message.answered': true,
  'message.forgotten': true,
  'conversation.heard': true,
  'conversation.told-unlisted': true,
  'conversation.session-over': true,
  'conversation.forgotten': true,
  'job.asked-for': true,
  'job.told-halfway': true,
  'notice.queued': true,
  'notice.dropped': true,
  'letter.queued': true,
  'letter.tried': true,
  'letter.reopened': true,
  'letter.removed': true,
  'card.opened': true,
  'card.shown': true,
  'card.turned': true,
  'card.forgotten': true,
  'meter.counted': true,
}

/** Whether an event tells only of what is said, so that it is no change of any work. */
export function isChatEvent({ type }: { readonly type: string }): boolean {
  return Object.hasOwn(TYPES, type)
}
