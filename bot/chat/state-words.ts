// what is going on and how it ended, in Chinese: actions, states, exits and what to do next
import type { AgentStatus } from '../../shared/agent.ts'
import { type Exit, killedBy } from '../../shared/allocation.ts'
import { cutText, escapeMarkdown } from '../../shared/chat-markdown.ts'
import type { Job, JobStatus, Task, Via } from '../../shared/job.ts'

const ACTION_WORDS: Readonly<Record<Job['action'], string>> = {
  load: '预热',
  forceload: '强制预热',
  metadata: '元数据',
  free: '释放',
  list: '列表',
  report: '报告',
  mixed: '混合任务',
}

const JOB_WORDS: Readonly<Record<JobStatus, string>> = {
  queued: '排队中',
  running: '进行中',
  succeeded: '已完成',
  partial: '部分完成',
  failed: '未完成',
  stopped: '已停止',
  lost: '已失联',
}

const VIA_WORDS: Readonly<Record<Via, string>> = {
  http: 'HTTP',
  cli: '命令行',
  chat: '钉钉',
  schedule: '定时',
  agent: '代理',
}

export const AGENT_WORDS: Readonly<Record<AgentStatus, string>> = {
  ready: '在线',
  draining: '停止接单',
  down: '离线',
}

/** Longest outside message in a line about something else. */
const MOST_QUOTED = 200

/** What a job or a task does; a dry run only measures. */
export function toActionWord(action: Job['action'], dryRun = false): string {
  return dryRun ? '占比' : ACTION_WORDS[action]
}

export function toStatusWord({ status, desired, endedAt }: Pick<Job, 'status' | 'desired' | 'endedAt'>): string {
  return desired === 'stop' && endedAt === undefined ? '正在停止' : JOB_WORDS[status]
}

/** `张三 · 钉钉` */
export function toRequester({ requester, via }: Pick<Job, 'requester' | 'via'>): string {
  return `${escapeMarkdown(requester)} · ${VIA_WORDS[via]}`
}

/** How a run ended, when that is not simply exit 0; empty otherwise. Outside text is escaped. */
export function toExitText(exit: Exit | undefined): string {
  if (exit === undefined || (exit.reason === 'exited' && (exit.code ?? 0) === 0)) return ''
  const how = {
    exited: toExited(exit),
    signalled: `CLI 被信号 ${exit.signal ?? '未知'} 结束`,
    timeout: '超时，已停止',
    stopped: '按要求停止',
    'spawn-failed': 'CLI 无法启动',
    refused: '代理拒绝执行',
    lost: '与代理失去联系',
  }[exit.reason]
  return exit.message === undefined ? how : `${how}：${toQuoted(exit.message)}`
}

function toExited(exit: Exit): string {
  const signal = killedBy(exit)
  return signal === undefined ? `CLI 退出码 ${exit.code ?? '未知'}` : `CLI 被 ${signal} 杀死`
}

/** Outside words in a line: escaped and not too long. */
export function toQuoted(text: string): string {
  return escapeMarkdown(cutText(text.trim(), MOST_QUOTED))
}

// such paths can be typed as they are, and hold nothing that would end the code that they stand in
const TYPED_AS_IT_IS = /^[\w./=:-]+$/

/** What to do about a cause, with the job and the path that it is about in place of the words that stand for them. */
export function toNextStep(next: string, job: Pick<Job, 'number'>, path: string | undefined): string {
  const numbered = next.replaceAll('任务号', String(job.number))
  return path !== undefined && TYPED_AS_IT_IS.test(path) ? numbered.replaceAll('预热 /路径', `预热 ${path}`) : numbered
}

/** Whether a run found that there is no such path. */
export function isPathMissing({ exit, verdict }: Pick<Task, 'exit' | 'verdict'>, output = ''): boolean {
  if (verdict?.missing?.[0]?.cause === 'no-such-path') return true
  return MISSING.test(exit?.message ?? '') || MISSING.test(output)
}

// the CLI's own words, also in what the agent says of a path that it measured
const MISSING = /(?:^|\n)(?:Path ".+"|\/.*) does not exist\.?\s*(?:\n|$)/
