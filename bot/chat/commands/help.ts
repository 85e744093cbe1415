// 帮助: the commands that a person may use, or all about one of them
import { escapeMarkdown, toBlocks, toBold, toHeading, toList, toPair } from '../../../shared/chat-markdown.ts'
import { ROLE_WORDS } from '../../../shared/chat-words.ts'
import { said } from '../../../shared/errors.ts'
import type { Command, Effect, Speaker } from '../command.ts'
import { Mistake } from '../mistake.ts'
import { findNearest } from '../nearest.ts'
import { may, toDenial, toStrangerText } from '../people.ts'
import { readJobRef, toArgs } from '../read-args.ts'
import type { Described } from '../row.ts'

type HelpArgs = { readonly word: string | undefined }
/** A command with the least that it takes; answers to questions take what asks take. */
export type Listed = Described & { readonly effect: Effect | undefined }

const EFFECTS: Readonly<Record<Effect, string>> = {
  open: '所有人',
  read: ROLE_WORDS.viewer,
  write: ROLE_WORDS.operator,
  destroy: `${ROLE_WORDS.operator}，先确认`,
}

/** Makes the command; `rows` is asked for when it runs, since the table holds this command too. */
export function createHelp(rows: () => readonly Listed[]): Command<HelpArgs> {
  return {
    words: ['帮助', 'help', '?'],
    summary: { zh: '你能用的命令；带命令名看它的用法', en: 'what you may do; with a word all about it' },
    usage: ['帮助 [命令]'],
    examples: ['帮助', 'help load', '?'],
    effect: 'open',
    args: toArgs<HelpArgs>([], statement => {
      const read = readJobRef(statement)
      return 'wrong' in read ? { wrong: '帮助后面最多一个命令名' } : { word: read.ref }
    }),
    async run({ args, speaker }) {
      const all = rows()
      const mine = all.filter(row => may(speaker, row.effect ?? 'read'))
      if (args.word === undefined) return tellAll(mine, speaker)
      const word = args.word.toLowerCase()
      const named = all.find(({ words }) => words.includes(word))
      if (named === undefined) throw new Mistake('NOT_FOUND', toUnknown(args.word, mine))
      if (!mine.includes(named)) throw new Mistake('FORBIDDEN', toBarrier(speaker, named))
      return tellOne(named)
    },
  }
}

function tellAll(rows: readonly Listed[], { user }: Speaker) {
  const list = toList(rows.map(({ usage, summary }) => `\`${usage[0] ?? ''}\` ${escapeMarkdown(summary.zh)}`))
  // one that this person may use: the others have no help either
  const example = rows[0]?.words[0]
  const tail = user === undefined ? undefined : `发送 \`帮助 命令\` 看它的用法和例子，例如 \`帮助 ${example}\``
  return { title: '帮助', text: toBlocks([toHeading('命令'), list, tail]) }
}

function toUnknown(asked: string, rows: readonly Listed[]): string {
  const nearest = findNearest(
    asked.toLowerCase(),
    rows.flatMap(({ words }) => words),
  )
  return `没有命令 ${said(asked)}${nearest === undefined ? '' : `，是不是“${nearest}”？`}`
}

function toBarrier(speaker: Speaker, { effect = 'read' }: Listed): string {
  return speaker.user === undefined || effect === 'open' ? toStrangerText(speaker) : toDenial(speaker, effect)
}

/** `列表、历史：查看（viewer）；删除：操作（operator），先确认` where sub-words differ; `names` says who may do what. */
export function toPermission({ effect, subs = [] }: Pick<Listed, 'effect' | 'subs'>, names = EFFECTS): string {
  if (effect !== undefined) return names[effect]
  const of = (one: Effect): string[] => subs.flatMap(({ word, effect }) => (effect === one ? [word] : []))
  const told = (Object.keys(names) as Effect[]).map(one => [one, of(one)] as const)
  return told.flatMap(([one, words]) => (words.length === 0 ? [] : [`${words.join('、')}：${names[one]}`])).join('；')
}

function tellOne(row: Listed) {
  const { words, summary, usage, examples } = row
  const code = (lines: readonly string[]): string => lines.map(line => `\`${line}\``).join('、')
  const facts = [
    toPair('用法', code(usage)),
    toPair('也可以写', code(words.slice(1))),
    toPair('例子', code(examples)),
    toPair('权限', toPermission(row)),
  ]
  return {
    title: `帮助 ${words[0]}`,
    text: toBlocks([toBold(words[0] ?? ''), escapeMarkdown(summary.zh), toList(facts)]),
  }
}
