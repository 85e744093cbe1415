// under which keys what is said is found
import { ACTIONS } from '../../shared/actions.ts'
import type { Rows } from './row-types.ts'
import type { Indexing } from './table.ts'

/** Conversation and person, or job and place, as one key. */
export function toPair(one: string, other: string): string {
  return `${one}\n${other}`
}

const hourOf = (instant: string): string => instant.slice(0, 13)

/** The minute in which a load started whose askers are to be told once when it takes long. */
export function toHalfwayKey(row: Rows['jobs']): string | undefined {
  const { askers = [], toldHalfway, desired, startedAt, endedAt, purged, action } = row
  const isOpen = endedAt === undefined && desired === 'run' && !purged
  if (!isOpen || toldHalfway || askers.length === 0) return undefined
  return action === 'mixed' || ACTIONS[action].verified ? startedAt?.slice(0, 16) : undefined
}

type Chat = 'messages' | 'conversations' | 'notices' | 'letters' | 'cards' | 'meters'

export const CHAT_INDEXES: { readonly [Name in Chat]: Indexing<Rows[Name]> } = {
  /** `open` ("all": not answered) · `question` (conversation, person) · `hour` (2024-05-01T08: it was heard). */
  messages: {
    open: row => (row.status === 'heard' ? 'all' : undefined),
    question: row => (row.question === undefined ? undefined : toPair(row.conversationId, row.staffId)),
    hour: row => hourOf(row.at),
  },
  /** `session` (the minute in which it is over) · `day` (it was heard of last). */
  conversations: { session: row => row.session?.expiresAt.slice(0, 16), day: row => row.heardAt.slice(0, 10) },
  /** `job` · `hour`. */
  notices: { job: row => (row.about === 'slot' ? undefined : row.jobId), hour: row => hourOf(row.at) },
  /** `hour` · `sessionless` (place: the session that it had is over for it). */
  letters: {
    hour: row => hourOf(row.at),
    sessionless: row => (row.closed.includes('session') ? row.place : undefined),
  },
  /** `job` · `live` ("all": open or closing) · `open` (job, place) · `hour`. */
  cards: {
    job: row => row.jobId,
    live: row => (row.status === 'closed' ? undefined : 'all'),
    open: row => (row.status === 'open' ? toPair(row.jobId, row.place) : undefined),
    hour: row => hourOf(row.at),
  },
  meters: {},
}
