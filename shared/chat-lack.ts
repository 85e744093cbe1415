// what a measurement of the cache is told as: shares of what there is, missing paths apart from missing files
import { toCount, toPercent } from './chat-figures.ts'
import { toBold } from './chat-markdown.ts'
import type { Verdict } from './verdict.ts'

type Sides = Pick<Verdict, 'before' | 'after'>

/** `12% → **100%**`; undefined when no file was measured afterwards: of nothing there is no share. */
export function toChange({ before, after }: Sides): string | undefined {
  if (after === undefined || after.files === 0) return undefined
  const now = toBold(toPercent(after.cachedPercent))
  // where nothing was, nothing was cached
  return before === undefined ? now : `${toPercent(before.files === 0 ? 0 : before.cachedPercent)} → ${now}`
}

/** Paths that do not exist. */
export function countAbsent({ missingByCause }: Pick<Verdict, 'missingByCause'>): number {
  return missingByCause?.['no-such-path'] ?? 0
}

/**
 * How much is there and what is not: `3% → **71%**，缺 340 个文件`. Paths that do not exist come before any share, which
 * is none of them: `缺 1 个路径（不存在），其余 0% → **50%**，缺 1 个文件`. Empty when there is nothing to tell.
 * @param there the share, or a longer text about what was measured
 * @param missing files and paths that are not there
 */
export function toLack(
  verdict: Pick<Verdict, 'missingByCause'>,
  { there, missing }: { readonly there: string | undefined; readonly missing: number },
): string {
  const absent = countAbsent(verdict)
  const files = missing - absent
  const share = there === undefined || there === '' ? [] : [absent === 0 ? there : `其余 ${there}`]
  return [
    ...(absent === 0 ? [] : [`缺 ${toCount(absent, '个路径')}（不存在）`]),
    ...share,
    ...(files > 0 ? [`缺 ${toCount(files, '个文件')}`] : []),
  ].join('，')
}
