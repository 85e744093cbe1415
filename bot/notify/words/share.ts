// how much of a path is in the cache, before and after
import { toCount, toPercent, toSize } from '../../../shared/chat-figures.ts'
import { toChange, toLack } from '../../../shared/chat-lack.ts'
import type { Measurement, Verdict } from '../../../shared/verdict.ts'

export const ALL_THERE = '全部已在缓存，未加载新文件'
export const NO_FILES = '路径下没有文件'

/** `12% → **100%**`, or what was there before; undefined when no file was measured. */
export function toShareText(verdict: Pick<Verdict, 'before' | 'after'>): string | undefined {
  const { before, after } = verdict
  if (after !== undefined) return toChange(verdict)
  return before === undefined || before.files === 0 ? undefined : `预热前 ${toPercent(before.cachedPercent)}`
}

/** `1,204 个文件，38.2 GB，新增 33.6 GB` */
export function toAmount({ before, after }: Pick<Verdict, 'before' | 'after'>): string | undefined {
  const measured = after ?? before
  if (measured === undefined) return undefined
  const added = toAddedBytes(before, after)
  const facts = [toCount(measured.files, '个文件'), toSize(measured.bytes)]
  return [...facts, ...(added > 0 ? [`新增 ${toSize(added)}`] : [])].join('，')
}

/** Bytes that came into the cache. */
export function toAddedBytes(before: Measurement | undefined, after: Measurement | undefined): number {
  return before === undefined || after === undefined ? 0 : Math.max(0, after.cachedBytes - before.cachedBytes)
}

/** Files that are not there. */
export function toMissingCount({ missingTotal, after }: Verdict): number {
  return missingTotal ?? (after === undefined ? 0 : after.files - after.cachedFiles)
}

/** The cache's side of a load, in one clause; '' when there is nothing to tell. */
export function toOutcome(verdict: Verdict): string {
  const { kind } = verdict
  const amount = toAmount(verdict)
  const behind = amount === undefined ? '' : `（${amount}）`
  if (kind === 'empty') return NO_FILES
  if (kind === 'nothing-new') return `${ALL_THERE}${behind}`
  const change = toShareText(verdict)
  if (verdict.ok === false) {
    const there = change === undefined ? undefined : `${change}${behind}`
    return toLack(verdict, { there, missing: toMissingCount(verdict) })
  }
  if (kind !== 'unverified') return `${change ?? ''}${behind}`
  // a listing counts what dead workers held: without word of a live one it is no proof
  if (verdict.after !== undefined && change !== undefined)
    return `未核实：测得 ${change}，但没有在线 worker 能证实${behind}`
  return `未核实：没有测到加载后的缓存占比${change === undefined ? '' : `（${change}）`}`
}
