// exit, counted lines, before and after: the verdict of a run and the status that follows from it
import { ACTIONS } from '../../shared/actions.ts'
import { type Exit, type LineCounts, NO_LINES } from '../../shared/allocation.ts'
import type { Estimate } from '../../shared/verdict.ts'
import { type Cause, type Findings, PASSING_CAUSES, type Verdict } from '../../shared/verdict.ts'
import { isRefreshing } from './leader-key.ts'
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
  /** Everything that failed failed for causes that pass by themselves. */
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
  const hints = { endedWell: endedWell(exit), exit: toWords(exit), failures: failuresOf(run.lines ?? NO_LINES) }
  const measured = task.verify ? run.findings : undefined
  const verdict = toVerdict(measured, { ...hints, path: task.path, refreshing: isRefreshing(task), asked: task.verify })
  const status = toStatus(run, verdict.ok ?? (hints.endedWell && hints.failures === 0))
  return { status, verdict, passing: status === 'failed' && isPassing(verdict, measured) }
}

/** Whether a program ended by itself and with 0. Proves nothing of a load. */
export function endedWell(exit: Exit): boolean {
  return exit.reason === 'exited' && exit.code === 0
}

// what was stopped on request is stopped, unless it had come to a good end by itself before the stop reached it
function toStatus({ task, exit }: Run, good: boolean): Judgement['status'] {
  if (task.desired === 'stop' && !(good && exit.reason === 'exited')) return 'stopped'
  return good ? 'succeeded' : 'failed'
}

function isPassing(verdict: Verdict, findings: Findings | undefined): boolean {
  const causes = Object.entries(verdict.missingByCause ?? {}).filter(([, files]) => files > 0)
  const named = causes.map(([cause]) => cause as Cause)
  const trouble = verdict.ok === null ? findings?.trouble?.cause : undefined
  const all = trouble === undefined ? named : [...named, trouble]
  return all.length > 0 && all.every(cause => PASSING_CAUSES.has(cause))
}

function failuresOf(lines: LineCounts): number {
  return lines.failed + lines.attemptsFailed + lines.submitFailed
}

function toWords(exit: Exit): string {
  if (exit.code !== undefined) return `exit status ${exit.code}`
  if (exit.signal !== undefined) return `signal ${exit.signal}`
  return exit.reason
}
