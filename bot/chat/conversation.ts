// one heard message answered: who speaks, may the group, what is meant, may they, must it be confirmed, done, told
import { toConversation } from '../../shared/chat.ts'
import { cutText, toMarked, withoutCopyMarks } from '../../shared/chat-markdown.ts'
import { parseStatement, type Statement } from '../../shared/statement.ts'
import { toInstant } from '../../shared/time.ts'
import type { MessageAnswer } from '../engine/chat-port.ts'
import { type By, createCarrying, type Message, type Turn } from './carrying.ts'
import type { ChatRoom, Question, Reply } from './command.ts'
import { type Answer, readAnswer } from './commands/answers.ts'
import { type Found, findRow, STOP } from './commands.ts'
import { createConfirming, toAsked, toDismissed } from './confirming.ts'
import { findMeant } from './meant.ts'
import { Mistake } from './mistake.ts'
import { isListed, toSpeaker, toUnlistedText } from './people.ts'
import { createQuestions, type Who } from './questions.ts'
import { toFailure } from './refusals.ts'

export type { Message, Turn } from './carrying.ts'

export type ConversationDeps = {
  readonly room: ChatRoom
  /** Groups that are answered; all when left out. */
  readonly groups?: readonly string[] | undefined
  /** In [0, 1); codes are made of it. */
  readonly random?: () => number
}

export type Conversation = {
  /** Never rejects. What it changes, it changes once for the message. */
  answer(message: Message, turn: Turn): Promise<MessageAnswer>
}

type Said = { readonly reply: Reply; readonly question?: { readonly code: string; readonly line: string } }

const NO_TEXT: Said = { reply: { title: '只支持文字', text: '我只看得懂文字消息，发送“帮助”查看命令' } }
const NOTHING: Said = { reply: { title: 'Gander', text: '发送“帮助”查看命令' } }
const LONGEST_LINE = 200

/** Makes the conversation over one room. Its questions live as long as it does. */
export function createConversation({ room, groups, random = cryptoRandom }: ConversationDeps): Conversation {
  const { desk, clock } = room
  const questions = createQuestions({ clock, random })
  const confirming = createConfirming({ questions, desk, clock })
  const carrying = createCarrying(room, ({ message, turn }, line) => questions.making(whoOf(message), line, turn.order))

  async function reply(by: By): Promise<Said> {
    const { message, speaker } = by
    if (message.text === undefined) return NO_TEXT
    const statement = parseStatement(withoutCopyMarks(message.text))
    if (statement.line === '') return NOTHING
    const answer = speaker.user === undefined ? undefined : readAnswer(statement)
    if (answer !== undefined) return replyToAnswer(answer, statement, by)
    return carry(findMeant(statement, speaker), by)
  }

  async function carry(found: Found, by: By): Promise<Said> {
    const end = await carrying.carry(found, by)
    return 'question' in end ? ask(end.question, by) : end
  }

  function ask({ text, line }: Question, { message, turn }: By): Said {
    const asked = questions.ask(whoOf(message), line, turn.order)
    if (asked === undefined)
      throw new Mistake('CONFLICT', `你后来的命令取代了这个问题，没有执行：${cutText(line, LONGEST_LINE)}`)
    const { code } = asked
    return { reply: { title: `请确认 ${code}`, text: toAsked(text, code) }, question: { code, line } }
  }

  async function replyToAnswer(answer: Answer, statement: Statement, by: By): Promise<Said> {
    const who = whoOf(by.message)
    if (answer.kind === 'wrong') throw new Mistake('INVALID_INPUT', answer.sentence)
    if (answer.kind === 'stop') return carry({ row: STOP, statement, mustAsk: false }, by)
    if (answer.kind === 'dismiss')
      return { reply: { title: '已取消', text: toDismissed(confirming.dismiss(who, answer.code)) } }
    const line = toConfirmed(who, answer.code, by.message)
    const found = findRow(parseStatement(line))
    if (found === undefined) throw new Mistake('NOT_FOUND', '这个问题的命令已经不在了，请重新发送')
    return { reply: await carrying.carryOut(found, by) }
  }

  // what was done before the process ended is told; its question is gone, its line is kept
  function toConfirmed(who: Who, code: string | undefined, { key }: Message): string {
    const last = desk.doneOf(key) === undefined ? undefined : desk.lastQuestion(who.conversationId, who.staffId)
    return last?.line ?? confirming.confirm(who, code)
  }

  return {
    async answer(message, turn) {
      const { conversation } = message
      const by: By = { message, turn, speaker: toSpeaker(room, message) }
      if (!isListed(groups, conversation)) {
        const isTold = desk.conversation(conversation.id)?.toldUnlisted === toInstant(clock.now()).slice(0, 10)
        if (isTold) return { letters: [] }
        const text = toMarked(toUnlistedText(conversation.id))
        return { ...toAnswer(message, { reply: { title: '群未开通', text } }), toldUnlisted: true }
      }
      const said = await reply(by).catch((thrown: unknown): Said => ({ reply: toFailure(room, thrown, message.key) }))
      return toAnswer(message, said)
    },
  }
}

const whoOf = ({ conversation, staffId }: Message): Who => ({ conversationId: conversation.id, staffId })

function toAnswer({ conversation }: Message, { reply, question }: Said): MessageAnswer {
  const { title, text, card } = reply
  const letter = {
    place: toConversation(conversation.id),
    kind: 'answer' as const,
    alarm: false,
    parts: [{ format: 'markdown' as const, title, text, mentions: [] }],
    ...(card !== undefined && { card }),
  }
  return { letters: [letter], ...(question !== undefined && { question }) }
}

function cryptoRandom(): number {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1))
  return value / 2 ** 32
}
