// what a statement means to the person who says it: a row, or the nearest word and one line of usage
import { copied, cutText } from '../../shared/chat-markdown.ts'
import type { Statement } from '../../shared/statement.ts'
import type { Speaker } from './command.ts'
import { type Found, findRow, LISTED } from './commands.ts'
import { Mistake } from './mistake.ts'
import { findNearest } from './nearest.ts'
import { may, toStrangerText } from './people.ts'

const LONGEST_WORD = 20

/** Throws a `Mistake` for a word that is none; unknown people are told who they are instead. */
export function findMeant(statement: Statement, speaker: Speaker): Found {
  const found = findRow(statement)
  if (found !== undefined) return found
  if (speaker.user === undefined) throw new Mistake('FORBIDDEN', toStrangerText(speaker))
  if (statement.word === '')
    throw new Mistake('INVALID_INPUT', `缺少命令：命令要写在最前面，例如 ${copied('预热 /路径')}`)
  throw new Mistake('NOT_FOUND', toUnknownWord(statement.word, speaker))
}

function toUnknownWord(word: string, speaker: Speaker): string {
  const mine = LISTED.filter(({ effect }) => may(speaker, effect ?? 'read'))
  const nearest = findNearest(
    word,
    mine.flatMap(({ words }) => words),
  )
  const row = mine.find(({ words }) => words.some(one => one === nearest))
  const sentence = `没有命令“${cutText(word, LONGEST_WORD)}”`
  if (nearest === undefined || row === undefined) return `${sentence}，发送“帮助”查看命令`
  return `${sentence}，是不是“${nearest}”？用法：${copied(row.usage[0] ?? '')}`
}
