// what happens to notices, letters, cards and meters
import type { ChatEvent } from '../chat-events.ts'
import type { Evolvers } from './put.ts'

type PostEvent = Extract<
  ChatEvent['type'],
  `notice.${string}` | `letter.${string}` | `card.${string}` | 'meter.counted'
>

export const POST_EVENTS: Evolvers<PostEvent> = {
  'notice.queued'(draft, { notice }) {
    draft.notices.set(notice.id, notice)
  },
  'notice.dropped'(draft, { noticeIds }) {
    for (const id of noticeIds) draft.notices.remove(id)
  },
  'letter.queued'(draft, { letter }) {
    draft.letters.set(letter.id, letter)
  },
  'letter.tried'(draft, { letter }) {
    if (draft.letters.get(letter.id) !== undefined) draft.letters.set(letter.id, letter)
  },
  'letter.reopened'(draft, { letterIds, channel }) {
    for (const id of letterIds) {
      const row = draft.letters.get(id)
      if (row !== undefined) draft.letters.set(id, { ...row, closed: row.closed.filter(one => one !== channel) })
    }
  },
  'letter.removed'(draft, { letterId }) {
    draft.letters.remove(letterId)
  },
  'card.opened'(draft, { card }) {
    draft.cards.set(card.id, card)
  },
  'card.shown'(draft, { card }) {
    if (draft.cards.get(card.id) !== undefined) draft.cards.set(card.id, card)
  },
  'card.turned'(draft, { cardId, status }) {
    const row = draft.cards.get(cardId)
    if (row !== undefined) draft.cards.set(cardId, { ...row, status })
  },
  'card.forgotten'(draft, { cardIds }) {
    for (const id of cardIds) draft.cards.remove(id)
  },
  'meter.counted'(draft, { meter }) {
    draft.meters.set(meter.id, meter)
  },
}
