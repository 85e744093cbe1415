// people who type, for tests of what chat does to the core
import type { Event } from '../../bot/core/events.ts'
import type { Heard, LetterDraft, LetterPart, Outcome, Place } from '../../shared/chat.ts'
import type { Actor } from '../../shared/job.ts'
import { toInstant } from '../../shared/time.ts'
import { ANN, must, START, type World } from './world.ts'

export const GROUP: Place = 'conversation cid1'
export const OTHER: Place = 'conversation cid2'

/** Who types message `key`, somewhere. */
export function typed(key: string, more: { place?: Place; staffId?: string; as?: Actor } = {}): Actor {
  const { place = GROUP, staffId = 's1', as = ANN } = more
  return { ...as, via: 'chat', chat: { place, staffId, nick: `nick of ${staffId}`, message: key } }
}

export function toHeard(key: string, more: Partial<Heard> = {}): Heard {
  return {
    key,
    text: `says ${key}`,
    conversation: { id: 'cid1', kind: 'group', title: 'data' },
    sender: { staffId: 's1', nick: 'Zhang' },
    session: { url: 'https://oapi.dingtalk.com/x?session=1', expiresAt: toInstant(START + 5_400_000) },
    ...more,
  }
}

export const hear = (world: World, key: string, more: Partial<Heard> = {}) =>
  world.ask({ type: 'message.heard', heard: toHeard(key, more) })

export function toDraft(text = 'hello', more: Partial<LetterDraft> = {}): LetterDraft {
  const part: LetterPart = { format: 'markdown', title: text, text, mentions: [] }
  return { place: GROUP, kind: 'answer', alarm: false, parts: [part], ...more }
}

export const SENT: Outcome = { class: 'sent' }
export const failed = (kind: Exclude<Outcome['class'], 'sent'>, waitMs?: number): Outcome => ({
  ...{ class: kind, code: `c-${kind}`, en: '', zh: '' },
  ...(waitMs !== undefined && { waitMs }),
})

export const typesOf = (events: readonly Event[]): string[] => events.map(event => event.type)
export const only = <Row>(rows: Iterable<Row>): Row => {
  const all = [...rows]
  if (all.length !== 1) throw new Error(`one row was expected, got ${all.length}`)
  return must(all[0])
}
