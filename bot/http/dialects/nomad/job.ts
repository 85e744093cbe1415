// one job in view 002: what it is, what became of it, and its end
import * as z from 'zod'
import { AppError } from '../../../../shared/errors.ts'
import { toInstant } from '../../../../shared/time.ts'
import type { NamedJobs, SubmissionView } from '../../../engine/operations/port.ts'
import { type Answer, toText } from '../../answer.ts'
import { type Call, type Endpoint, endpoint } from '../../endpoint.ts'
import { toAllocationStub } from './allocation-view.ts'
import { isPriority, PRIORITY_MISTAKE } from './document.ts'
import { toEvaluation } from './evaluation-view.ts'
import { Deregistered, JobSummary, JobVersions, NomadJob } from './job-shapes.ts'
import { newestOf, toJob, toSummary, VIEW } from './job-view.ts'
import { JobRef, WRITE_QUERY } from './jobs.ts'
import { toBody, toList } from './long-list.ts'
import { type Asked, isPretty, ReadQuery, readBoolean, toQuery } from './query.ts'
import { notFound, read, toHeaders, toIndex } from './read.ts'
import { AllocationStubs, Evaluations } from './run-shapes.ts'

type Asking = Pick<Call<unknown, unknown, unknown>, 'room' | 'actor'>

/** All jobs of a name as one; undefined when there is none. */
export async function findNamed({ room, actor }: Asking, name: string): Promise<NamedJobs | undefined> {
  const { items } = await room.operations.listNames(actor, { name })
  return items[0]
}

async function getNamed(call: Call<{ id: string }, Asked, unknown>, what: 'job' | 'job versions' = 'job') {
  const named = call.query.elsewhere ? undefined : await findNamed(call, call.params.id)
  if (named === undefined) throw notFound(what)
  return named
}

const one = { params: JobRef, query: ReadQuery }

const get = read({
  ...one,
  path: '/v1/job/:id',
  summary: 'A job as it was registered, and how it is',
  shape: NomadJob,
  find: async call => ({ value: toJob(await getNamed(call)) }),
})

const summary = read({
  ...one,
  path: '/v1/job/:id/summary',
  summary: 'How many allocations of each group are how',
  shape: JobSummary,
  find: async call => ({ value: toSummary(await getNamed(call)) }),
})

const versions = read({
  ...one,
  path: '/v1/job/:id/versions',
  summary: 'All registrations of a job, newest first',
  shape: JobVersions,
  find: async call => {
    const named = await getNamed(call, 'job versions')
    const asks = named.submissions.filter(({ kind }) => kind === 'submit').reverse()
    const list = toList(asks.length === 0 ? [undefined] : asks, ask => toJob(named, ask))
    return { list: { ...list, around: Versions => ({ Versions, Diffs: null }) } }
  },
})

const allocations = read({
  path: '/v1/job/:id/allocations',
  summary: 'All allocations of a job, also those of earlier registrations',
  params: JobRef,
  query: toQuery({ all: z.string().optional().meta({ description: 'accepted: it is always all of them' }) }),
  shape: AllocationStubs,
  find: async ({ room, actor, params, query }) => {
    if (query.elsewhere) return { value: [] }
    const views = await room.operations.listAllocations(actor, { name: params.id })
    return { list: toList(views, view => toAllocationStub(view)) }
  },
})

const evaluations = read({
  ...one,
  path: '/v1/job/:id/evaluations',
  summary: 'Everything that was asked about a job, newest first',
  shape: Evaluations,
  find: async call => {
    const named = call.query.elsewhere ? undefined : await findNamed(call, call.params.id)
    const asks = [...(named?.submissions ?? [])].reverse()
    return { list: toList(asks, ask => toEvaluation(ask, named)) }
  },
})

// the nomad command asks for it on the way
const deployment = read({
  ...one,
  path: '/v1/job/:id/deployment',
  summary: 'The newest deployment of a job: batch jobs have none',
  shape: z.null(),
  find: () => ({ value: null }),
})

const DeleteQuery = z.object({
  ...WRITE_QUERY,
  purge: z.string().optional().meta({ description: 'true: nothing of it is kept' }),
  global: z.string().optional().meta({ description: 'accepted: there is one region' }),
  no_shutdown_delay: z.string().optional().meta({ description: 'accepted: there is no delay' }),
  eval_priority: z.string().optional().meta({ description: '1 to 100, accepted' }),
})
type Deleting = Call<{ id: string }, z.output<typeof DeleteQuery>, unknown>

