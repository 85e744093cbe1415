// 定时 列表 and 历史: what there is, when it comes next, and what became of its slots
import { toCount, toDuration, toInstantText } from '../../../shared/chat-figures.ts'
import {
  type Entry,
  escapeMarkdown,
  toBlocks,
  toBold,
  toHeading,
  toLink,
  toList,
} from '../../../shared/chat-markdown.ts'
import type { Run, Schedule } from '../../../shared/schedule.ts'
import { SECOND } from '../../../shared/time.ts'
import type { ChatRoom, Reply, Talk } from '../command.ts'
import { toLooker } from '../looking.ts'
import { findSchedule } from './finding.ts'
import { toOptionText } from './options.ts'
import { toNextText, toRunText, toTimingText, toTitle, toWorkText } from './words.ts'

const MOST_SCHEDULES = 20
const MOST_RUNS = 10

export async function tellAll({ room, actor }: Pick<Talk<unknown>, 'room' | 'actor'>): Promise<Reply> {
  const title = '定时'
  const all = await room.operations.findSchedules(toLooker(actor), {})
  if (all.length === 0) return { title, text: '还没有任何定时，例如：`定时 新建 每天 02:00 预热 /路径 名称=夜间`' }
  const ordered = all.toSorted((a, b) => a.number - b.number)
  const rest = ordered.length - MOST_SCHEDULES
  const entries = ordered.slice(0, MOST_SCHEDULES).map(schedule => toEntry(room, schedule))
  return {
    title,
    text: toBlocks([
      toHeading(`定时：${toCount(all.length, '个')}`),
      toList([...entries, ...(rest > 0 ? [`其余 ${toCount(rest, '个定时')}未列出`] : [])]),
    ]),
  }
}

function toEntry({ tz }: ChatRoom, schedule: Schedule): Entry {
  const { lastRun } = schedule
  const options = toOptionText(schedule)
  const last = lastRun === undefined ? '还没有执行过' : `上次 ${toInstantText(lastRun.slot, tz)}：${toRunText(lastRun)}`
  return {
    text: `${toBold(toTitle(schedule))}：${toTimingText(schedule, tz)}，${toNextText(schedule, tz)}`,
    below: [toWorkText(schedule), ...(options === undefined ? [] : [options]), last],
  }
}

export async function tellRuns({ room, actor, args }: Talk<{ readonly ref: string }>): Promise<Reply> {
  const schedule = await findSchedule(room.operations, actor, args.ref)
  const { items } = await room.operations.listRuns(toLooker(actor), schedule.id, { limit: MOST_RUNS })
  const rest = schedule.runs - items.length
  return {
    title: `定时历史 #${schedule.number}`,
    text: toBlocks([
      toHeading(`定时历史：${toTitle(schedule)}`),
      `${toTimingText(schedule, room.tz)}，${toNextText(schedule, room.tz)}`,
      toOptionText(schedule),
      items.length === 0 ? '还没有执行过' : toList(items.map(run => toRunEntry(room, run))),
      rest > 0 && items.length > 0 ? `更早的 ${toCount(rest, '次')}未列出` : undefined,
    ]),
  }
}

function toRunEntry({ tz, publicUrl }: ChatRoom, run: Run): string {
  const { number, slot, seconds, job } = run
  const parts = [
    toRunText(run),
    ...(seconds === undefined ? [] : [`用时 ${toDuration(seconds * SECOND)}`]),
    ...(job === undefined ? [] : [toJobText(job.number, publicUrl)]),
  ]
  return `${toBold(`第 ${number} 次`)} ${toInstantText(slot, tz)}${toOrigin(run)}：${parts.join('，')}`
}

function toJobText(number: number, publicUrl: string | undefined): string {
  if (publicUrl === undefined) return `任务 #${number}`
  return toLink(`任务 #${number}`, `${publicUrl.replace(/\/+$/, '')}/api/v1/jobs/${number}`)
}

function toOrigin({ kind, by }: Run): string {
  if (kind === 'clock') return ''
  const who = by === undefined || by === '' ? '' : `：${escapeMarkdown(by)}`
  return `（${kind === 'manual' ? '手动' : '补跑'}${who}）`
}
