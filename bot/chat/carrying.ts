// one command carried out: permission, arguments, the question before it, the deed, and the book of writes
import { type ChatAsk, toConversation } from '../../shared/chat.ts'
import { cutText } from '../../shared/chat-markdown.ts'
import { toError } from '../../shared/errors.ts'
import type { ChatRoom, Effect, Question, Reply, Speaker, Talk } from './command.ts'
import type { Found } from './commands.ts'
import { createMeanwhile } from './meanwhile.ts'
import { Mistake } from './mistake.ts'
import { may, toActor, toDenial, toStrangerText } from './people.ts'
import { toRefusal } from './refusals.ts'
import type { Ready } from './row.ts'
import { withAside } from './stepping-aside.ts'

/** A message as it is answered. */
export type Message = {
  /** Whatever changes because of it, changes once for this key. */
  readonly key: string
  readonly text: string | undefined
  readonly staffId: string
  readonly nick: string
  readonly conversation: { readonly id: string; readonly kind: 'group' | 'direct' }
}

/** Its turn: in which order it came, how it lets the next one go on, and when nobody waits any more. */
export type Turn = { readonly order: number; readonly aside: () => void; readonly signal: AbortSignal }

export type By = { readonly message: Message; readonly speaker: Speaker; readonly turn: Turn }

export type Carrying = {
  /** Carries a command out, unless it has to be confirmed first. */
  carry(found: Found, by: By): Promise<{ readonly reply: Reply } | { readonly question: Question }>
  /** Carries out what was confirmed. */
  carryOut(found: Found, by: By): Promise<Reply>
}

/** Hears that a question about a line is being made; what it answers is called when that is over. */
export type Making = (by: By, line: string) => () => void

const LONGEST_RECORDED = 500

/** Makes the one way in which commands are carried out. */
export function createCarrying(room: ChatRoom, making: Making = () => () => {}): Carrying {
  async function carry(found: Found, by: By, isConfirmed: boolean) {
    const { ready, talk, meanwhile } = begin(room, found, by)
    try {
      const mustAsk = !isConfirmed && talk.done === undefined
      const question = mustAsk ? await ask(ready, talk, { found, by }) : undefined
      if (question !== undefined)
        return { question: typeof question === 'string' ? { text: question, line: found.statement.line } : question }
      return { reply: await ready.run(talk) }
    } finally {
      meanwhile.end()
    }
  }

  async function ask(ready: Ready, talk: Omit<Talk<unknown>, 'args'>, { found, by }: { found: Found; by: By }) {
    const made = making(by, found.statement.line)
    try {
      return await ready.question({ ...talk, actor: toActor(by.speaker) })
    } finally {
      made()
    }
  }

  /** What was done, and what was refused, is in the book before it is told; a question is neither. */
  async function recorded<End extends object>(found: Found, by: By, deed: () => Promise<End>): Promise<End> {
    const record = async (end: { readonly status: number; readonly code?: string }): Promise<void> => {
      if (!isChange(effectOf(found))) return
      const what = cutText(found.statement.line, LONGEST_RECORDED)
      await room.record({ actor: toActor(by.speaker, toAsk(by)), what, ...end }).catch((thrown: unknown) => {
        room.log.error('a chat command could not be written into the book', { error: toError(thrown) })
      })
    }
    try {
      const end = await deed()
      if (!('question' in end)) await record({ status: 200 })
      return end
    } catch (thrown) {
      const { status, code } = toRefusal(thrown) ?? { status: 500, code: 'INTERNAL' }
      await record({ status, code })
      throw thrown
    }
  }

  return {
    carry: (found, by) => recorded(found, by, () => carry(found, by, false)),
    async carryOut(found, by) {
      const end = await recorded(found, by, () => carry(found, by, true))
      if ('question' in end) throw new Error('what is confirmed is not asked again')
      return end.reply
    },
  }
}

function begin(room: ChatRoom, found: Found, by: By) {
  const { row, statement, mustAsk } = found
  const { message, speaker, turn } = by
  // whoever may nothing of it is not told what is wrong with it
  demand(speaker, row.effect ?? 'read')
  const ready = row.read(statement)
  demand(speaker, ready.effect)
  const look = { conversationId: message.conversation.id, paths: ready.looksAt, signal: turn.signal }
  const meanwhile = createMeanwhile(room, look)
  const operations = withAside(room.operations, () => {
    turn.aside()
    meanwhile.begin()
  })
  const talk: Omit<Talk<unknown>, 'args'> = {
    // as if every number of paths were too many
    room: { ...room, operations, ...(mustAsk && { confirmAbove: 0 }) },
    actor: toActor(speaker, isChange(ready.effect) ? toAsk(by) : undefined),
    speaker,
    conversation: message.conversation,
    done: room.desk.doneOf(message.key),
    signal: turn.signal,
  }
  return { ready, talk, meanwhile }
}

/** What it changes. Where only its arguments tell, and they are wrong, somebody may have wanted to. */
function effectOf({ row, statement }: Found): Effect {
  if (row.effect !== undefined) return row.effect
  try {
    return row.read(statement).effect
  } catch {
    // the mistake is told where it is carried out
    return 'write'
  }
}

function demand(speaker: Speaker, effect: Effect): void {
  if (effect === 'open' || may(speaker, effect)) return
  throw new Mistake('FORBIDDEN', speaker.user === undefined ? toStrangerText(speaker) : toDenial(speaker, effect))
}

const isChange = (effect: Effect): boolean => effect === 'write' || effect === 'destroy'

function toAsk({ message: { key, staffId, nick, conversation } }: By): ChatAsk {
  return { place: toConversation(conversation.id), staffId, nick, message: key }
}
