// what became of single paths of a job, as entries of a list
import { toCount } from '../../../shared/chat-figures.ts'
import { type Entry, toBold, toPathText } from '../../../shared/chat-markdown.ts'
import { isPathMissing, toEnding } from '../../../shared/chat-words.ts'
import type { Counts, Task } from '../../../shared/job.ts'
import { toCauseLines } from './causes.ts'
import { toMissingCount, toOutcome, toShareText } from './share.ts'

type Near = ReadonlyMap<string, string>

/** A path as it is called; what has none is about the cluster. */
export function toPathName(task: Pick<Task, 'path'>): string {
  return task.path === '' ? '集群' : toPathText(task.path)
}

// `**/datalake/db2**：3% → **71%**，缺 340 个文件`
/** A path with what became of it, and the causes below. */
export function toPathEntry(task: Task, near: Near): Entry {
  const text = `${toBold(toPathName(task))}：${toPathState(task, near)}`
  const below = isPathMissing(task) || task.status === 'succeeded' ? [] : toCauseLines(task.verdict)
  return below.length === 0 ? text : { text, below }
}

/** What became of one path, in one clause. */
export function toPathState(task: Task, near: Near): string {
  const { status, verdict, exit } = task
  if (isPathMissing(task)) {
    const sibling = near.get(task.path)
    return sibling === undefined ? '路径不存在' : `路径不存在，最接近的是 ${toPathText(sibling)}`
  }
  if (status === 'stopped') return ['已停止', ...changeOf(task)].join('，')
  if (status === 'succeeded') return verdict === undefined ? '完成' : toOutcome(verdict)
  const ending = toEnding(exit)
  if (verdict?.ok === false) return [...changeOf(task), ...missingOf(task), ...refusalOf(task)].join('，') || '未完成'
  const facts = [...changeOf(task), ...(ending === undefined ? [] : [ending])]
  const failed = verdict?.kind === 'unverified' ? '失败（未核实）' : '失败'
  if (status === 'lost') return ending ?? '代理失联，运行结果未知'
  return facts.length === 0 ? failed : `${failed}：${facts.join('，')}`
}

function changeOf({ verdict }: Task): string[] {
  const change = verdict === undefined ? undefined : toShareText(verdict)
  return change === undefined ? [] : [change]
}

function missingOf({ verdict }: Task): string[] {
  const missing = verdict === undefined ? 0 : toMissingCount(verdict)
  return missing > 0 ? [`缺 ${toCount(missing, '个文件')}`] : []
}

// what was refused or ran out of time says so; an exit code says nothing of a load that was measured
function refusalOf({ exit }: Task): string[] {
  if (exit?.reason === 'refused') return ['未加载']
  return exit?.reason === 'timeout' ? ['超过规定时间，已终止'] : []
}

/** `其余 28 个路径：完成 27，未成功 1`; undefined when all are told. */
export function toRest(counts: Counts, told: readonly Task[]): string | undefined {
  const rest = counts.total - told.length
  if (rest <= 0) return undefined
  const toldOf = (status: Task['status']): number => told.filter(task => task.status === status).length
  const kinds = [
    ['完成', counts.succeeded - toldOf('succeeded')],
    ['未成功', counts.failed - toldOf('failed')],
    ['失联', counts.lost - toldOf('lost')],
    ['已停止', counts.stopped - toldOf('stopped')],
  ] as const
  const known = kinds.filter(([, count]) => count > 0).map(([word, count]) => `${word} ${toCount(count)}`)
  return `其余 ${toCount(rest, '个路径')}：${known.join('，')}`
}
