// what a measurement says about a load
import { toReason } from '../../shared/causes.ts'
import {
  type Cause,
  type Findings,
  type Measurement,
  VERDICT_OK,
  type Verdict,
  type VerdictKind,
} from '../../shared/verdict.ts'
import { type Cut, doubtOf, type Hints, isServed, type Missing } from './hints.ts'
import { toNotes } from './verdict-notes.ts'

const NOTHING_MISSING: Missing = { missing: [], missingTotal: 0, missingByCause: {} }

/**
 * The verdict of a load.
 *
 * - `unverified`: nobody measured, or what was listed is cached but the tree was too large to list it whole, or nobody told
 *   whether live workers hold all of it.
 * - `empty`: no files under the path, and none vanished while it was loaded.
 * - `nothing-new`: every file was cached before, the same files are cached now.
 * - `cached`: every wanted file is wholly cached.
 * - `not-cached`: not one byte of the wanted files is in the cache, there is no such path, or no worker that is heard of
 *   holds what the master still counts as cached (nothing would be served).
 * - `partly`: everything between.
 *
 * Of a load that was stopped, or refused by the guard, it is the same: how much is there, whoever brought it.
 */
export function toVerdict(findings: Findings | undefined, hints: Hints): Verdict {
  const { missing, kind, measured, sentence } = weigh(findings, hints)
  const ok = VERDICT_OK[kind]
  const seen = { findings, after: measured?.after, hints, kind, missing: missing ?? NOTHING_MISSING }
  return {
    ...{ ok, kind },
    ...measured,
    ...(hints.copies > 1 && { copies: hints.copies }),
    ...(ok === false && missing),
    notes: [...(sentence === undefined ? [] : [sentence]), ...toNotes(seen)],
  }
}

type Measured = Pick<Verdict, 'before' | 'after' | 'cost' | 'workers'>
type Weighed = {
  readonly kind: VerdictKind
  readonly measured?: Measured
  readonly missing?: Missing
  /** Why it could not be judged by figures. */
  readonly sentence?: string
}

function weigh(findings: Findings | undefined, hints: Hints): Weighed {
  if (findings === undefined) {
    const sentence = hints.asked ? 'nobody measured the cache' : 'not measured: verification is off'
    return { kind: 'unverified', sentence }
  }
  const measured = toMeasured(findings, hints)
  const { after } = measured
  if (after !== undefined) {
    const missing = toMissing(findings, after, hints)
    const kind = toKind(findings, after, missing)
    // a listing counts what dead workers held as cached, so without word of a live one it is no proof
    const doubt = doubtOf(findings)
    if (doubt !== undefined && after.cachedFiles > 0 && VERDICT_OK[kind])
      return { kind: 'unverified', measured, missing, sentence: doubt.message }
    return { kind, measured, missing }
  }
  const { trouble } = findings
  if (trouble?.cause === 'no-such-path')
    return { kind: 'not-cached', measured, missing: toAbsent(hints), sentence: trouble.message }
  return { kind: 'unverified', measured, sentence: toUnmeasured(trouble) }
}

function toUnmeasured(trouble: Findings['trouble']): string {
  const { cause = 'unknown', message = 'no listing' } = trouble ?? {}
  const why = cause === 'unknown' ? message : `${toReason(cause, { files: 0 }).text.en} (${message})`
  return `the cache could not be measured: ${why}`
}

// a refused load changed nothing: what was there before is there now
function toMeasured({ before, cost, workers, ...findings }: Findings, { cut }: Hints): Measured {
  const after = findings.after ?? (cut === 'refused' ? before : undefined)
  return {
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
    ...(workers !== undefined && { workers }),
    cost,
  }
}

function toKind(findings: Findings, after: Measurement, { missingTotal }: Missing): VerdictKind {
  if (!isServed(findings) && after.files > 0) return 'not-cached'
  if (after.files === 0 && missingTotal === 0) return after.complete ? 'empty' : 'unverified'
  if (missingTotal > 0)
    return after.cachedBytes === 0 && (after.bytes > 0 || after.cachedFiles === 0) ? 'not-cached' : 'partly'
  if (!after.complete) return 'unverified'
  return wasCached(findings.before, after) ? 'nothing-new' : 'cached'
}

function wasCached(before: Measurement | undefined, after: Measurement): boolean {
  if (before === undefined || !before.complete || before.files === 0) return false
  return before.cachedFiles >= before.files && before.files === after.files && before.bytes === after.bytes
}

function toMissing(findings: Findings, after: Measurement, hints: Hints): Missing {
  if (!isServed(findings)) return toAll(after, hints.path, 'worker-lost')
  const missing = toNamed(findings, after, hints)
  return missing.missingTotal === 0 && isShort(findings, hints) ? toAll(after, hints.path, 'replicas') : missing
}

// a worker holds one copy of a block: with fewer of them the copies cannot be there, whatever was said
function isShort({ workers }: Findings, { copies }: Hints): boolean {
  return workers !== undefined && workers.live - workers.silent < copies
}

function toAll({ files }: Measurement, path: string, cause: Cause): Missing {
  if (files === 0) return NOTHING_MISSING
  return { missing: [{ path, cause }], missingTotal: files, missingByCause: { [cause]: files } }
}

function toAbsent({ path }: Hints): Missing {
  return { missing: [{ path, cause: 'no-such-path' }], missingTotal: 1, missingByCause: { 'no-such-path': 1 } }
}

/**
 * What files are missing for that nobody blamed on anything. A load that was cut short did not get to them: nothing is
 * wrong with them, and they count without a cause. A refused one was refused for want of room.
 */
const UNNAMED: Readonly<Record<Cut, Cause | undefined>> = {
  stopped: undefined,
  timeout: undefined,
  refused: 'no-space',
}

// files that are missing without a named cause are missing all the same
function toNamed(findings: Findings, after: Measurement, { cut }: Hints): Missing {
  const named = Object.values(findings.missingByCause).reduce((sum, files) => sum + files, 0)
  const missingTotal = Math.max(findings.missingTotal, named, findings.missing.length, after.files - after.cachedFiles)
  const missingByCause: Partial<Record<Cause, number>> = { ...findings.missingByCause }
  const cause = cut === undefined ? 'unknown' : UNNAMED[cut]
  if (missingTotal > named && cause !== undefined)
    missingByCause[cause] = (missingByCause[cause] ?? 0) + missingTotal - named
  return { missing: findings.missing, missingTotal, missingByCause }
}
