// the message about one job that has ended: 通知 when all is well, 告警 with causes and what to do about them otherwise
import { toCount } from '../../../shared/chat-figures.ts'
import { type Entry, toBlocks, toBold, toList, toPair } from '../../../shared/chat-markdown.ts'
import type { Task } from '../../../shared/job.ts'
import { reasonsOf, toNextSteps } from './causes.ts'
import { toFate, toHead } from './heading.ts'
import { toDetails, toOrigin, toSlotLine, toTime } from './origin.ts'
import { toPathEntry, toPathName, toPathState, toRest } from './paths.ts'
import { toOutcome } from './share.ts'
import type { Said, Tale } from './tale.ts'

/** The whole message. Outside text in it is escaped. */
export function toSummary(tale: Tale): Said {
  const { title, heading } = toHead(tale.alarm, toFate(tale), tale.job)
  const entries = tale.alarm ? toAlarm(tale) : tale.job.status === 'stopped' ? toStopped(tale) : toNotice(tale)
  return { title, text: toBlocks([`${heading}\n${toList(entries)}`, ...toDetails(tale.publicUrl, tale.job)]) }
}

function toAlarm(tale: Tale): Entry[] {
  const bad = tale.worst.filter(task => task.status !== 'succeeded')
  const told = bad.length === 0 ? tale.worst : bad
  const steps = toPair('下一步', toSteps(tale, told))
  return [...toEach(tale, told), steps, ...toSlotLine(tale), ...(tale.atHome ? [] : [toOrigin(tale)])]
}

// a verdict over what a stopped job got to is none over the whole: its paths tell how far each came
function toStopped(tale: Tale): Entry[] {
  return [...toEach(tale, tale.worst), ...toTime(tale), ...toSlotLine(tale), toOrigin(tale)]
}

function toNotice(tale: Tale): Entry[] {
  const { job } = tale
  // nothing happened: that is said in one line
  if (job.verdict?.kind === 'nothing-new')
    return [`${toBold(toWhere(tale))}：${toOutcome(job.verdict)}`, ...toSlotLine(tale)]
  const share = job.verdict === undefined ? [] : [toPair('缓存', toOutcome(job.verdict))]
  return [toPaths(tale), ...share, ...toRemarks(tale), ...toTime(tale), ...toSlotLine(tale), toOrigin(tale)]
}

function toEach(tale: Tale, told: readonly Task[]): Entry[] {
  return [...told.map(task => toPathEntry(task, tale.near)), ...restOf(tale, told)]
}

function toPaths(tale: Tale): Entry {
  const { job, worst, near } = tale
  if (job.counts.total === 1) return toPair('路径', toWhere(tale))
  const below = worst.map(task => `${toPathName(task)}：${toPathState(task, near)}`)
  return { text: toPair('路径', toWhere(tale)), below: [...below, ...restOf(tale, worst)] }
}

/** The one path, or how many there are. */
export function toWhere({ job, worst }: Pick<Tale, 'job' | 'worst'>): string {
  const [only] = worst
  return job.counts.total === 1 && only !== undefined ? toPathName(only) : toCount(job.counts.total, '个路径')
}

function restOf({ job }: Tale, told: readonly Task[]): string[] {
  const rest = toRest(job.counts, told)
  return rest === undefined ? [] : [rest]
}

function toRemarks({ job: { verdict } }: Tale): Entry[] {
  const { copies, after } = verdict ?? {}
  const stale = after?.complete === true && !after.fresh && after.files > 0
  return [
    ...(copies === undefined ? [] : [toPair('副本', `要求 ${copies} 份，未逐一核实`)]),
    ...(stale ? [toPair('注意', '元数据没有刷新，对象存储里的新变化未计入')] : []),
  ]
}

function toSteps({ job }: Tale, told: readonly Task[]): string {
  const all = reasonsOf(job.verdict)
  const reasons = all.length > 0 ? all : told.flatMap(task => reasonsOf(task.verdict))
  return toNextSteps(job, reasons, job.counts.total === 1 ? told[0]?.path : undefined)
}
