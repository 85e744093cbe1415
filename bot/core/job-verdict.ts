// the verdicts of a job's loads as one
import { ACTIONS } from '../../shared/actions.ts'
import {
  type Cause,
  type Measurement,
  MOST_MISSING_EXAMPLES,
  VERDICT_OK,
  type Verdict,
  type VerdictKind,
} from '../../shared/verdict.ts'
import type { TaskRow } from './state.ts'

/**
 * One verdict for all loads of a job: its task's own when there is one task, else the least good with summed figures.
 * A load that ended without a verdict (stopped, lost) counts as unverified. What is attached is measured with the load
 * that it follows and not counted twice. Undefined when nothing was judged.
 */
export function toJobVerdict(tasks: readonly TaskRow[]): Verdict | undefined {
  const loads = tasks.filter(task => ACTIONS[task.action].verified && task.options.dryRun !== true)
  const verdicts = loads.flatMap(task => task.verdict ?? [])
  if (verdicts.length === 0 || loads.length === 1) return verdicts[0]
  const kind = toKind(
    verdicts.map(verdict => verdict.kind),
    verdicts.length < loads.length,
  )
  // a follower whose leader is of the same job is in that one's figures
  const ids = new Set(loads.map(task => task.id))
  const counted = loads.filter(task => task.attachedTo === undefined || !ids.has(task.attachedTo))
  const own = counted.flatMap(task => task.verdict ?? [])
  const before = total(own.map(verdict => verdict.before))
  const after = total(own.map(verdict => verdict.after))
  const cost = own.reduce(
    (sum, one) => ({ calls: sum.calls + (one.cost?.calls ?? 0), wallMs: sum.wallMs + (one.cost?.wallMs ?? 0) }),
    { calls: 0, wallMs: 0 },
  )
  const workers = newest(own)?.workers
  const copies = Math.max(1, ...verdicts.map(verdict => verdict.copies ?? 1))
  return {
    ok: VERDICT_OK[kind],
    kind,
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
    ...(VERDICT_OK[kind] === false && toMissing(own)),
    cost,
    ...(workers !== undefined && { workers }),
    ...(copies > 1 && { copies }),
    notes: [...new Set(verdicts.flatMap(verdict => verdict.notes))].slice(0, 20),
  }
}

function toKind(kinds: readonly VerdictKind[], incomplete: boolean): VerdictKind {
  const bad = kinds.some(kind => VERDICT_OK[kind] === false)
  if (bad) return kinds.every(kind => kind === 'not-cached') ? 'not-cached' : 'partly'
  if (incomplete || kinds.includes('unverified')) return 'unverified'
  if (kinds.every(kind => kind === 'empty')) return 'empty'
  return kinds.includes('cached') ? 'cached' : 'nothing-new'
}

// of several looks at the same workers the last one counts
function newest(verdicts: readonly Verdict[]): Verdict | undefined {
  const told = verdicts.filter(verdict => verdict.workers !== undefined)
  return told.toSorted((a, b) => ((a.after?.at ?? '') < (b.after?.at ?? '') ? -1 : 1)).at(-1)
}

// known only when it is known of all
function total(parts: readonly (Measurement | undefined)[]): Measurement | undefined {
  const known = parts.flatMap(part => part ?? [])
  const [first] = known
  if (first === undefined || known.length < parts.length) return undefined
  const sums = known.reduce((sum, one) => ({
    at: [sum.at, one.at].sort()[1] ?? sum.at,
    files: sum.files + one.files,
    bytes: sum.bytes + one.bytes,
    cachedFiles: sum.cachedFiles + one.cachedFiles,
    cachedBytes: sum.cachedBytes + one.cachedBytes,
    cachedPercent: 0,
    fresh: sum.fresh && one.fresh,
    complete: sum.complete && one.complete,
  }))
  return { ...sums, cachedPercent: percentOf(sums) }
}

// rounded down, so that 100 means all of it
function percentOf({ files, bytes, cachedFiles, cachedBytes }: Measurement): number {
  if (bytes > 0) return cachedFiles >= files ? 100 : Math.min(99, Math.floor((cachedBytes * 100) / bytes))
  return files > 0 && cachedFiles < files ? 0 : 100
}

function toMissing(verdicts: readonly Verdict[]): Pick<Verdict, 'missing' | 'missingTotal' | 'missingByCause'> {
  const missingByCause: Partial<Record<Cause, number>> = {}
  for (const verdict of verdicts) {
    for (const [cause, files] of Object.entries(verdict.missingByCause ?? {})) {
      missingByCause[cause as Cause] = (missingByCause[cause as Cause] ?? 0) + files
    }
  }
  return {
    missing: verdicts.flatMap(verdict => verdict.missing ?? []).slice(0, MOST_MISSING_EXAMPLES),
    missingTotal: verdicts.reduce((sum, verdict) => sum + (verdict.missingTotal ?? 0), 0),
    missingByCause,
  }
}
