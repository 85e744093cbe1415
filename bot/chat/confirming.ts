// answers to questions: which question they answer, or why there is none
import { cutText, escapeMarkdown, typed } from '../../shared/chat-markdown.ts'
import { type Clock, toMs } from '../../shared/time.ts'
import type { MessageDesk } from '../engine/chat-port.ts'
import { Mistake } from './mistake.ts'
import { OPEN_FOR_MS, type QuestionState, type Questions, type Who } from './questions.ts'

const LONGEST_LINE = 500

export type Confirming = {
  /** The line that is confirmed. Throws a `Mistake` when nothing is. */
  confirm(who: Who, code: string | undefined): string
  /** The line that is not carried out. */
  dismiss(who: Who, code: string | undefined): string
}

const CLOSED: Readonly<Record<Exclude<QuestionState, 'open'>, (line: string) => string>> = {
  confirmed: () => '这个问题已经确认过了',
  dismissed: line => `这个问题已经取消，要执行请重新发送：${toAgain(line)}`,
  expired: line => `这个问题已超过 5 分钟，要执行请重新发送：${toAgain(line)}`,
}

/** Over the questions of this process; of those of an earlier one the desk knows the line. */
export function createConfirming(given: {
  readonly questions: Questions
  readonly desk: Pick<MessageDesk, 'lastQuestion'>
  readonly clock: Clock
}): Confirming {
  const { questions, desk, clock } = given
  const take = (who: Who, code: string | undefined): string => {
    // of a bare yes nobody knows whether the older question is meant, or the one that is only just being made
    const next = code === undefined ? questions.inMaking(who) : undefined
    if (next !== undefined) throw none(`新命令的确认问题还没有发出，请等它出来后再回复：${cutText(next, LONGEST_LINE)}`)
    const newest = questions.newest(who)
    if (newest === undefined) throw toEarlier(desk.lastQuestion(who.conversationId, who.staffId), code, clock.now())
    if (newest.state !== 'open')
      throw none(code === undefined || code === newest.code ? CLOSED[newest.state](newest.line) : toUnknown(code))
    if (code === undefined || code === newest.code) return newest.line
    throw none(
      `代码 ${code} 不对，或已被新的问题取代；等待确认的是 ${newest.code}：${cutText(newest.line, LONGEST_LINE)}`,
    )
  }
  return {
    confirm(who, code) {
      const line = take(who, code)
      questions.end(who, 'confirmed')
      return line
    },
    dismiss(who, code) {
      const line = take(who, code)
      questions.end(who, 'dismissed')
      return line
    },
  }
}

// a line that was cut is another one, maybe of a wider path: nobody is to copy it
const toAgain = (line: string): string =>
  cutText(line, LONGEST_LINE) === line ? typed(line) : cutText(line, LONGEST_LINE)

/** What a question ends with; markdown. */
export function toAsked(question: string, code: string): string {
  return `${question}\n\n5 分钟内回复 **确认 ${code}** 执行，**取消 ${code}** 放弃`
}

export const toDismissed = (line: string): string => `已取消，没有执行：${escapeMarkdown(cutText(line, LONGEST_LINE))}`

type Earlier = ReturnType<MessageDesk['lastQuestion']>

function toEarlier(last: Earlier, code: string | undefined, now: number): Mistake {
  if (last === undefined || (code !== undefined && code !== last.code)) return none(toUnknown(code))
  const { line } = last
  if (now - toMs(last.at) >= OPEN_FOR_MS) return none(CLOSED.expired(line))
  return none(`服务重启过，重启前的问题不再有效，要执行请重新发送：${toAgain(line)}`)
}

function toUnknown(code: string | undefined): string {
  return code === undefined ? '没有等待确认的问题' : `没有等待确认的问题 ${code}`
}

function none(sentence: string): Mistake {
  return new Mistake('NOT_FOUND', sentence)
}
