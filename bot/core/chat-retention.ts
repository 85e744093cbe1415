// what was said long ago and may be forgotten: messages, sessions, conversations, cards
import { DAY, HOUR, MINUTE, toMs } from '../../shared/time.ts'
import type { Event } from './events.ts'
import type { Settings, State } from './state.ts'

/** A redelivery comes within minutes, and a card is taken up again for a day. */
const KEPT_MS = 2 * DAY
/** Rows of one kind that one tick forgets at most; the next one follows at once. */
const MOST_FORGOTTEN = 2_000

type Kind = {
  readonly table: 'messages' | 'cards' | 'conversations'
  readonly index: string
  /** When all under this key may go, in ms since the epoch. */
  readonly dueOf: (key: string, settings: Settings) => number
  readonly toEvent: (ids: readonly string[]) => Event
}

const wholeHour = (hour: string): number => toMs(`${hour}:00:00.000Z`) + HOUR + KEPT_MS

const KINDS: readonly Kind[] = [
  { table: 'messages', index: 'hour', dueOf: wholeHour, toEvent: keys => ({ type: 'message.forgotten', keys }) },
  { table: 'cards', index: 'hour', dueOf: wholeHour, toEvent: cardIds => ({ type: 'card.forgotten', cardIds }) },
  {
    table: 'conversations',
    index: 'session',
    dueOf: minute => toMs(`${minute}:00.000Z`) + MINUTE,
    toEvent: conversationIds => ({ type: 'conversation.session-over', conversationIds }),
  },
  {
    table: 'conversations',
    index: 'day',
    dueOf: (day, { keepDays }) => toMs(`${day}T00:00:00.000Z`) + (keepDays + 1) * DAY,
    toEvent: conversationIds => ({ type: 'conversation.forgotten', conversationIds }),
  },
]

/** What is old enough, by whole hours and days (UTC); a session is a secret and goes within a minute of its end. */
export function forgetSaid(state: State, settings: Settings, now: number): Event[] {
  return KINDS.flatMap(kind => {
    const ids = findDue(state, kind, due => kind.dueOf(due, settings) <= now)
    return ids.length === 0 ? [] : [kind.toEvent(ids)]
  })
}

/** When the next of it is due, in ms since the epoch. */
export function nextUnsaid(state: State, settings: Settings): number | undefined {
  const due = KINDS.flatMap(({ table, index, dueOf }) => {
    const [first] = [...state[table].keys(index)].sort()
    return first === undefined ? [] : [dueOf(first, settings)]
  })
  return due.length === 0 ? undefined : Math.min(...due)
}

function findDue(state: State, { table, index }: Kind, isDue: (key: string) => boolean): string[] {
  const ids: string[] = []
  for (const key of [...state[table].keys(index)].sort()) {
    if (!isDue(key)) break
    for (const { id } of state[table].find(index, key)) {
      if (ids.length >= MOST_FORGOTTEN) return ids
      ids.push(id)
    }
  }
  return ids
}
