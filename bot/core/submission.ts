// what was asked about a job, written down as it was asked
import { AppError } from '../../shared/errors.ts'
import type { Actor } from '../../shared/job.ts'
import { toInstant } from '../../shared/time.ts'
import type { Context } from './commands.ts'
import { NOT_SAVED } from './rows.ts'
import { countersOf, type JobRow, type State, type SubmissionRow } from './state.ts'

type Asked = {
  readonly actor: Actor
  readonly kind: SubmissionRow['kind']
  readonly view: string
  readonly document?: unknown
  readonly context: Context
}

/** The row of one ask; its version counts what was submitted under that name before. */
export function toSubmission(state: State, job: JobRow, asked: Asked): SubmissionRow {
  const { actor, kind, view, document, context } = asked
  return {
    id: context.ids.next(context.now),
    jobId: job.id,
    name: job.name,
    cluster: job.cluster,
    kind,
    version: toVersion(state, job, kind),
    view,
    by: actor.name,
    at: toInstant(context.now),
    ...(document !== undefined && { document }),
    ...NOT_SAVED,
  }
}

// runs of a schedule are counted by it: there may be a hundred thousand of them
function toVersion(state: State, { name, scheduled }: JobRow, kind: SubmissionRow['kind']): number {
  if (scheduled !== undefined) return scheduled.run - 1
  return kind === 'submit' ? nextVersion(state, name) : Math.max(0, nextVersion(state, name) - 1)
}

// the oldest of them may have been removed; who had all of it removed begins anew, also while the last of it is ending
function nextVersion(state: State, name: string): number {
  let next = 0
  for (const { kind, version, jobId } of state.submissions.find('name', name))
    if (kind === 'submit' && !state.jobs.get(jobId)?.purged) next = Math.max(next, version + 1)
  return next
}

/**
 * Refuses an ask whose asker knows another state of the name than there is: `expected` is the index of its last ask, 0
 * says that there is no such name yet. Throws CONFLICT in the words that Nomad has for it.
 */
export function enforceIndex(state: State, name: string, expected: number): void {
  const indexes = Array.from(state.jobs.find('name', name))
    .filter(job => !job.purged)
    .flatMap(job => [job.createIndex, ...Array.from(state.submissions.find('job', job.id), one => one.modifyIndex)])
  const [first] = indexes
  // what this frame has not saved yet gets the next index
  const index = Math.max(...indexes.map(saved => saved || countersOf(state).index + 1))
  if (first === undefined ? expected === 0 : expected !== 0 && index === expected) return
  const found = expected === 0 ? 'job already exists' : `job exists with conflicting job modify index: ${index}`
  const why = first === undefined ? 'job does not exist' : found
  throw new AppError('CONFLICT', `Enforcing job modify index ${expected}: ${why}`, {
    details: { enforcedIndex: expected },
  })
}
