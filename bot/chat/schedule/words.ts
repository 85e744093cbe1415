// schedules and what became of their slots, in Chinese
import { toCount, toInstantText } from '../../../shared/chat-figures.ts'
import { escapeMarkdown, toCode, toPathText } from '../../../shared/chat-markdown.ts'
import { ACTION_WORDS, toQuoted } from '../../../shared/chat-words.ts'
import type { Run, RunStatus, Schedule, Why } from '../../../shared/schedule.ts'
import { toStatusWord } from '../state-words.ts'
import { toVerdictText } from '../task-text.ts'
import { toWorkOptions } from './options.ts'

type OwnStatus = Exclude<RunStatus, Parameters<typeof toStatusWord>[0]['status']>
const STATUS: Readonly<Record<OwnStatus, string>> = {
  waiting: '等待中',
  skipped: '已跳过',
  missed: '已错过',
  unstarted: '没能开始',
}

/** Why it waits; why it was not run. */
const WHY: Readonly<Record<Why, readonly [waiting: string, over: string]>> = {
  overlap: ['上一次还在进行', '上一次还在进行'],
  quiet: ['静默时段结束后执行', '在静默时段内'],
  marker: ['标记还没有出现', '标记没有按时出现'],
  turn: ['等其他几次先执行', '等其他几次先执行'],
  late: ['到点时服务不在', '到点时服务不在'],
  merged: ['已并入后面的一次', '已并入后面的一次'],
  paused: ['定时已暂停', '等待时定时被暂停'],
  removed: ['定时已删除', '等待时定时被删除'],
  behind: ['另有一次在等待', '另有一次在等待'],
}

const MOST_PATHS_TOLD = 3

/** `#3 夜间` */
export const toTitle = ({ number, name }: Pick<Schedule, 'number' | 'name'>): string =>
  `#${number} ${escapeMarkdown(name)}`

/** `每天 02:00`, with the zone where it is not the one in which people read. */
export function toTimingText({ words, zone, expression }: Schedule, tz: string): string {
  const said = words.zh === '' ? toCode(expression) : escapeMarkdown(words.zh)
  return zone === tz ? said : `${said}（时区 ${escapeMarkdown(zone)}）`
}

/** `预热 /a /b（集群 c1）` */
export function toWorkText(schedule: Schedule): string {
  const { action, paths = [], statement, problem } = schedule
  const options = toWorkOptions(schedule)
  const where = options.length === 0 ? '' : `（${options.join('，')}）`
  if (action === undefined)
    return problem === undefined
      ? `重新预热成功预热过的所有路径${where}`
      : `${toQuoted(statement ?? '')}（无法执行：${toQuoted(problem)}）`
  const told = paths.slice(0, MOST_PATHS_TOLD).map(path => toPathText(path))
  const rest = paths.length - told.length
  const more = rest > 0 ? `等 ${toCount(paths.length, '个路径')}` : ''
  return `${[ACTION_WORDS[action], ...told, ...(more === '' ? [] : [more])].join(' ')}${where}`
}

/** When it comes next, or why it does not. */
export function toNextText({ paused, nextAt }: Pick<Schedule, 'paused' | 'nextAt'>, tz: string): string {
  if (paused) return '已暂停'
  return nextAt === undefined ? '不会再执行' : `下次 ${toInstantText(nextAt, tz)}`
}

/** `已完成，12% → **100%**（3 个文件，3 KB）`, `已跳过（上一次还在进行）` */
export function toRunText(run: Run): string {
  const { status, why, message, verdict, before, after, others, notReady } = run
  const measured =
    verdict === undefined
      ? undefined
      : toVerdictText({ kind: verdict.kind, ...(before && { before }), ...(after && { after }) })
  const reasons = [
    ...(why === undefined ? [] : [WHY[why][status === 'waiting' ? 0 : 1]]),
    ...(others === undefined
      ? []
      : [`连同之前${others.atLeast === true ? '至少 ' : ' '}${toCount(others.count, '个时刻')}`]),
  ]
  const aside = reasons.length === 0 ? '' : `（${reasons.join('，')}）`
  const said = message === undefined ? [] : [toQuoted(message)]
  const late = notReady === true ? ['到就绪时间还没有就绪'] : []
  return [`${toRunStatus(run)}${aside}`, ...(measured === undefined ? [] : [measured]), ...late, ...said].join('，')
}

/** Whether it is under way or will be. */
export const OPEN: readonly RunStatus[] = ['queued', 'running', 'waiting']

function toRunStatus({ status, verdict }: Run): string {
  return isOwn(status) ? STATUS[status] : toStatusWord({ status, desired: 'run', verdict })
}

const isOwn = (status: RunStatus): status is OwnStatus => Object.hasOwn(STATUS, status)