const remove = endpoint({
  method: 'DELETE',
  path: '/v1/job/:id',
  summary: 'Stop a job; with purge=true remove all that is known of it',
  effect: 'write',
  params: JobRef,
  query: DeleteQuery,
  answers: { 200: Deregistered },
  handler: call => {
    const mistake = toMistake(call.query)
    return mistake ?? deregister(call)
  },
})

// in Nomad's own words, with its status for what cannot be read
function toMistake(query: Deleting['query']): Answer | undefined {
  for (const field of ['purge', 'global', 'no_shutdown_delay'] as const) {
    const value = query[field]
    if (!value || readBoolean(value) !== undefined) continue
    const reason = `strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`
    return toText(`Failed to parse value of "${field}" (${value}) as a bool: ${reason}`, { status: 500 })
  }
  const { eval_priority: priority } = query
  if (!priority) return undefined
  if (/^[+-]?\d{1,18}$/.test(priority))
    return Number(priority) <= 0 || isPriority(Number(priority)) ? undefined : toText(PRIORITY_MISTAKE, { status: 400 })
  const reason = `strconv.Atoi: parsing ${JSON.stringify(priority)}: invalid syntax`
  return toText(`Failed to parse value of "eval_priority" (${priority}) as a int: ${reason}`, { status: 500 })
}

async function deregister(call: Deleting): Promise<Answer> {
  const { params, query, room } = call
  const elsewhere = !!query.namespace && query.namespace !== 'default'
  const named = elsewhere ? undefined : await findNamed(call, params.id)
  const end = readBoolean(query.purge ?? '') ? purge : stop
  const asked = named === undefined ? undefined : await end(call, named)
  const value = {
    ...{ EvalID: asked?.id ?? '', EvalCreateIndex: asked?.createIndex ?? 0, JobModifyIndex: asked?.modifyIndex ?? 0 },
    ...{ Index: asked?.modifyIndex ?? 0, LastContact: 0, KnownLeader: false, NextToken: '' },
  }
  const answer = toBody(value, isPretty(query))
  return { ...answer, headers: { ...answer.headers, ...toHeaders(room) } }
}

// what belongs to others is asked for first, so that a refusal comes before anything has changed
function othersFirst({ actor }: Deleting, { jobs }: NamedJobs): NamedJobs['jobs'] {
  const isOwn = (job: NamedJobs['jobs'][number]): number => Number(job.requester === actor.name)
  return jobs.toSorted((a, b) => isOwn(a) - isOwn(b))
}

const MOST_AT_ONCE = 256

// whoever follows the evaluation of a purge finds it, although nothing else is left
async function purge(call: Deleting, named: NamedJobs): Promise<SubmissionView | undefined> {
  const { room, actor } = call
  const [job, ...more] = othersFirst(call, named)
  if (job === undefined) return undefined
  const remove = ({ id }: typeof job): Promise<void> => room.operations.purgeJob(actor, id).catch(passGone)
  await remove(job)
  // who may remove that one may remove all; what is asked for at once shares a frame
  for (let at = 0; at < more.length; at += MOST_AT_ONCE)
    await Promise.all(more.slice(at, at + MOST_AT_ONCE).map(remove))
  const index = toIndex(room.operations.stateIndex())
  const asked: SubmissionView = {
    ...{ id: crypto.randomUUID(), jobId: job.id, name: named.name, cluster: job.cluster, kind: 'stop', view: VIEW },
    ...{ version: newestOf(named)?.version ?? 0, by: actor.name, at: toInstant(room.clock.now()) },
    ...{ createIndex: index, modifyIndex: index },
  }
  room.farewells.keep(asked)
  return asked
}

// when all has ended, the newest is told that it is not wanted any more
async function stop(call: Deleting, named: NamedJobs): Promise<SubmissionView | undefined> {
  const { room, actor } = call
  const open = othersFirst(call, named).filter(({ endedAt }) => endedAt === undefined)
  const told = open.length > 0 ? open : named.jobs.slice(-1)
  for (const { id } of told) await room.operations.stopJob(actor, id, VIEW).catch(passGone)
  const asks = await room.operations.listSubmissions(actor, { name: named.name })
  return asks.findLast(({ kind }) => kind === 'stop')
}

function passGone(thrown: unknown): void {
  // somebody else was faster: it is gone, as was asked
  if (!(thrown instanceof AppError) || thrown.status !== 404) throw thrown
}

export const jobEndpoints: readonly Endpoint[] = [
  ...[get, summary, versions, allocations, evaluations, deployment],
  remove,
]
