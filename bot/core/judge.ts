// exit, counted lines, before and after: the verdict of a run and the status that follows from it
import { ACTIONS } from '../../shared/actions.ts'
import { type Exit, killedBy, type LineCounts, NO_LINES } from '../../shared/allocation.ts'
import type { Estimate } from '../../shared/verdict.ts'
import { type Cause, type Findings, PASSING_CAUSES, type Verdict } from '../../shared/verdict.ts'
import { type Cut, doubtOf, type Hints } from './hints.ts'
import type { TaskRow } from './state.ts'
import { toVerdict } from './verdict.ts'

/** A run that has ended, as its agent told it. */
export type Run = {
  readonly task: Pick<TaskRow, 'action' | 'path' | 'options' | 'verify' | 'desired' | 'cluster' | 'key'>
  readonly exit: Exit
  readonly lines?: LineCounts | undefined
  readonly findings?: Findings | undefined
  readonly estimate?: Estimate | undefined
}

export type Judgement = {
  readonly status: 'succeeded' | 'failed' | 'stopped'
  /** Only loads have one. */
  readonly verdict?: Verdict
  /** All that keeps it from a good verdict are causes that pass by themselves. */
  readonly passing: boolean
}

/**
 * What a run means. Of a load the measurement decides; neither exit code nor lines prove anything in either direction
 * (goosefs-cli.md, section 12). Only where nobody measured do exit and failure lines count. Everything else goes by
 * exit 0. A dry run has succeeded when it estimated.
 */
export function judge(run: Run): Judgement {
  const { task, exit } = run
  if (task.options.dryRun === true) return { status: toStatus(run, run.estimate !== undefined), passing: false }
  if (!ACTIONS[task.action].verified) return { status: toStatus(run, endedWell(exit)), passing: false }
  const hints = toHints(run)
  const measured = task.verify ? run.findings : undefined
  const verdict = toVerdict(measured, hints)
  const status = toStatus(run, verdict.ok ?? (hints.endedWell && hints.failures === 0))
  // room does not come by itself to a load that was refused for want of it: somebody has to free or to force
  const passing = status !== 'stopped' && exit.reason !== 'refused' && isPassing(verdict, measured)
  return { status, verdict, passing }
}

const CUTS: readonly Cut[] = ['stopped', 'timeout', 'refused']

function toHints({ task, exit, lines = NO_LINES }: Run): Hints {
  return {
    path: task.path,
    endedWell: endedWell(exit),
    exit: toWords(exit),
    cut: CUTS.find(reason => reason === exit.reason),
    message: exit.message,
    failures: failuresOf(lines),
    asked: task.verify,
    freshness: task.options.freshness ?? 'refreshed',
    copies: task.options.replication ?? 1,
  }
}

/** Whether a program ended by itself and with 0. Proves nothing of a load. */
export function endedWell(exit: Exit): boolean {
  return exit.reason === 'exited' && exit.code === 0
}

// what was stopped on request, ours or somebody's at the coordinator, is stopped, unless it had come to a good end by
// itself before the stop reached it
function toStatus({ task, exit }: Run, good: boolean): Judgement['status'] {
  const unwanted = task.desired === 'stop' || exit.reason === 'stopped'
  if (unwanted && !(good && exit.reason === 'exited')) return 'stopped'
  return good ? 'succeeded' : 'failed'
}

function isPassing(verdict: Verdict, findings: Findings | undefined): boolean {
  const causes = Object.entries(verdict.missingByCause ?? {}).filter(([, files]) => files > 0)
  const named = causes.map(([cause]) => cause as Cause)
  const doubt = verdict.ok === null && findings !== undefined ? doubtOf(findings)?.cause : undefined
  const all = doubt === undefined ? named : [...named, doubt]
  return all.length > 0 && all.every(cause => PASSING_CAUSES.has(cause))
}

function failuresOf(lines: LineCounts): number {
  return lines.failed + lines.attemptsFailed + lines.submitFailed
}

function toWords(exit: Exit): string {
  const killed = exit.reason === 'exited' ? killedBy(exit) : undefined
  if (exit.code !== undefined) return `exit status ${exit.code}${killed === undefined ? '' : ` (killed by ${killed})`}`
  if (exit.signal !== undefined) return `signal ${exit.signal}`
  return exit.reason
}
