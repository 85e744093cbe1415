// a job as chat shows it: one line among others, or all that is known of it
import { toBar, toCount, toDuration, toInstantText, toRate, toSize } from '../../shared/chat-figures.ts'
import { escapeMarkdown, toBlocks, toBold, toList, toPair } from '../../shared/chat-markdown.ts'
import { toWaitText } from '../../shared/chat-waits.ts'
import type { Job, Task } from '../../shared/job.ts'
import { SECOND, toMs } from '../../shared/time.ts'
import type { ChatRoom } from './command.ts'
import { linkOf } from './links.ts'
import { toActionWord, toNextStep, toRequester, toStatusWord } from './state-words.ts'
import { toTaskEntry, toVerdictText } from './task-text.ts'
import type { Worst } from './worst.ts'

const MOST_STEPS = 3

/** `#17 夜间` */
export function toJobTitle({ number, name, named }: Pick<Job, 'number' | 'name' | 'named'>): string {
  return named ? `#${number} ${escapeMarkdown(name)}` : `#${number}`
}

/** `**#17 夜间** 预热，进行中，▓▓▓▓▓░░░░░ 52%，剩余约 6 分` */
export function toJobLine(job: Job, dryRun = false): string {
  const parts = [`${toBold(toJobTitle(job))} ${toActionWord(job.action, dryRun)}`, toStatusWord(job)]
  if (job.endedAt !== undefined) return [...parts, ...toOutcome(job)].join('，')
  const wait = toWaits(job)[0]
  const eta = toEta(job)
  return [...parts, ...toBars(job), ...(eta === undefined ? [] : [eta]), ...(wait === undefined ? [] : [wait])].join(
    '，',
  )
}

/** Everything about one job. */
export function toJobText(room: Pick<ChatRoom, 'tz' | 'publicUrl' | 'askersOf'>, job: Job, told: Worst): string {
  return toBlocks([
    toProgressLine(job),
    toList(toFacts(room, job)),
    toPathList(job, told),
    toSteps(job, told.tasks),
    linkOf(room, job.number),
  ])
}

function toProgressLine(job: Job): string | undefined {
  if (job.endedAt !== undefined) return undefined
  const parts = [...toBars(job), ...[toEta(job)].filter(part => part !== undefined)]
  return parts.length === 0 ? undefined : parts.join('，')
}

function toBars({ progress }: Job): string[] {
  return progress?.percent === undefined ? [] : [toBar(progress.percent)]
}

function toEta({ progress }: Job): string | undefined {
  const seconds = progress?.etaSeconds
  return seconds === undefined || seconds < 1 ? undefined : `剩余约 ${toDuration(seconds * SECOND)}`
}

function toFacts(room: Pick<ChatRoom, 'tz' | 'askersOf'>, job: Job): string[] {
  const { tz } = room
  const took =
    job.startedAt !== undefined && job.endedAt !== undefined ? toMs(job.endedAt) - toMs(job.startedAt) : undefined
  return [
    toPair('状态', toState(job)),
    ...toWaits(job).map(wait => toPair('等待', wait.replace(/^等待代理：/, ''))),
    ...toAmounts(job),
    ...toOutcome(job).map(outcome => toPair('缓存', outcome)),
    toPair('集群', escapeMarkdown(job.cluster)),
    toPair('发起', toRequester(room, job)),
    toPair('开始', job.startedAt === undefined ? '尚未开始' : toInstantText(job.startedAt, tz)),
    ...(job.endedAt === undefined ? [] : [toPair('结束', toInstantText(job.endedAt, tz))]),
    ...(took === undefined ? [] : [toPair('用时', toDuration(took))]),
  ]
}

function toState(job: Job): string {
  const { counts } = job
  const word = toStatusWord(job)
  if (counts.total <= 1) return word
  const done = [
    [counts.succeeded, '完成'],
    [counts.failed, '未成功'],
    [counts.lost, '失联'],
    [counts.stopped, '停止'],
    [counts.running, '进行中'],
    [counts.queued, '排队'],
  ] as const
  const known = done.filter(([count]) => count > 0).map(([count, what]) => `${what} ${toCount(count)}`)
  return `${word}（${toCount(counts.total, '个路径')}：${known.join('，')}）`
}

function toAmounts({ progress, endedAt }: Job): string[] {
  if (progress === undefined || endedAt !== undefined) return []
  const { filesDone, filesTotal, bytesDone, bytesTotal, bytesPerSecond } = progress
  const of = (done: string, total: string | undefined): string => (total === undefined ? done : `${done} / ${total}`)
  const files =
    filesDone === undefined ? [] : [of(toCount(filesDone), filesTotal === undefined ? undefined : toCount(filesTotal))]
  const rate = bytesPerSecond === undefined ? '' : `（${toRate(bytesPerSecond)}）`
  const bytes =
    bytesDone === undefined ? [] : [of(toSize(bytesDone), bytesTotal === undefined ? undefined : toSize(bytesTotal))]
  return [...files.map(text => toPair('文件', text)), ...bytes.map(text => toPair('数据', `${text}${rate}`))]
}

function toOutcome({ verdict, status }: Job): string[] {
  const told = verdict === undefined || status === 'stopped' ? undefined : toVerdictText(verdict)
  return told === undefined ? [] : [told]
}

function toWaits(job: Job): string[] {
  return job.endedAt === undefined ? job.notes.flatMap(note => toWaitText(note) ?? []) : []
}

function toPathList({ counts }: Job, { tasks, rest }: Worst): string | undefined {
  if (tasks.length === 0) return undefined
  const list = toList([...tasks.map(toTaskEntry), ...(rest > 0 ? [`其余 ${toCount(rest, '个路径')}未列出`] : [])])
  return counts.total > 1 ? toBlocks([toBold('各路径（较差的在前）'), list]) : list
}

// each step once, whatever the number of paths that it helps
function toSteps(job: Job, tasks: readonly Task[]): string | undefined {
  if (job.endedAt === undefined || job.verdict?.ok !== false) return undefined
  const path = tasks.length === 1 ? tasks[0]?.path : undefined
  const steps = new Set((job.verdict.reasons ?? []).map(({ next }) => toNextStep(next.zh, job, path)))
  return steps.size === 0 ? undefined : toPair('下一步', [...steps].slice(0, MOST_STEPS).join('；'))
}
