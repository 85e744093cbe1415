// a job as the variables of its card: all strings, each small enough for the platform
import { toDuration, toInstantText } from '../../../shared/chat-figures.ts'
import { countAbsent } from '../../../shared/chat-lack.ts'
import { cutText } from '../../../shared/chat-markdown.ts'
import { ACTION_WORDS } from '../../../shared/chat-words.ts'
import type { Job, JobStatus } from '../../../shared/job.ts'
import { toMs } from '../../../shared/time.ts'
import type { Story } from '../../engine/chat-port.ts'
import { cutBytes } from './cut-bytes.ts'
import { toDetail } from './detail.ts'

export type CardState = 'QUEUED' | 'RUNNING' | 'OK' | 'FAILED' | 'CANCELLED'

/** Every variable that a template is given; their meaning for whoever builds one is in docs/card-template.md. */
export type CardVariables = {
  readonly title: string
  readonly status: CardState
  /** `"0"` … `"100"`; 100 only when it is really all. */
  readonly percent: string
  /** Markdown. */
  readonly detail: string
  readonly startedAt: string
  readonly elapsed: string
  readonly operator: string
  /** The job's number. */
  readonly jobId: string
  readonly showCancel: 'true' | 'false'
  readonly showRetry: 'true' | 'false'
}

const STATES: Readonly<Record<JobStatus, CardState>> = {
  queued: 'QUEUED',
  running: 'RUNNING',
  succeeded: 'OK',
  failed: 'FAILED',
  partial: 'FAILED',
  lost: 'FAILED',
  stopped: 'CANCELLED',
}

const MOST_BYTES = 1_000
const LONGEST_NICK = 64
const NOT_YET = '—'
// what nobody sees, or what would begin another line
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu

/** What is left of the card of a job that is gone. */
export const GONE = {
  status: 'CANCELLED',
  detail: '任务记录已清理',
  showCancel: 'false',
  showRetry: 'false',
} as const satisfies Partial<CardVariables>

/**
 * What the card of this job shows at an instant (ms since the epoch), with instants in the zone `tz`. A job that is over
 * shows the same for ever. Variables and values as in dingtalk.md §3.6. Pure.
 */
export function toVariables(story: Story, now: number, tz: string): CardVariables {
  const { job } = story
  const status = toState(job)
  const over = job.endedAt !== undefined
  const from = toMs(job.startedAt ?? job.createdAt)
  const until = job.endedAt === undefined ? now : toMs(job.endedAt)
  return {
    title: cutBytes(toTitle(job), MOST_BYTES),
    status,
    percent: String(toPercent(job)),
    detail: cutBytes(toDetail(story), MOST_BYTES),
    startedAt: job.startedAt === undefined ? NOT_YET : toInstantText(job.startedAt, tz),
    elapsed: toDuration(until - from),
    operator: toOperator(story),
    jobId: String(job.number),
    showCancel: !over && job.desired === 'run' ? 'true' : 'false',
    showRetry: over && status === 'FAILED' ? 'true' : 'false',
  }
}

/** The same without a word from outside, for content that the platform refused. */
export function toPlain(variables: CardVariables): CardVariables {
  const { jobId } = variables
  return { ...variables, title: `任务 #${jobId}`, operator: NOT_YET, detail: `详情请发送：状态 ${jobId}` }
}

/** One line for the list of conversations. */
export function toLastMessage(variables: CardVariables): string {
  const words = { QUEUED: '排队中', RUNNING: '进行中', OK: '已完成', FAILED: '未完成', CANCELLED: '已停止' }
  return `${variables.title} ${words[variables.status]}`
}

// a status that claims success beside a verdict that denies it would be a lie
function toState({ status, verdict }: Job): CardState {
  return status === 'succeeded' && verdict?.ok === false ? 'FAILED' : STATES[status]
}

function toTitle(job: Job): string {
  const name = job.named ? ` ${clean(job.name)}` : ''
  return `${ACTION_WORDS[job.action]} #${job.number}${name}`
}

function toOperator({ job, askers }: Story): string {
  const nick = job.via === 'chat' ? askers[0]?.nick : undefined
  return clean(cutText(nick ?? job.requester, LONGEST_NICK)) || NOT_YET
}

function clean(text: string): string {
  return text.replace(UNSEEN, ' ').trim()
}

// measured when it was measured; else the share of its paths that ended well, which alone never makes it all
function toPercent({ counts, endedAt, progress, status, verdict }: Job): number {
  const over = endedAt !== undefined
  const proven = over && status === 'succeeded' && (verdict === undefined || verdict.ok === true)
  const done = over ? counts.succeeded : counts.total - counts.queued - counts.running
  const byPaths = counts.total === 0 ? 0 : (done * 100) / counts.total
  const { after } = verdict ?? {}
  const share = over ? (after?.files === 0 ? undefined : after?.cachedPercent) : progress?.percent
  // paths that do not exist are no part of the share
  const measured = verdict !== undefined && countAbsent(verdict) > 0 ? Math.min(share ?? 0, byPaths) : share
  const percent = Math.floor(Math.max(0, measured ?? byPaths))
  return Math.min(percent, proven ? 100 : 99)
}
