// where the card of a letter would stand, and its id
import { type CardOpening, readPlace } from '../../../shared/chat.ts'
import type { LetterRow, PostOffice } from '../../engine/chat-port.ts'
import { TERMINAL } from '../ways.ts'

/** Undefined for places that show no cards: the custom robot, a terminal, a person without a staffId. */
export function toTarget(office: PostOffice, place: LetterRow['place']): CardOpening['place'] | undefined {
  const { kind, id } = readPlace(place)
  if (kind === 'robot' || id === TERMINAL || id === '') return undefined
  if (kind === 'staff') return { kind: 'direct', staffId: id }
  const conversation = office.conversation(id)
  if (conversation?.kind === 'group') return { kind: 'group', conversationId: id }
  const staffId = conversation?.staffId ?? ''
  return staffId === '' ? undefined : { kind: 'direct', staffId }
}

/**
 * The id under which the card of this letter is made: the same at every attempt, also of a later process, so that a repeat
 * makes no second card (dingtalk.md §3.5); never that of another letter, whatever else was made meanwhile.
 */
export function toTrackId(letter: Pick<LetterRow, 'id'>, jobId: string): string {
  const n = Number.parseInt(letter.id.replaceAll('-', '').slice(-12), 16)
  return `gander-${jobId}-${n}`
}
