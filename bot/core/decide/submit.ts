// a submission: a new job, more tasks for an open one of the same name, or the same job taken up again
import { ACTIONS, changes } from '../../../shared/actions.ts'
import { AppError, shown } from '../../../shared/errors.ts'
import type { Id } from '../../../shared/ids.ts'
import { NO_COUNTS } from '../../../shared/job.ts'
import { toInstant } from '../../../shared/time.ts'
import type { Ask, Context, Decision, SubmitJob } from '../commands.ts'
import type { Event } from '../events.ts'
import { makeTasks, toAttachedNotes, toPlaceNotes } from '../make-tasks.ts'
import { findOpenJob, findOpenTasks, findTwin } from '../meet.ts'
import { NOT_SAVED } from '../rows.ts'
import { countersOf, type JobRow, type State } from '../state.ts'
import { enforceIndex, toSubmission } from '../submission.ts'
import { demandSameAsk, toKeyId } from './idempotency.ts'
import { chooseCluster, demandOperator } from './permit.ts'
import { decideRetry } from './retry.ts'

/** Takes an ask in. The same `Idempotency-Key` of the same user answers with the job that it made the first time. */
export function decideSubmit(state: State, command: SubmitJob, context: Context): Decision {
  if (command.asks.length === 0 || command.asks.some(changes)) demandOperator(command.actor, toDeed(command))
  const before = findEarlier(state, command)
  if (before !== undefined) return before
  command.asks.forEach(checkAsk)
  if (command.enforceIndex !== undefined) enforceIndex(state, command.name ?? '', command.enforceIndex)
  const cluster = chooseCluster(state, command.cluster, context)
  const met = command.resume === true ? findTwin(state, command, cluster) : undefined
  return met === undefined ? addTasks(state, command, { cluster, context }) : takeUp(state, command, { met, context })
}

type World = { readonly cluster: string; readonly context: Context }

function addTasks(state: State, command: SubmitJob, world: World): Decision {
  const { context } = world
  const open = command.scheduled === undefined ? findOpenJob(state, command, world.cluster) : undefined
  const job = open ?? toJobRow(state, command, world)
  const { skipOpen = false } = command
  const left = skipOpen !== false && open !== undefined ? findOpenTasks(state, open, command) : new Map()
  const made = makeTasks(state, command, { job, context, left })
  const taskIds = command.asks.flatMap(ask => left.get(ask)?.id ?? made.byAsk.get(ask)?.id ?? [])
  const submission = toSubmission(state, job, { ...command, kind: 'submit', context })
  const events: Event[] = [
    ...(open === undefined ? [{ type: 'job.created' as const, job }] : []),
    { type: 'job.asked', submission },
    ...made.tasks.map(task => ({ type: 'task.created' as const, task })),
    ...made.followed,
    ...toKeyUsed(command, job.id, taskIds),
  ]
  // nobody reads what the answer to the clock would say
  const notes =
    command.scheduled === undefined
      ? [...toLeftNotes(skipOpen, left.size), ...toAttachedNotes(made), ...toPlaceNotes(state, made.tasks)]
      : []
  return { events, answer: { jobId: job.id, taskIds, submissionId: submission.id, notes } }
}

// who asked for a change of a document is told nothing of what it leaves as it is
function toLeftNotes(skipOpen: NonNullable<SubmitJob['skipOpen']>, left: number): string[] {
  return skipOpen === 'same' && left > 0 ? [`left: ${left} of these paths are under way in this job already`] : []
}

// what stands of it goes on in the same job; who may not change that is told so
function takeUp(
  state: State,
  command: SubmitJob,
  world: { readonly met: JobRow; readonly context: Context },
): Decision {
  const { met, context } = world
  const { actor } = command
  if (met.endedAt === undefined) return { events: [], answer: { jobId: met.id, taskIds: [], met: 'open' } }
  const again = decideRetry(state, { type: 'job.retry', actor, jobId: met.id, only: 'unfinished' }, context)
  const submission = toSubmission(state, met, { ...command, kind: 'submit', context })
  const answer = { ...again.answer, met: 'resumed' as const, submissionId: submission.id }
  const keyUsed = toKeyUsed(command, met.id, again.answer.taskIds ?? [])
  return { events: [{ type: 'job.asked', submission }, ...again.events, ...keyUsed], answer }
}

function toDeed({ asks }: SubmitJob): string {
  return `submit ${asks[0]?.action ?? 'a job'}`
}

function findEarlier(state: State, command: SubmitJob): Decision | undefined {
  const id = toKeyId(command)
  const used = id === undefined ? undefined : state.keys.get(id)
  // what is gone for everybody cannot be the answer
  if (used === undefined || state.jobs.get(used.jobId)?.purged) return undefined
  demandSameAsk(used, command)
  return { events: [], answer: { jobId: used.jobId, taskIds: used.taskIds, repeated: true } }
}

function toKeyUsed(command: SubmitJob, jobId: Id, taskIds: readonly Id[]): Event[] {
  const id = toKeyId(command)
  if (id === undefined || command.idempotency === undefined) return []
  return [{ type: 'key.used', key: { id, jobId, taskIds, fingerprint: command.idempotency.fingerprint } }]
}

function checkAsk({ action, path, options }: Ask): void {
  const wanted = ACTIONS[action].paths
  if (wanted === 'none' && path !== '')
    throw new AppError('INVALID_INPUT', `${action} takes no paths, got ${shown(path)}.`)
  if (wanted !== 'none' && path === '')
    throw new AppError('INVALID_INPUT', `${action} needs at least one path, got none.`)
  if (options.dryRun === true && !ACTIONS[action].verified) {
    throw new AppError('INVALID_INPUT', `dryRun is for load and forceload, got ${action}.`)
  }
}

const RANDOM_DIGITS = 15
const NAME_DIGITS = 8

// the end of an id is its random part; among as many jobs as are kept eight digits of it are often the same as another's
function makeName(state: State, id: Id): string {
  const random = id.replaceAll('-', '').slice(-RANDOM_DIGITS)
  const ends = Array.from({ length: RANDOM_DIGITS - NAME_DIGITS + 1 }, (_, at) => RANDOM_DIGITS - at)
  const names = ends.map(end => `gfs-${random.slice(end - NAME_DIGITS, end)}`)
  return names.find(name => state.jobs.countOf('name', name) === 0) ?? `gfs-${random.slice(-NAME_DIGITS)}`
}

function toJobRow(state: State, command: SubmitJob, world: World): JobRow {
  const { now, ids } = world.context
  const id = ids.next(now)
  return {
    id,
    number: countersOf(state).nextNumber,
    name: command.name ?? makeName(state, id),
    named: command.name !== undefined,
    cluster: world.cluster,
    action: command.asks[0]?.action ?? 'mixed',
    requester: command.actor.name,
    via: command.actor.via,
    ...(command.scheduled !== undefined && { scheduled: command.scheduled }),
    desired: 'run',
    status: 'queued',
    counts: NO_COUNTS,
    waiting: { work: 0, read: 0 },
    live: 0,
    leastKey: '',
    createdAt: toInstant(now),
    notes: [],
    ...NOT_SAVED,
  }
}
