// what a person should know beside a verdict: one sentence a matter, and none twice
import { toBytes } from '../../shared/size.ts'
import { type Findings, type Measurement, type ServerRole, VERDICT_OK, type VerdictKind } from '../../shared/verdict.ts'
import { type Cut, type Hints, isServed, type Missing } from './hints.ts'

/** A verdict and what it was made of; `after` only when there is a measurement. */
export type Seen = {
  readonly findings: Findings | undefined
  readonly after: Measurement | undefined
  readonly hints: Hints
  readonly kind: VerdictKind
  readonly missing: Missing
}

/** The remarks. Causes are not among them: `missingByCause` names those, and `shared/causes.ts` has their sentences. */
export function toNotes(seen: Seen): string[] {
  const { findings, after, hints } = seen
  const cut = hints.cut === undefined ? [] : [CUTS[hints.cut](seen)]
  if (findings === undefined || after === undefined) return cut
  return [...cut, ...NOTES.flatMap(note => note({ ...seen, findings, after }) ?? [])]
}

const CUTS: Readonly<Record<Cut, (seen: Seen) => string>> = {
  stopped: seen => `stopped${measuredSoFar(seen)}`,
  timeout: seen => `the time for it was over${measuredSoFar(seen)}`,
  refused: ({ hints }) => `nothing was loaded: ${hints.message ?? 'the load was refused'}`,
}

function measuredSoFar({ after }: Seen): string {
  return after === undefined ? '' : ': what was loaded so far was measured'
}

type Measured = Seen & { readonly findings: Findings; readonly after: Measurement }
type Note = (seen: Measured) => string | undefined

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
  tellRestarted,
  tellDropped,
  ({ findings }) =>
    findings.quiet === false ? 'the engine still had unfinished jobs for this path when it was measured' : undefined,
  ({ after }) => (after.complete ? undefined : 'the path could not be listed whole, so nobody knows about every file'),
  tellFreshness,
  ({ hints, kind }) =>
    hints.copies > 1 && kind !== 'empty' && VERDICT_OK[kind]
      ? `copies not verified: ${hints.copies} were asked for, and they cannot be counted cheaply`
      : undefined,
  ({ hints, kind }) =>
    VERDICT_OK[kind] && hints.failures > 0
      ? `the CLI told of failures (${hints.failures}), but everything is cached`
      : undefined,
  ({ hints, kind }) =>
    VERDICT_OK[kind] && !hints.endedWell && hints.cut === undefined
      ? `the CLI ended with ${hints.exit}, but everything is cached`
      : undefined,
  tellWrongSuccess,
]

const SERVERS: Readonly<Record<ServerRole, string>> = {
  master: 'the master',
  worker: 'a worker',
  'job-master': 'the job master',
  'job-worker': 'a job worker',
}

// a worker that is silent is told of already
function tellRestarted({ findings }: Measured): string | undefined {
  const silent = (findings.workers?.silent ?? 0) > 0
  const roles = [...new Set(findings.restarted)].filter(role => role !== 'worker' || !silent)
  if (roles.length === 0) return undefined
  return `${roles.map(role => SERVERS[role]).join(' and ')} went away during the load`
}

// a file that the CLI called loaded may never have been there, so that who took it is told only when no cause is known
function tellDropped({ findings, missing }: Measured): string | undefined {
  const { files, bytes } = findings.dropped ?? { files: 0, bytes: 0 }
  if (files === 0) return undefined
  const [what, are, them] = files === 1 ? ['1 file', 'is', 'it'] : [`${files} files`, 'are', 'them']
  const { unknown = 0, 'no-space': crowded = 0 } = missing.missingByCause
  const unexplained = unknown >= files ? `: something else evicted or freed ${them}` : ''
  const why = crowded > 0 ? ': there is no room for everything' : unexplained
  return `${what} (${toBytes(bytes)}) that had been cached or called loaded ${are} not in the cache any more${why}`
}

// not asked for is another matter than not to be had; that a tree is too large to be listed is told for itself
function tellFreshness({ hints, after }: Measured): string | undefined {
  const notLookedAt = 'freshness was not looked at: what changed in the object store is not seen'
  if (hints.freshness === 'known') return notLookedAt
  if (after.fresh || !after.complete) return undefined
  // whoever ended it waits, so that nobody tries then
  if (hints.cut === 'stopped' || hints.cut === 'timeout') return notLookedAt
  return 'the metadata could not be refreshed: what changed in the object store is not seen'
}

function tellWrongSuccess({ hints, kind, after, missing }: Measured): string | undefined {
  if (VERDICT_OK[kind] !== false || !hints.endedWell || hints.failures > 0) return undefined
  const { missingTotal, missingByCause } = missing
  const lack = missingByCause.replicas === missingTotal ? 'have fewer copies' : 'are not cached'
  return `the CLI told of success, but ${missingTotal} of ${Math.max(after.files, missingTotal)} files ${lack}`
}
