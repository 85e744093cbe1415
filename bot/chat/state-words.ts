// what is going on and how it ended, in Chinese: states, askers and what to do next
import type { AgentStatus } from '../../shared/agent.ts'
import { escapeMarkdown } from '../../shared/chat-markdown.ts'
import { ACTION_WORDS, VIA_WORDS } from '../../shared/chat-words.ts'
import type { Job, JobStatus } from '../../shared/job.ts'

const JOB_WORDS: Readonly<Record<JobStatus, string>> = {
  queued: '排队中',
  running: '进行中',
  succeeded: '已完成',
  partial: '部分完成',
  failed: '未完成',
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

export function toStatusWord({ status, desired, endedAt }: Pick<Job, 'status' | 'desired' | 'endedAt'>): string {
  return desired === 'stop' && endedAt === undefined ? '正在停止' : JOB_WORDS[status]
}

/** `张三 · 钉钉` */
export function toRequester({ requester, via }: Pick<Job, 'requester' | 'via'>): string {
  return `${escapeMarkdown(requester)} · ${VIA_WORDS[via]}`
}

// such paths can be typed as they are, and hold nothing that would end the code that they stand in
const TYPED_AS_IT_IS = /^[\w./=:-]+$/

/** What to do about a cause, with the job and the path that it is about in place of the words that stand for them. */
export function toNextStep(next: string, job: Pick<Job, 'number'>, path: string | undefined): string {
  const numbered = next.replaceAll('任务号', String(job.number))
  return path !== undefined && TYPED_AS_IT_IS.test(path) ? numbered.replaceAll('预热 /路径', `预热 ${path}`) : numbered
}
