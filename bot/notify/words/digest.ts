// several jobs in one message: those that need somebody first, each with its own first word
import { toCount, toInstantText } from '../../../shared/chat-figures.ts'
import {
  type Entry,
  escapeMarkdown,
  toBlocks,
  toBold,
  toHeading,
  toList,
  toPair,
} from '../../../shared/chat-markdown.ts'
import { reasonsOf, toNextSteps } from './causes.ts'
import { BAD, GOOD, toFate, toFirstWord, toMarkedLabel } from './heading.ts'
import { toPathEntry, toPathName, toPathState } from './paths.ts'
import { toOutcome } from './share.ts'
import { toWhere } from './summary.ts'
import type { Said, Tale } from './tale.ts'

/** Jobs that have a line of their own, and alarms that have lines below it. */
const MOST_LINES = 30
const MOST_DETAILED = 5
const MOST_PATHS = 3

/** One message about all of them; one alone is not for here. The order within a kind is theirs. */
export function toDigest(tales: readonly Tale[]): Said {
  const ordered = [...tales.filter(({ alarm }) => alarm), ...tales.filter(({ alarm }) => !alarm)]
  const alarms = tales.filter(({ alarm }) => alarm).length
  const title = toTitle(tales.length, alarms)
  const lines = ordered.slice(0, MOST_LINES).map((tale, at) => toEntry(tale, tale.alarm && at < MOST_DETAILED))
  const list = toList([...lines, ...toRest(ordered.slice(MOST_LINES))])
  return { title, text: toBlocks([`${toHeading(title)}\n${list}`]) }
}

function toTitle(jobs: number, alarms: number): string {
  const count = toCount(jobs, '个任务结束')
  return alarms === 0 ? `${GOOD}：${count}` : `${BAD}：${count}，${toCount(alarms, '个未成功')}`
}

function toEntry(tale: Tale, detailed: boolean): Entry {
  const { job, alarm, worst, near } = tale
  const [only] = worst
  const single = job.counts.total === 1 && only !== undefined
  const head = `${toBold(`${toFirstWord(alarm)}：${toFate(tale)} ${toMarkedLabel(job)}`)}：${toWhere(tale)}`
  const share = single ? toPathState(only, near) : job.verdict === undefined ? undefined : toOutcome(job.verdict)
  // that a job without figures went well is said already
  const outcome = share === undefined || share === '完成' || share === '' ? head : `${head}，${share}`
  const text = `${outcome}${toSlotAside(tale)}`
  if (!detailed) return text
  return { text, below: toDetails(tale) }
}

// which night it was, when several are told at once
function toSlotAside({ job: { schedule }, zone = 'UTC' }: Tale): string {
  return schedule === undefined ? '' : `，定时 ${escapeMarkdown(schedule.name)} ${toInstantText(schedule.slot, zone)}`
}

function toDetails({ job, worst, near }: Tale): string[] {
  const bad = worst.filter(task => task.status !== 'succeeded')
  const only = job.counts.total === 1 ? bad[0] : undefined
  const steps = toPair('下一步', toNextSteps(job, reasonsOf(job.verdict), only?.path))
  if (only !== undefined) {
    const entry = toPathEntry(only, near)
    return [...(typeof entry === 'string' ? [] : entry.below), steps]
  }
  const lines = bad.slice(0, MOST_PATHS).map(task => `${toPathName(task)}：${toPathState(task, near)}`)
  return [...lines, steps]
}

function toRest(rest: readonly Tale[]): string[] {
  if (rest.length === 0) return []
  const alarms = rest.filter(({ alarm }) => alarm).length
  const kinds = [
    [BAD, alarms],
    [GOOD, rest.length - alarms],
  ] as const
  const told = kinds.filter(([, count]) => count > 0).map(([word, count]) => `${word} ${toCount(count)}`)
  return [`其余 ${toCount(rest.length, '个任务')}：${told.join('，')}`]
}
