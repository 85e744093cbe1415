// the page of all chat commands, written from their table
import type { Effect } from './command.ts'
import { LISTED } from './commands.ts'

const EFFECTS: Readonly<Record<Effect, string>> = {
  open: '所有人 · everybody',
  read: '`viewer`',
  write: '`operator`',
  destroy: '`operator`，先确认 · asks first',
}

/** Markdown, Chinese and English, for docs/chat.md. */
export function toChatPage(): string {
  const rows = LISTED.map(({ words, usage, summary, examples, effect }) =>
    [
      words.map(code).join(' '),
      usage.map(code).join('<br>'),
      `${summary.zh}<br>${summary.en}`,
      examples.map(code).join('<br>'),
      effect === undefined ? '看子命令 · by sub-word' : EFFECTS[effect],
    ].join(' | '),
  )
  return [...HEAD, ...rows.map(row => `| ${row} |`), ...TAIL, ''].join('\n')
}

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``

const HEAD = [
  '# 钉钉命令 · Chat commands',
  '',
  '群里先 @机器人，单聊直接发送。第一个词是命令，每个命令都有英文别名。',
  'In a group mention the robot first, in a direct chat just type. The first word is the command; each has English aliases.',
  '',
  '| 命令 · words | 用法 · usage | 作用 · what it does | 例子 · examples | 谁能用 · who may |',
  '| --- | --- | --- | --- | --- |',
]

const TAIL = [
  '',
  '## 怎么写 · How to write',
  '',
  '- 路径以 `/` 或 `gfs://` 开头，一行写几个或一行一个都行；路径里有空格就加引号：`"/a b"`。',
  '  Paths begin with `/` or a scheme such as `gfs://`, several on a line or one a line; quote those with spaces.',
  '- 全角的空格、引号、冒号、逗号、等号、斜杠和井号会自动识别；引号里的内容和路径开头以后的内容原样保留。',
  '  Full-width blanks, quotes, colons, commas, equals signs, slashes and number signs are understood; what is in quotes, and a path behind its beginning, stays as it is.',
  '- `键=值` 的值有空格时加引号：`名称="每天 两次"`。Quote values with spaces.',
  '- 任务号写 `17` 或 `#17`，也可以写任务名称（取最新的一个）。A job is its number or its name (the newest of that name).',
  '- 只发一个路径等于 `预热`，会先问一次。A bare path is a load that asks first.',
  '- 需要确认时回复 `确认 代码` 或 `取消 代码`，5 分钟内有效，只认本人、本会话。',
  '  Questions are answered with `确认 CODE` or `取消 CODE` within five minutes, by the same person in the same conversation.',
]
