// the options of a schedule that are not as they are without a word, in one line of Chinese
import { toCount, toDuration, toInstantText } from '../../../shared/chat-figures.ts'
import { escapeMarkdown, toPathText } from '../../../shared/chat-markdown.ts'
import { type Schedule, WaitFor } from '../../../shared/schedule.ts'
import { DAY, MINUTE, SECOND, toMs } from '../../../shared/time.ts'
import { MISFIRE, NOTIFY, OVERLAP, toChoiceText } from './rules.ts'

/** How often a marker is looked for without a word. */
const { everySeconds: EVERY_SECONDS } = WaitFor.parse({ path: '/' })

type Part = (schedule: Schedule) => string | undefined

const PARTS: readonly Part[] = [
  ({ notify }) => (notify === 'alarm' ? undefined : `通知 ${toChoiceText(NOTIFY, notify)}`),
  toMisfire,
  ({ quietHours: quiet }) =>
    quiet && `静默 ${quiet.from}-${quiet.to}（${quiet.mode === 'skip' ? '跳过' : '结束后执行一次'}）`,
  ({ overlap }) => (overlap === 'skip' ? undefined : `重叠 ${toChoiceText(OVERLAP, overlap)}`),
  toMarker,
  toReady,
  ({ jitterSeconds }) => (jitterSeconds === 0 ? undefined : `抖动 最多 ${toDuration(jitterSeconds * SECOND)}`),
  ({ startAt, zone }) => startAt && `起 ${toMinuteText(startAt, zone)}`,
  ({ endAt, zone }) => endAt && `止 ${toMinuteText(endAt, zone)}`,
]

/** `通知 总是（always），就绪 08:30（下次 2024-05-03 08:30）`, all times on its own clock; undefined when there is nothing. */
export function toOptionText(schedule: Schedule): string | undefined {
  const parts = PARTS.map(part => part(schedule)).filter(part => part !== undefined)
  return parts.length === 0 ? undefined : parts.join('，')
}

/** `集群 c1，副本 2`: with what its work is done. */
export function toWorkOptions({ cluster, options = {} }: Pick<Schedule, 'cluster' | 'options'>): string[] {
  const where = cluster === undefined ? [] : [`集群 ${escapeMarkdown(cluster)}`]
  return [...where, ...WORK_PARTS.map(part => part(options)).filter(part => part !== undefined)]
}

type WorkPart = (options: NonNullable<Schedule['options']>) => string | undefined

const WORK_PARTS: readonly WorkPart[] = [
  ({ replication }) => (replication === undefined ? undefined : `副本 ${replication}`),
  ({ timeoutSeconds: seconds }) => (seconds === undefined ? undefined : `超时 ${toDuration(seconds * SECOND)}`),
  ({ refresh }) => (refresh === true ? '刷新' : undefined),
  ({ force }) => (force === true ? '空间不足也加载' : undefined),
  ({ verify }) => (verify === undefined ? undefined : verify ? '一定核实' : '不核实'),
  ({ freshness }) => (freshness === 'known' ? '核实时不问底层存储' : undefined),
  ({ activeJobs }) => (activeJobs === undefined ? undefined : `最多 ${toCount(activeJobs, '个引擎作业')}`),
  ({ batchSize }) => (batchSize === undefined ? undefined : `每个引擎作业 ${toCount(batchSize, '个文件')}`),
  ({ restart }) => restart && toRestart(restart),
  ({ recursive }) => (recursive === true ? '所有层级' : undefined),
  ({ dryRun }) => (dryRun === true ? '只测量' : undefined),
]

type Restart = NonNullable<NonNullable<Schedule['options']>['restart']>

function toRestart({ attempts, delaySeconds }: Restart): string {
  return `失败后最多再试 ${toCount(attempts, '次')}，间隔 ${toDuration(delaySeconds * SECOND)}`
}

function toMisfire({ misfire, misfireWithinSeconds: within }: Schedule): string | undefined {
  if (misfire !== 'run-once') return `错过 ${toChoiceText(MISFIRE, misfire)}`
  return within === undefined ? undefined : `错过 补跑（迟到不超过 ${toDuration(within * SECOND)}）`
}

function toMarker({ waitFor }: Schedule): string | undefined {
  if (waitFor === undefined) return undefined
  const { path, stableMinutes, withinMinutes, everySeconds, otherwise } = waitFor
  const rules = [
    ...(stableMinutes === undefined ? [] : [`${toDuration(stableMinutes * MINUTE)}不变`]),
    `最多 ${toDuration(withinMinutes * MINUTE)}`,
    ...(everySeconds === EVERY_SECONDS ? [] : [`每 ${toDuration(everySeconds * SECOND)}查看`]),
    ...(otherwise === 'load' ? ['否则照常执行'] : []),
  ]
  return `等待 ${toPathText(path)}（${rules.join('，')}）`
}

// of the next slot: the first such time behind it
function toReady({ readyBy, nextAt, zone, jitterSeconds }: Schedule): string | undefined {
  if (readyBy === undefined) return undefined
  // jitter may move a slot behind its ready-by of the same day; whether it does is not known here
  if (nextAt === undefined || jitterSeconds > 0) return `就绪 ${readyBy}`
  const [day = '', time = ''] = toInstantText(nextAt, zone).split(' ')
  const isToday = `${readyBy}:00` > time.slice(0, 8)
  return `就绪 ${readyBy}（下次 ${isToday ? day : toNextDay(day)} ${readyBy}）`
}

const toNextDay = (day: string): string => new Date(toMs(`${day}T00:00:00Z`) + DAY).toISOString().slice(0, 10)

const toMinuteText = (at: string, zone: string): string => toInstantText(at, zone).slice(0, 16)
