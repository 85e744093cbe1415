// why files are not cached and what to do next, as lines of a message
import { toReasons } from '../../../shared/causes.ts'
import { toCount, toPercent, toShare } from '../../../shared/chat-figures.ts'
import { toPathText } from '../../../shared/chat-markdown.ts'
import type { Job } from '../../../shared/job.ts'
import type { Cause, Reason, Verdict } from '../../../shared/verdict.ts'

/** Causes told of one path, and steps told of one job. */
const MOST_CAUSES = 4
const MOST_STEPS = 3

/** Causes that are about single files: one of them is named. The others are about servers and room. */
const ABOUT_FILES: ReadonlySet<Cause> = new Set<Cause>([
  ...(['permission', 'gone', 'changed', 'not-seen', 'unreported', 'incomplete', 'unknown'] as const),
])

/** The causes of a verdict; none for what was stopped before it got to them. */
export function reasonsOf(verdict: Verdict | undefined): readonly Reason[] {
  return verdict === undefined ? [] : (verdict.reasons ?? toReasons(verdict))
}

/** `空间不足：212 个（缓存已用 99%）`, `底层文件已不存在：128 个，例如 /a/b`: most files first. */
export function toCauseLines(verdict: Verdict | undefined): string[] {
  const reasons = reasonsOf(verdict)
  if (verdict === undefined) return []
  const told = reasons.slice(0, MOST_CAUSES).map(reason => toCauseLine(reason, verdict))
  return reasons.length > MOST_CAUSES ? [...told, `其余 ${reasons.length - MOST_CAUSES} 种原因`] : told
}

const WITH_ASIDE = /^([^（]+)(（.+）)$/s

function toCauseLine({ cause, files, text }: Reason, verdict: Verdict): string {
  const [, plain = text.zh, aside = ''] = WITH_ASIDE.exec(text.zh) ?? []
  // a sentence that counts workers says what it counts here
  const counted = toCount(files, text.zh.includes('个') ? '个文件' : '个')
  return `${plain}：${counted}${toUsed(cause, verdict) ?? aside}${toExample(cause, verdict)}`
}

function toUsed(cause: Cause, { workers }: Verdict): string | undefined {
  if (cause !== 'no-space' || workers === undefined) return undefined
  const used = toShare(workers.usedBytes, workers.capacityBytes)
  return used === undefined ? undefined : `（缓存已用 ${toPercent(used)}）`
}

function toExample(cause: Cause, { missing }: Verdict): string {
  const example = ABOUT_FILES.has(cause) ? missing?.find(file => file.cause === cause) : undefined
  return example === undefined ? '' : `，例如 ${toPathText(example.path)}`
}

const RETRY = '`重试 任务号`'
const THEN_RETRY = /[，；]\s*再 `重试 任务号`$/
// such a path can be typed as it is, and holds nothing that would end the code that it stands in
const TYPED_AS_IT_IS = /^[\w./=:-]+$/

/**
 * What to do next, in one line: trying again first, where that is of any use, then what has to be done for it. Without
 * causes one looks at what the CLI said.
 */
export function toNextSteps(job: Job, reasons: readonly Reason[], path: string | undefined): string {
  const nexts = [...new Set(reasons.map(({ next }) => next.zh))]
  const retried = nexts.filter(next => THEN_RETRY.test(next)).map(next => next.replace(THEN_RETRY, ''))
  const others = nexts.filter(next => !THEN_RETRY.test(next))
  const steps =
    nexts.length === 0
      ? ['`日志 任务号` 查看 CLI 的输出', RETRY]
      : [...(retried.length > 0 ? [`${RETRY} 只重试缺的文件`] : []), ...[...retried, ...others].slice(0, MOST_STEPS)]
  return steps.map(step => fill(step, job, path)).join('；')
}

// what was just loaded is the last that should be freed
function fill(step: string, job: Job, path: string | undefined): string {
  const numbered = step.replaceAll('任务号', String(job.number)).replaceAll('释放 /路径', '释放 /旧路径')
  return path !== undefined && TYPED_AS_IT_IS.test(path) ? numbered.replaceAll('预热 /路径', `预热 ${path}`) : numbered
}
