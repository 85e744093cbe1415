// what went wrong around slots of schedules: one by itself, or many in one message
import { toCount, toInstantText, toPercent } from '../../../shared/chat-figures.ts'
import {
  type Entry,
  escapeMarkdown,
  toBlocks,
  toBold,
  toHeading,
  toList,
  toPair,
  toPathText,
} from '../../../shared/chat-markdown.ts'
import { toQuoted } from '../../../shared/chat-words.ts'
import type { Instant } from '../../../shared/time.ts'
import type { SlotNotice } from '../../engine/chat-port.ts'
import { toFirstWord } from './heading.ts'
import type { Said } from './tale.ts'

export type SlotTale = {
  readonly notice: SlotNotice
  /** How far its job came, where that is known. */
  readonly percent?: number
}

/** How a trouble is called, why it came to it, and what one does about it. What `why` and `next` answer is marked. */
type Trouble = {
  readonly fate: string
  readonly why: (tale: SlotTale) => string
  readonly next: (notice: SlotNotice) => string
}

const AWAY = '守护进程当时不在'

const TROUBLES: Readonly<Record<SlotNotice['trouble'], Trouble>> = {
  missed: { fate: '定时未执行', why: ({ notice }) => `${AWAY}${toMissed(notice, '')}`, next: runIt },
  late: {
    fate: '定时补跑',
    why: ({ notice }) => `${AWAY}${toMissed(notice, '，只补跑最近一次')}${toJobAside(notice)}`,
    next: history,
  },
  'no-agent': {
    fate: '定时到点但没有在线代理',
    why: ({ notice }) => `${toWhichCluster(notice)}没有在线代理，代理上线后开始${toJobAside(notice)}`,
    next: () => '启动代理；`代理` 查看在线的代理',
  },
  marker: { fate: '定时未执行', why: ({ notice }) => `${toAbsent(notice)}，未执行`, next: runIt },
  unmarked: {
    fate: '定时没有等到标记',
    why: ({ notice }) => `${toAbsent(notice)}，仍然执行${toJobAside(notice)}`,
    next: history,
  },
  ahead: {
    fate: '定时预计不能按时就绪',
    why: ({ notice }) =>
      `预计 ${toClock(notice, notice.expectedAt)} 才就绪，要求 ${toClock(notice, notice.readyBy)}${toJobAside(notice)}`,
    next: status,
  },
  over: {
    fate: '定时到时未就绪',
    why: ({ notice, percent }) =>
      `到 ${toClock(notice, notice.readyBy)} 仍未就绪${percent === undefined ? '' : `，目前 ${toBold(toPercent(percent))}`}${toJobAside(notice)}`,
    next: status,
  },
  unstarted: {
    fate: '定时无法提交',
    why: ({ notice }) => (notice.message === undefined ? '任务没有被接受' : toQuoted(notice.message)),
    next: notice => `改正后 ${runIt(notice)}`,
  },
}

/** The whole message about one. Outside text in it is escaped. */
export function toSlotSummary(tale: SlotTale): Said {
  const { notice } = tale
  const { fate, why, next } = TROUBLES[notice.trouble]
  const begin = `${toFirstWord(notice.alarm)}：${fate}`
  const entries: Entry[] = [
    toPair('时刻', toInstantText(notice.slot, notice.schedule.zone)),
    toPair('原因', why(tale)),
    toPair('下一步', next(notice)),
  ]
  const heading = toHeading(`${begin} ${escapeMarkdown(notice.schedule.name)}`)
  return { title: `${begin} ${notice.schedule.name}`, text: toBlocks([`${heading}\n${toList(entries)}`]) }
}

/** Slots that have a line of their own, and alarms that have a step below it. */
const MOST_LINES = 30
const MOST_DETAILED = 5

/** One message about several: alarms first, their order within a kind is theirs. */
export function toSlotDigest(tales: readonly SlotTale[]): Said {
  const ordered = [...tales.filter(isAlarm), ...tales.filter(tale => !isAlarm(tale))]
  const title = toTitle(tales)
  const lines = ordered.slice(0, MOST_LINES).map((tale, at) => toEntry(tale, isAlarm(tale) && at < MOST_DETAILED))
  const rest = tales.length - lines.length
  const list = toList([...lines, ...(rest > 0 ? [`其余 ${toCount(rest, '次')}，\`定时 列表\` 查看`] : [])])
  return { title, text: toBlocks([`${toHeading(title)}\n${list}`]) }
}

function isAlarm({ notice }: SlotTale): boolean {
  return notice.alarm
}

// `告警：100 个定时未执行`, and when they are not alike `告警：12 个定时有异常`
function toTitle(tales: readonly SlotTale[]): string {
  const schedules = new Set(tales.map(({ notice }) => notice.schedule.id)).size
  const fates = new Set(tales.map(({ notice }) => TROUBLES[notice.trouble].fate))
  const [fate] = fates
  const what = fates.size === 1 && fate !== undefined ? fate : '定时有异常'
  return `${toFirstWord(tales.some(isAlarm))}：${toCount(schedules, '个')}${what}`
}

function toEntry(tale: SlotTale, detailed: boolean): Entry {
  const { notice } = tale
  const { fate, why, next } = TROUBLES[notice.trouble]
  const head = toBold(`${toFirstWord(notice.alarm)}：${fate} ${escapeMarkdown(notice.schedule.name)}`)
  const text = `${head}：${toInstantText(notice.slot, notice.schedule.zone)}，${why(tale)}`
  return detailed ? { text, below: [toPair('下一步', next(notice))] } : text
}

function toMissed({ count = 1 }: SlotNotice, then: string): string {
  return count > 1 ? `，共 ${toCount(count, '次')}${then}` : ''
}

function toJobAside({ jobNumber }: SlotNotice): string {
  return jobNumber === undefined ? '' : `（任务 #${jobNumber}）`
}

function toWhichCluster({ cluster }: SlotNotice): string {
  return cluster === undefined ? '' : `集群 ${escapeMarkdown(cluster)} `
}

// it is told when it is given up
function toAbsent(notice: SlotNotice): string {
  const marker = notice.path === undefined ? '标记' : `标记 ${toPathText(notice.path)}`
  return `到 ${toClock(notice, notice.at)} ${marker} 没有出现`
}

// `08:52` on the schedule's clock, with its date when that is not the slot's
function toClock({ slot, schedule: { zone } }: SlotNotice, at: Instant | undefined): string {
  if (at === undefined) return '规定时间'
  const [day, text] = [toInstantText(slot, zone).slice(0, 10), toInstantText(at, zone)]
  return text.startsWith(day) ? text.slice(11, 16) : text.slice(0, 16)
}

// such a name can be typed as it is, is no number of another one, and holds nothing that would end the code that it stands in
const TYPED_AS_IT_IS = /^(?!\d+$)[\p{L}\p{N}][\p{L}\p{N}_./-]{0,63}$/u

function toTyped({ name, number }: SlotNotice['schedule']): string {
  return TYPED_AS_IT_IS.test(name) ? name : String(number)
}

function runIt({ schedule }: SlotNotice): string {
  return `\`定时 执行 ${toTyped(schedule)}\``
}

function history({ schedule }: SlotNotice): string {
  return `\`定时 历史 ${toTyped(schedule)}\` 查看`
}

function status(notice: SlotNotice): string {
  return notice.jobNumber === undefined ? history(notice) : `\`状态 ${notice.jobNumber}\` 查看`
}
