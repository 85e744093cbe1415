// what is going on and how it ended, in Chinese: states, askers and what to do next
import type { AgentStatus } from '../../shared/agent.ts'
import { ACTION_WORDS, toAskedBy } from '../../shared/chat-words.ts'
import type { Job, JobStatus } from '../../shared/job.ts'
import type { Verdict } from '../../shared/verdict.ts'
import type { ChatRoom } from './command.ts'

// as in the summaries: 失败 came to nothing, 未完成 to a part
const JOB_WORDS: Readonly<Record<JobStatus, string>> = {
  queued: '排队中',
  running: '进行中',
  succeeded: '已完成',
  partial: '未完成',
  failed: '失败',
  stopped: '已停止',
  lost: '已失联',
}

export const AGENT_WORDS: Readonly<Record<AgentStatus, string>> = {
  ready: '在线',
  draining: '停止接单',
  down: '离线',
}

/** What a job or a task does; a dry run only measures. */
export function toActionWord(action: Job['action'], dryRun = false): string {
  return dryRun ? '占比' : ACTION_WORDS[action]
}

type Stated = Pick<Job, 'status' | 'desired' | 'endedAt'> & {
  readonly verdict?: Pick<Verdict, 'kind'> | null | undefined
}

export function toStatusWord({ status, desired, endedAt, verdict }: Stated): string {
  if (desired === 'stop' && endedAt === undefined) return '正在停止'
  return JOB_WORDS[status === 'failed' && verdict?.kind === 'partly' ? 'partial' : status]
}

/** `#2 已经结束（预热失败）` */
export function toEndedText(job: Pick<Job, 'number' | 'action'> & Stated): string {
  return `#${job.number} 已经结束（${toActionWord(job.action)}${toStatusWord(job)}）`
}

/** `张三 · 钉钉` */
export function toRequester({ askersOf }: Pick<ChatRoom, 'askersOf'>, job: Job): string {
  return toAskedBy(job, askersOf?.(job.id) ?? [])
}

// such paths can be typed as they are, and hold nothing that would end the code that they stand in
const TYPED_AS_IT_IS = /^[\w./=:-]+$/

/** What to do about a cause, with the job and the path that it is about in place of the words that stand for them. */
export function toNextStep(next: string, job: Pick<Job, 'number'>, path: string | undefined): string {
  const numbered = next.replaceAll('任务号', String(job.number))
  return path !== undefined && TYPED_AS_IT_IS.test(path) ? numbered.replaceAll('预热 /路径', `预热 ${path}`) : numbered
}
