// the first line of a message: 通知 or 告警, what became of it, the job's number and name
import { escapeMarkdown, toHeading } from '../../../shared/chat-markdown.ts'
import { ACTION_WORDS } from '../../../shared/chat-words.ts'
import type { Job } from '../../../shared/job.ts'

export const GOOD = '通知'
export const BAD = '告警'

/** The first word, which robots with keywords look for. */
export function toFirstWord(alarm: boolean): string {
  return alarm ? BAD : GOOD
}

/** `预热完成`, `预热未完成`, `已停止`, … */
export function toFate({ job, alarm }: { readonly job: Job; readonly alarm: boolean }): string {
  const deed = ACTION_WORDS[job.action]
  if (job.status === 'stopped') return alarm ? `${deed}未完成` : '已停止'
  const { ok, kind } = job.verdict ?? {}
  const unproven = ok === null ? '（未核实）' : ''
  if (job.status === 'succeeded') return `${deed}完成${unproven}`
  const some = job.status === 'partial' || kind === 'partly'
  return some ? `${deed}未完成` : `${deed}失败${unproven}`
}

/** `#17 夜间`, plain. */
export function toLabel({ number, name, named }: Pick<Job, 'number' | 'name' | 'named'>): string {
  return named ? `#${number} ${name}` : `#${number}`
}

/** `#17 夜间`, to stand in a line of markdown. */
export function toMarkedLabel({ number, name, named }: Pick<Job, 'number' | 'name' | 'named'>): string {
  return named ? `#${number} ${escapeMarkdown(name)}` : `#${number}`
}

/** `通知：预热完成 #17 夜间`, plain and as the heading of the text. */
export function toHead(alarm: boolean, fate: string, job: Job): { readonly title: string; readonly heading: string } {
  const begin = `${toFirstWord(alarm)}：${fate}`
  return { title: `${begin} ${toLabel(job)}`, heading: toHeading(`${begin} ${toMarkedLabel(job)}`) }
}
