// what a measurement says about a load
import {
  type Cause,
  type Findings,
  type Measurement,
  VERDICT_OK,
  type Verdict,
  type VerdictKind,
} from '../../shared/verdict.ts'

/** What the CLI itself let be known: remarks in the verdict, never its reason. */
export type Hints = {
  readonly path: string
  readonly endedWell: boolean
  /** The exit in words. */
  readonly exit: string
  /** Lines that speak of a failure. */
  readonly failures: number
  /** Fresh metadata were asked for. */
  readonly refreshing: boolean
  /** Measuring was asked for. */
  readonly asked: boolean
}

type Missing = {
  readonly missing: Findings['missing']
  readonly missingTotal: number
  readonly missingByCause: Partial<Record<Cause, number>>
}
const NOTHING_MISSING: Missing = { missing: [], missingTotal: 0, missingByCause: {} }

/**
 * The verdict of a load.
 *
 * - `unverified`: nobody measured, or what was listed is cached but the tree was too large to list it whole.
 * - `empty`: no files under the path, and none vanished while it was loaded.
 * - `nothing-new`: every file was cached before, the same files are cached now.
 * - `cached`: every wanted file is wholly cached.
 * - `not-cached`: not one byte of the wanted files is in the cache, there is no such path, or no worker that is heard of
 *   holds what the master still counts as cached (nothing would be served).
 * - `partly`: everything between.
 */
export function toVerdict(findings: Findings | undefined, hints: Hints): Verdict {
  if (findings === undefined)
    return toUnverified(hints.asked ? 'nobody measured the cache' : 'not measured: verification is off', {})
  const { after, trouble } = findings
  if (after === undefined && trouble?.cause === 'no-such-path') return toAbsent(findings, hints)
  if (after === undefined)
    return toUnverified(`the cache could not be measured: ${trouble?.message ?? 'no listing'}`, findings)
  const missing = isServed(findings) ? toMissing(findings, after) : toUnserved(after, hints)
  const kind = toKind(findings, after, missing)
  const ok = VERDICT_OK[kind]
  const notes = NOTES.flatMap(note => note({ findings, after, hints, kind, missing }) ?? [])
  return { ok, kind, ...toMeasured(findings), ...(ok === false && missing), notes }
}

function toUnverified(note: string, findings: Partial<Findings>): Verdict {
  return { ok: null, kind: 'unverified', ...toMeasured(findings), notes: [note] }
}

function toAbsent(findings: Findings, { path }: Hints): Verdict {
  const missing = {
    missing: [{ path, cause: 'no-such-path' as const }],
    missingTotal: 1,
    missingByCause: { 'no-such-path': 1 },
  }
  return {
    ok: false,
    kind: 'not-cached',
    ...toMeasured(findings),
    ...missing,
    notes: [findings.trouble?.message ?? 'there is no such path'],
  }
}

function toMeasured({ before, after, cost }: Partial<Findings>): Pick<Verdict, 'before' | 'after' | 'cost'> {
  return {
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
    ...(cost !== undefined && { cost }),
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

// a dead worker is counted as live by the master for minutes, and so is what it held; with several workers nobody can tell
// from outside which of them holds a block, so only silence of all of them is certain
function isServed({ workers }: Findings): boolean {
  return workers === undefined || workers.live - workers.silent > 0
}

function toUnserved(after: Measurement, { path }: Hints): Missing {
  if (after.files === 0) return NOTHING_MISSING
  return {
    missing: [{ path, cause: 'worker-lost' }],
    missingTotal: after.files,
    missingByCause: { 'worker-lost': after.files },
  }
}

// files that are missing without a named cause are missing all the same
function toMissing(findings: Findings, after: Measurement): Missing {
  const named = Object.values(findings.missingByCause).reduce((sum, files) => sum + files, 0)
  const missingTotal = Math.max(findings.missingTotal, named, findings.missing.length, after.files - after.cachedFiles)
  const unnamed = missingTotal - named
  const missingByCause: Partial<Record<Cause, number>> = { ...findings.missingByCause }
  if (unnamed > 0) missingByCause.unknown = (missingByCause.unknown ?? 0) + unnamed
  return { missing: findings.missing, missingTotal, missingByCause }
}

type Seen = {
  readonly findings: Findings
  readonly after: Measurement
  readonly hints: Hints
  readonly kind: VerdictKind
  readonly missing: Missing
}
type Note = (seen: Seen) => string | undefined

const NOTES: readonly Note[] = [
  ({ kind }) => (kind === 'empty' ? 'there are no files under this path' : undefined),
  ({ findings, after }) =>
    isServed(findings) || after.files === 0
      ? undefined
      : 'the cluster counts files as cached, but none of its workers has been heard of lately',
  ({ findings }) => {
    const { live, silent } = findings.workers ?? { live: 0, silent: 0 }
    return silent > 0 && live > silent ? `${silent} of ${live} workers have not been heard of lately` : undefined
  },
  ({ findings }) =>
    findings.quiet === false ? 'the engine still had unfinished jobs for this path when it was measured' : undefined,
  ({ after }) => (after.complete ? undefined : 'the path could not be listed whole, so nobody knows about every file'),
  ({ after, hints }) =>
    hints.refreshing && !after.fresh
      ? 'the metadata could not be refreshed; measured is what the cluster knew before'
      : undefined,
  ({ hints, kind }) =>
    VERDICT_OK[kind] && hints.failures > 0
      ? `the CLI told of failures (${hints.failures}), but everything is cached`
      : undefined,
  ({ hints, kind }) =>
    VERDICT_OK[kind] && !hints.endedWell ? `the CLI ended with ${hints.exit}, but everything is cached` : undefined,
  ({ hints, kind, after, missing }) =>
    VERDICT_OK[kind] === false && hints.endedWell && hints.failures === 0
      ? `the CLI told of success, but ${missing.missingTotal} of ${Math.max(after.files, missing.missingTotal)} files are not cached`
      : undefined,
]
