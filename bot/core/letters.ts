// a letter as it is queued, and how it stands after a try
import { type LetterDraft, toConversation } from '../../shared/chat.ts'
import { DAY, type Instant, toInstant, toMs } from '../../shared/time.ts'
import type { ChatCommand } from './chat-commands.ts'
import type { Context } from './commands.ts'
import type { Event } from './events.ts'
import type { ConversationRow, LetterRow, State } from './state.ts'
import type { Table } from './table.ts'

/** What nobody took within a day is not worth telling any more. */
const KEPT_MS = DAY

/** A draft as a row that was never tried. */
export function toLetter(draft: LetterDraft, { now, ids }: Context): LetterRow {
  const { card, ...rest } = draft
  const first = { sent: 0, at: toInstant(now), tries: 0, closed: [] }
  return { ...rest, ...(card !== undefined && { card }), id: ids.next(now), ...first }
}

/** Whether something of it may have arrived, so that it must not be told in another letter. */
export function isTried({ tries, sent, last }: LetterRow): boolean {
  return tries > 0 || sent > 0 || last !== undefined
}

/** What one try means for its letter; nothing is left to do when all parts arrived. */
export function toTried(row: LetterRow, tried: Extract<ChatCommand, { type: 'letter.tried' }>, now: number): Event {
  const { sending, waitMs, close = false, drop = false } = tried
  const { channel, outcome } = sending
  if (drop) return toRemoved(row, 'dropped')
  // from here until its outcome is told nobody knows
  if (outcome === 'sending')
    return { type: 'letter.tried', letter: { ...row, last: { channel, class: 'unknown', code: 'sending' } } }
  if (outcome.class === 'sent') {
    const { notBefore: _over, last: _last, ...rest } = row
    const letter = { ...rest, sent: row.sent + 1, tries: 0 }
    return letter.sent >= row.parts.length ? toRemoved(row, 'sent') : { type: 'letter.tried', letter }
  }
  const letter = {
    ...row,
    tries: row.tries + 1,
    ...(waitMs !== undefined && { notBefore: toInstant(now + waitMs) }),
    closed: close && !row.closed.includes(channel) ? [...row.closed, channel] : row.closed,
    last: { channel, class: outcome.class, code: outcome.code },
  }
  return { type: 'letter.tried', letter }
}

/** A session that came since gives its letters back the way that was over with the last one. */
export function reopenSession(state: State, { id, session }: ConversationRow): Event[] {
  const known = state.conversations.get(id)?.session
  if (session === undefined || (session.url === known?.url && session.expiresAt === known.expiresAt)) return []
  const letterIds = Array.from(state.letters.find('sessionless', toConversation(id)), row => row.id)
  return letterIds.length === 0 ? [] : [{ type: 'letter.reopened', letterIds, channel: 'session' }]
}

/** The end of a letter. */
export function toRemoved({ id, place }: LetterRow, why: Extract<Event, { type: 'letter.removed' }>['why']): Event {
  return { type: 'letter.removed', letterId: id, place, why }
}

/** Letters that nobody took and notices that nobody wrote in time. */
export function expireLetters(state: State, { now }: Context): Event[] {
  const letters = findOld(state.letters, now).map(row => toRemoved(row, 'old'))
  const noticeIds = findOld(state.notices, now).map(row => row.id)
  return [
    ...letters,
    ...(noticeIds.length === 0 ? [] : [{ type: 'notice.dropped' as const, noticeIds, why: 'old' as const }]),
  ]
}

/** When the next one is too old, in ms since the epoch. */
export function nextExpiry(state: State): number | undefined {
  const due = [oldestOf(state.letters), oldestOf(state.notices)].flatMap(at =>
    at === undefined ? [] : toMs(at) + KEPT_MS,
  )
  return due.length === 0 ? undefined : Math.min(...due)
}

type Dated = { readonly at: Instant }

// asked after each frame, and an hour may hold thousands: they came in their order, unless the clock was set back
function oldestOf<Row extends Dated>(table: Pick<Table<Row>, 'keys' | 'find'>): Instant | undefined {
  const [hour] = [...table.keys('hour')].sort()
  if (hour === undefined) return undefined
  const [first] = table.find('hour', hour)
  return first?.at
}

function findOld<Row extends Dated>(table: Pick<Table<Row>, 'keys' | 'find'>, now: number): Row[] {
  const last = toInstant(now - KEPT_MS)
  const hours = [...table.keys('hour')].filter(hour => hour <= last.slice(0, 13))
  return hours.flatMap(hour => [...table.find('hour', hour)].filter(row => row.at <= last))
}
