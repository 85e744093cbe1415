// what people read in Chinese, wherever it stands: actions, doors, and how a run ended
import { type Exit, killedBy } from './allocation.ts'
import type { Asker } from './chat.ts'
import { cutText, escapeMarkdown } from './chat-markdown.ts'
import type { Job, Role, Task, Via } from './job.ts'

/** What a job does, as a noun. */
export const ACTION_WORDS: Readonly<Record<Job['action'], string>> = {
  load: '预热',
  forceload: '强制预热',
  metadata: '元数据刷新',
  free: '释放',
  list: '列表',
  report: '报告',
  mixed: '任务',
}

/** The door through which an ask came. */
export const VIA_WORDS: Readonly<Record<Via, string>> = {
  http: 'HTTP',
  cli: '命令行',
  chat: '钉钉',
  schedule: '定时',
  agent: '代理',
}

/** What somebody may do, with the word that stands in the settings. */
export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: '查看（viewer）',
  operator: '操作（operator）',
  admin: '管理（admin）',
}

const MOST_NAMES = 5

/** `张三 · 钉钉`: who asked for a job and through which door; in chat by the names that people have there. */
export function toAskedBy(job: Pick<Job, 'requester' | 'via'>, askers: readonly Pick<Asker, 'nick'>[]): string {
  const nicks = job.via === 'chat' ? [...new Set(askers.map(({ nick }) => nick).filter(nick => nick !== ''))] : []
  const names = nicks.length === 0 ? [job.requester] : nicks
  const more = names.length > MOST_NAMES ? ` 等 ${names.length} 人` : ''
  return `${names.slice(0, MOST_NAMES).map(escapeMarkdown).join('、')}${more} · ${VIA_WORDS[job.via]}`
}

/** Longest outside message in a line about something else. */
const MOST_QUOTED = 200

/** Outside words in a line: escaped and not too long. */
export function toQuoted(text: string): string {
  return escapeMarkdown(cutText(text.trim(), MOST_QUOTED))
}

const ENDINGS: Readonly<Record<Exit['reason'], (exit: Exit) => string>> = {
  exited: toExited,
  signalled: exit => `CLI 被信号 ${exit.signal ?? '未知'} 终止`,
  timeout: () => '超过规定时间，已终止',
  stopped: () => '已停止',
  'spawn-failed': () => 'CLI 无法启动',
  refused: () => '代理拒绝执行',
  lost: () => '代理失联，运行结果未知',
}

/** One clause; what a program said is quoted and escaped. Undefined when it simply ended with 0. */
export function toEnding(exit: Exit | undefined): string | undefined {
  if (exit === undefined || (exit.reason === 'exited' && (exit.code ?? 0) === 0)) return undefined
  const how = ENDINGS[exit.reason](exit)
  return exit.message === undefined ? how : `${how}：${toQuoted(exit.message)}`
}

function toExited(exit: Exit): string {
  const signal = killedBy(exit)
  return signal === undefined ? `CLI 退出码 ${exit.code ?? '未知'}` : `CLI 被信号 ${signal} 终止（退出码 ${exit.code}）`
}

// the CLI's own words, also in what the agent says of a path that it measured
const MISSING = /(?:^|\n)(?:Path ".+"|\/.*) does not exist\.?\s*(?:\n|$)/

/** Whether a run found that there is no such path: as it was measured, or as the CLI said. */
export function isPathMissing({ exit, verdict }: Pick<Task, 'exit' | 'verdict'>, output = ''): boolean {
  const cause = 'no-such-path'
  if ((verdict?.missingByCause?.[cause] ?? 0) > 0 || verdict?.missing?.[0]?.cause === cause) return true
  return MISSING.test(exit?.message ?? '') || MISSING.test(output)
}
