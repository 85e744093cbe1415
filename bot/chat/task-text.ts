// one path of a job as lines of chat: how far it is, or what became of it and why
import { isEnded } from '../../shared/allocation.ts'
import { toReasons } from '../../shared/causes.ts'
import { toCount, toDuration, toPercent, toShare, toSize } from '../../shared/chat-figures.ts'
import { countAbsent, toChange, toLack } from '../../shared/chat-lack.ts'
import { type Entry, toBold, toPathText } from '../../shared/chat-markdown.ts'
import { toWaitText } from '../../shared/chat-waits.ts'
import { isPathMissing, toEnding } from '../../shared/chat-words.ts'
import type { Task } from '../../shared/job.ts'
import { SECOND } from '../../shared/time.ts'
import type { Estimate, Measurement, Reason, Verdict } from '../../shared/verdict.ts'
import { toStatusWord } from './state-words.ts'

/** Causes told of one path; the rest of them is counted. */
const MOST_CAUSES = 4

/** A path as an entry of a list. */
export function toTaskEntry(task: Task): Entry {
  const head = `${toBold(task.path === '' ? '集群' : toPathText(task.path))}：${toTaskState(task)}`
  const below = toCauseLines(task)
  return below.length === 0 ? head : { text: head, below }
}

/** What is known of a task, in one line. */
export function toTaskState(task: Task): string {
  if (!isEnded(task.status)) return toOpen(task)
  if (task.estimate !== undefined) return toEstimateText(task.estimate)
  if (isPathMissing(task)) return '路径不存在'
  const told = task.verdict === undefined ? undefined : toVerdictText(task.verdict)
  if (task.status === 'stopped' || task.status === 'lost')
    return [toStatusWord(task), ...(told === undefined ? [] : [told])].join('，')
  const exit = toEnding(task.exit) ?? ''
  if (told !== undefined) return exit === '' || task.status === 'succeeded' ? told : `${told}，${exit}`
  return exit === '' ? toStatusWord(task) : `${toStatusWord(task)}，${exit}`
}

/** Before and after, or what there is to say instead; undefined when nobody measured. */
export function toVerdictText(
  verdict: Pick<Verdict, 'kind' | 'before' | 'after' | 'missingTotal' | 'missingByCause'>,
): string | undefined {
  const { kind, before, after } = verdict
  if (kind === 'nothing-new') return '全部已在缓存，未加载新文件'
  if (kind === 'empty') return '路径下没有文件'
  if (kind === 'unverified') return '未核实'
  if (after === undefined)
    return before === undefined ? undefined : `预热前 ${toPercent(before.cachedPercent)}，之后未核实`
  const change = toChange(verdict)
  const share = change === undefined || before !== undefined ? change : `已缓存 ${change}`
  const missing = verdict.missingTotal ?? 0
  const amount = missing > countAbsent(verdict) ? '' : `（${toMeasured(after, before)}）`
  return toLack(verdict, { there: share === undefined ? undefined : `${share}${amount}`, missing }) || undefined
}

/** `1,204 个文件，38.2 GB，新增 33.6 GB` */
export function toMeasured(after: Measurement, before?: Measurement): string {
  const added = before === undefined ? 0 : after.cachedBytes - before.cachedBytes
  const facts = [toCount(after.files, '个文件'), toSize(after.bytes)]
  return [...facts, ...(added > 0 ? [`新增 ${toSize(added)}`] : [])].join('，')
}

/** `已缓存 **12%**，共 1,204 个文件，38.2 GB（已缓存 4.6 GB）` */
export function toEstimateText(estimate: Estimate): string {
  const { files, bytes, missingBytes, seconds } = estimate
  if (files === 0) return '路径下没有文件'
  const cached = Math.max(0, bytes - missingBytes)
  // of nothing there is no share
  const share = toShare(cached, bytes)
  const head = share === undefined ? '没有数据' : `已缓存 ${toBold(toPercent(share))}`
  const size = share === undefined ? toSize(bytes) : `${toSize(bytes)}（已缓存 ${toSize(cached)}）`
  const time = seconds === undefined || missingBytes === 0 ? [] : [`预热约需 ${toDuration(seconds * SECOND)}`]
  return [head, `共 ${toCount(files, '个文件')}`, size, ...time].join('，')
}

function toOpen(task: Task): string {
  const { percent, etaSeconds } = task.progress ?? {}
  if (task.attachedTo !== undefined)
    return task.notes.flatMap(note => toWaitText(note) ?? [])[0] ?? '跟随另一个任务的结果'
  const share = percent === undefined ? [] : [toPercent(percent)]
  const eta = etaSeconds === undefined || etaSeconds < 1 ? [] : [`剩余约 ${toDuration(etaSeconds * SECOND)}`]
  return [toStatusWord(task), ...share, ...eta].join('，')
}

function toCauseLines({ status, verdict, exit }: Task): string[] {
  if (verdict === undefined || !isEnded(status) || isPathMissing({ verdict, ...(exit && { exit }) })) return []
  const reasons = verdict.reasons ?? toReasons(verdict)
  const told = reasons.slice(0, MOST_CAUSES).map(reason => toCauseLine(reason, verdict))
  const rest = reasons.length - told.length
  return rest > 0 ? [...told, `其余 ${rest} 种原因`] : told
}

function toCauseLine({ cause, files, text }: Reason, verdict: Verdict): string {
  const example = verdict.missing?.find(file => file.cause === cause)
  const such = example === undefined || verdict.missingTotal === 1 ? '' : `，例如 ${toPathText(example.path)}`
  return `${text.zh}：${toCount(files, '个')}${such}`
}
