// 我是谁: what the bot knows of the person and of this conversation
import { escapeMarkdown, toBlocks, toCode, toList, toMarked, toPair } from '../../../shared/chat-markdown.ts'
import { ROLE_WORDS } from '../../../shared/chat-words.ts'
import type { Command } from '../command.ts'
import { toStrangerText } from '../people.ts'
import { readNothing, toArgs } from '../read-args.ts'

export const whoami: Command<object> = {
  words: ['我是谁', 'whoami'],
  summary: { zh: '你的 staffId、角色和本会话的编号', en: 'your staffId, your role, the id of this conversation' },
  usage: ['我是谁'],
  examples: ['我是谁', 'whoami'],
  effect: 'open',
  args: toArgs<object>([], statement => readNothing(statement) ?? {}),
  async run({ speaker, conversation }) {
    const { staffId, nick, user } = speaker
    const facts = [
      toPair('staffId', staffId === '' ? '无' : toCode(staffId)),
      toPair('昵称', escapeMarkdown(nick)),
      toPair('用户', user === undefined ? '未知' : escapeMarkdown(user.name)),
      toPair('角色', user === undefined ? '无' : ROLE_WORDS[user.role]),
      toPair(conversation.kind === 'group' ? '本群' : '本会话', toCode(conversation.id)),
    ]
    return {
      title: '我是谁',
      text: toBlocks([toList(facts), user === undefined ? toMarked(toStrangerText(speaker)) : undefined]),
    }
  },
}
