// who asked for a job, how long it took, and where more is to be read
import { toDuration, toInstantText, toRate } from '../../../shared/chat-figures.ts'
import { escapeMarkdown, toLink, toPair } from '../../../shared/chat-markdown.ts'
import { toAskedBy } from '../../../shared/chat-words.ts'
import type { Job } from '../../../shared/job.ts'
import { SECOND } from '../../../shared/time.ts'
import { toAddedBytes } from './share.ts'
import type { Tale } from './tale.ts'

/** `**发起**：张三 · 钉钉`: in chat by the names that people have there. */
export function toOrigin({ job, askers }: Pick<Tale, 'job' | 'askers'>): string {
  return toPair('发起', toAskedBy(job, askers))
}

/** `**定时**：夜间 第 12 次，2026-11-22 02:00:00（Asia/Shanghai）`: the slot of a schedule that the job is the run of. */
export function toSlotLine({ job: { schedule }, zone }: Pick<Tale, 'job' | 'zone'>): string[] {
  if (schedule === undefined) return []
  const { name, run, slot } = schedule
  return [toPair('定时', `${escapeMarkdown(name)} 第 ${run} 次，${toInstantText(slot, zone ?? 'UTC')}`)]
}

/** `**用时**：6 分 12 秒（92 MB/s）`; the rate only of what came into the cache. */
export function toTime({ job, workMs }: Pick<Tale, 'job' | 'workMs'>): string[] {
  if (workMs === undefined) return []
  const added = toAddedBytes(job.verdict?.before, job.verdict?.after)
  const rate = added > 0 && workMs >= SECOND ? `（${toWholeRate((added * SECOND) / workMs)}）` : ''
  return [toPair('用时', `${toDuration(workMs)}${rate}`)]
}

// `92 MB/s`: nobody compares halves of a megabyte
function toWholeRate(bytesPerSecond: number): string {
  return toRate(bytesPerSecond).replace(/^(\d{2,})\.\d+/, '$1')
}

/** A link to the job, where the daemon's public address is known. */
export function toDetails(publicUrl: string | undefined, { number }: Pick<Job, 'number'>): string[] {
  if (publicUrl === undefined) return []
  return [toLink('查看任务', `${publicUrl.replace(/\/+$/, '')}/api/v1/jobs/${number}`)]
}
