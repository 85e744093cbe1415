// the lines of a card: what is loaded and how far it is, and at the end the verdict in one line
import { isEnded, type Progress } from '../../../shared/allocation.ts'
import { toCount, toDuration, toRate, toSize } from '../../../shared/chat-figures.ts'
import { countAbsent, toChange, toLack } from '../../../shared/chat-lack.ts'
import { cutText, toList, toPair, toPathText } from '../../../shared/chat-markdown.ts'
import { toWaitText } from '../../../shared/chat-waits.ts'
import type { Job } from '../../../shared/job.ts'
import { SECOND } from '../../../shared/time.ts'
import type { Measurement, Verdict, VerdictKind } from '../../../shared/verdict.ts'
import type { Story } from '../../engine/chat-port.ts'

const LONGEST_PATH = 160
const FILES = '个文件'
/** Loads of other jobs that are named. */
const MOST_FOLLOWED = 3

/** Markdown of a card's `detail`. Pure. */
export function toDetail(story: Story): string {
  const { job } = story
  const lines = [toPair('路径', toPaths(story)), ...(job.endedAt === undefined ? toCourse(story) : [toEnd(story)])]
  return toList(lines)
}

function toPaths({ job, worst }: Story): string {
  const [first] = worst
  if (first === undefined || first.path === '') return `${toCount(job.counts.total)} 个`
  const path = toPathText(cutText(first.path, LONGEST_PATH))
  return job.counts.total === 1 ? path : `${path} 等 ${toCount(job.counts.total)} 个`
}

function toCourse({ job, worst }: Story): string[] {
  const { counts, desired, progress, status } = job
  const state = desired === 'stop' ? ['正在停止'] : status === 'queued' ? ['排队中'] : []
  const ended = counts.total - counts.queued - counts.running
  const bad = counts.failed + counts.lost
  const paths = `${toCount(ended)} / ${toCount(counts.total)} 个路径${bad === 0 ? '' : `，未成功 ${toCount(bad)} 个`}`
  return [
    ...state,
    ...(desired === 'stop' ? [] : job.notes.flatMap(note => toWaitText(note) ?? [])),
    ...(counts.total > 1 && status !== 'queued' ? [toPair('完成', paths)] : []),
    ...(progress === undefined ? [] : toFigures(progress)),
    ...(desired === 'stop' ? [] : toFollowed(job, worst)),
  ]
}

// loads of other jobs that this one waits for; what stands in the same request is no news
function toFollowed({ number }: Job, tasks: Story['worst']): string[] {
  const following = tasks.filter(({ attachedTo, status }) => attachedTo !== undefined && !isEnded(status))
  const others = following.flatMap(({ notes }) => notes).filter(note => !note.startsWith(`attached: #${number} `))
  return [...new Set(others.flatMap(note => toWaitText(note) ?? []))].slice(0, MOST_FOLLOWED)
}

function toFigures(progress: Progress): string[] {
  const { filesDone, filesTotal, bytesDone, bytesTotal, bytesPerSecond, etaSeconds } = progress
  const loaded = [
    ...toPart(filesDone, filesTotal, count => toCount(count)).map(part => `${part} ${FILES}`),
    ...toPart(bytesDone, bytesTotal, toSize),
  ]
  const left = etaSeconds === undefined ? undefined : toDuration(etaSeconds * SECOND)
  const speed = bytesPerSecond ? toRate(bytesPerSecond) : undefined
  return [
    ...(loaded.length === 0 ? [] : [toPair('进度', loaded.join('，'))]),
    ...(speed === undefined ? [] : [toPair('速度', left === undefined ? speed : `${speed}，预计还需 ${left}`)]),
    // lines alone tell no bytes
    ...(speed === undefined && left !== undefined ? [toPair('预计还需', left)] : []),
  ]
}

function toPart(done: number | undefined, total: number | undefined, toText: (count: number) => string): string[] {
  if (done === undefined) return []
  return [total === undefined ? toText(done) : `${toText(Math.min(done, total))} / ${toText(total)}`]
}

/** What each kind of verdict says of itself; the figures follow. */
const VERDICTS: Readonly<Record<VerdictKind, (verdict: Verdict) => string>> = {
  cached: verdict => `已全部缓存${toFigure(verdict)}`,
  'nothing-new': () => '全部已在缓存，未加载新文件',
  empty: () => '路径下没有文件',
  partly: verdict => toMissing('部分缓存', verdict),
  'not-cached': verdict => toMissing('未缓存', verdict),
  unverified: () => '已执行，未核实缓存',
}

// one line: a verdict, or in its absence how the run ended
function toEnd({ job, worst }: Story): string {
  const { counts, status, verdict } = job
  if (status === 'stopped') return verdict?.after === undefined ? '已停止' : toMissing('已停止', verdict)
  if (verdict !== undefined && (status === 'succeeded' || verdict.kind !== 'unverified'))
    return VERDICTS[verdict.kind](verdict)
  if (status === 'succeeded') return counts.total === 1 ? '已完成' : `已完成 ${toCount(counts.total)} 个路径`
  const share = counts.total > 1 ? `，完成 ${toCount(counts.succeeded)} / ${toCount(counts.total)} 个路径` : ''
  const why = status === 'lost' ? '执行失联，结果未知' : `执行失败${toExit(worst[0]?.exit)}`
  return `${why}${share}`
}

function toExit(exit: Story['worst'][number]['exit']): string {
  if (exit === undefined) return ''
  const words = {
    exited: exit.code === undefined || exit.code === 0 ? '' : `（退出码 ${exit.code}）`,
    signalled: '（进程被终止）',
    timeout: '（超时）',
    stopped: '（已停止）',
    'spawn-failed': '（命令无法启动）',
    refused: '（代理拒绝执行）',
    lost: '（执行失联）',
  } as const
  return words[exit.reason]
}

function toMissing(head: string, verdict: Verdict): string {
  const { after, missingTotal, reasons = [] } = verdict
  const missing = missingTotal ?? (after === undefined ? 0 : after.files - after.cachedFiles)
  // that a path does not exist is said where the paths are counted
  const told = reasons.filter(({ cause }) => cause !== 'no-such-path')
  const causes = told.map(({ files, text }) => `${text.zh} ${toCount(files)} 个`)
  const change = toChange(verdict)
  const isWhole = countAbsent(verdict) === 0
  const there = isWhole || change === undefined ? undefined : `${change}（${toAmount(after)}）`
  const lack = toLack(verdict, { there, missing })
  const parts = [`${head}${isWhole ? toFigure(verdict) : ''}`, lack].filter(part => part !== '')
  return `${parts.join('，')}${causes.length === 0 ? '' : `：${causes.join('，')}`}`
}

function toFigure(verdict: Pick<Verdict, 'before' | 'after'>): string {
  const change = toChange(verdict)
  return change === undefined ? '' : `（${change}，${toAmount(verdict.after)}）`
}

function toAmount(after: Measurement | undefined): string {
  return `${toCount(after?.cachedFiles ?? 0, FILES)}，${toSize(after?.cachedBytes ?? 0)}`
}
