// which way a letter can go now: decided when it is sent, since sessions end and settings change
import { type Channel, ROBOT, readPlace } from '../../shared/chat.ts'
import { MINUTE, toMs } from '../../shared/time.ts'
import type { ConversationRow, LetterRow } from '../engine/chat-port.ts'
import { TERMINAL, type Ways } from './ways.ts'

/** A session is not used so long before it ends: what is sent then may come too late. */
const SESSION_SPARE_MS = 5 * MINUTE

export type Standing = {
  readonly conversation: ConversationRow | undefined
  /** There are cards, and this letter was not refused by them. */
  readonly cards: boolean
  readonly ways: Ways
  /** Ways that are over for it. */
  readonly closed: ReadonlySet<Channel>
  readonly nowMs: number
}

/** The ways left to a letter, in the order in which they are tried. Pure. */
export function waysOf(letter: LetterRow, standing: Standing): Channel[] {
  const { kind, id } = readPlace(letter.place)
  const isTerminal = kind === 'conversation' && id === TERMINAL
  const open: Readonly<Record<Channel, boolean>> = {
    card: standing.cards && letter.card !== undefined && kind !== 'robot' && !isTerminal,
    session: kind === 'conversation' && !isTerminal && hasSession(standing),
    api: hasApi(letter, standing) && !isTerminal,
    robot: (kind === 'robot' || letter.kind === 'result') && !isTerminal && standing.ways.robot !== undefined,
    terminal: isTerminal && standing.ways.terminal !== undefined,
  }
  return ORDER.filter(channel => open[channel] && !standing.closed.has(channel))
}

const ORDER: readonly Channel[] = ['card', 'session', 'api', 'robot', 'terminal']

function hasSession({ conversation, ways, nowMs }: Standing): boolean {
  const session = conversation?.session
  return ways.session !== undefined && session !== undefined && toMs(session.expiresAt) - SESSION_SPARE_MS > nowMs
}

function hasApi({ place }: LetterRow, { conversation, ways }: Standing): boolean {
  if (place === ROBOT) return false
  return toRecipient(place, conversation).kind === 'group' ? ways.group !== undefined : ways.people !== undefined
}

/** Whom the API writes to: a group, or people. A direct chat is written to by the person that it is with. Pure. */
export function toRecipient(
  place: string,
  conversation: ConversationRow | undefined,
): { readonly kind: 'group'; readonly id: string } | { readonly kind: 'people'; readonly staffIds: readonly string[] } {
  const { kind, id } = readPlace(place)
  if (kind === 'staff') return { kind: 'people', staffIds: [id] }
  if (conversation?.kind === 'direct' && conversation.staffId !== undefined)
    return { kind: 'people', staffIds: [conversation.staffId] }
  return { kind: 'group', id }
}
