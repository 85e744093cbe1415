// the page of all chat commands, written from their table
import { ROLE_WORDS } from '../../shared/chat-words.ts'
import type { Effect } from './command.ts'
import { toPermission } from './commands/help.ts'
import { LISTED } from './commands.ts'

const EFFECTS: Readonly<Record<Effect, string>> = {
  open: '所有人 · everybody',
  read: ROLE_WORDS.viewer,
  write: ROLE_WORDS.operator,
  destroy: `${ROLE_WORDS.operator}，先确认 · asks first`,
}

/** Markdown, Chinese and English, for docs/chat.md. */
export function toChatPage(): string {
  const rows = LISTED.map(row => {
    const { words, usage, summary, examples } = row
    const cells = [
      words.map(code).join(' '),
      usage.map(code).join('<br>'),
      `${summary.zh}<br>${summary.en}`,
      examples.map(code).join('<br>'),
      toPermission(row, EFFECTS),
    ]
    return cells.join(' | ')
  })
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
  '- 定时的时间写 `每天 02:00`、`每周一 06:30`、`每小时 15分`、`工作日 05:00`、`每月1号 03:00`、`每天 8点和20点`（几个时刻的分钟要相同），或加引号的 cron `"0 2 * * *"`（5、6 或 7 个字段）。',
  '  Times of schedules are `daily 02:00`, `weekly mon 06:30`, `hourly :15`, `weekdays 08:00, 20:00` (several times of the same minute), or cron in quotes (5, 6 or 7 fields).',
  `- 定时的路径、名称和等待的标记里可以写日期宏：\`\${yyyyMMdd-1d}\` 是前一天，\`\${yyyyMMdd-6d..0d}\` 是最近七天，各一个路径。`,
  `  Paths, names and markers of schedules may hold date macros: \`\${yyyyMMdd-1d}\` is the day before, \`\${yyyyMMdd-6d..0d}\` the last seven days, one path each.`,
  '- `定时 暂停|恢复|执行|删除|历史` 后面写名称或编号（`#3`）；同名的有几个时只能写编号；`定时 … *` 重新预热成功预热过的所有路径。',
  '  Schedules are named or numbered (`#3`); several of one name only numbered; `*` in place of an action warms again whatever was warmed.',
  '- `定时 新建` 和 `列表` 会写出所有与内置默认值不同的选项，`历史` 只写动作以外的；gander.yaml 改过默认值的也照写。',
  '  Schedules that are made or listed tell every option that differs from the built-in default, also where gander.yaml sets another one; a history leaves out those of the work.',
  '- 需要确认时回复 `确认 代码` 或 `取消 代码`，5 分钟内有效，只认本人、本会话。',
  '  Questions are answered with `确认 CODE` or `取消 CODE` within five minutes, by the same person in the same conversation.',
]
