// jobs in view 002: the list of them, and their registration
import * as z from 'zod'
import type { Submitted } from '../../../engine/operations/port.ts'
import { type Answer, toText } from '../../answer.ts'
import { type Call, type Endpoint, endpoint } from '../../endpoint.ts'
import { type Parsed, type Register, RegisterBody } from './document.ts'
import { JobStubs, Registered } from './job-shapes.ts'
import { toStub, VIEW } from './job-view.ts'
import { toBody, toList } from './long-list.ts'
import { isPretty, readBoolean, toQuery } from './query.ts'
import { read, toHeaders, toIndex } from './read.ts'

export const NoParams = z.object({})
export const JobRef = z.object({ id: z.string() })

const list = read({
  path: '/v1/jobs',
  summary: 'Jobs by their names',
  params: NoParams,
  query: toQuery({ meta: z.string().optional().meta({ description: 'true: with Meta' }) }),
  shape: JobStubs,
  find: async ({ room, actor, query }) => {
    if (query.elsewhere) return { value: [] }
    const { prefix, perPage: limit = Number.MAX_SAFE_INTEGER, after, reverse } = query
    const { items, next } = await room.operations.listNames(actor, { prefix, limit, after, reverse })
    const withMeta = readBoolean(query.own.meta ?? '') === true
    return { list: toList(items, named => toStub(named, withMeta)), next }
  },
})

/** What a write may carry in its query. */
export const WRITE_QUERY = {
  region: z.string().optional().meta({ description: 'accepted: there is one region' }),
  namespace: z.string().optional().meta({ description: 'default, the only one' }),
  pretty: z.string().optional().meta({ description: 'indents the answer' }),
}
const WriteQuery = z.object(WRITE_QUERY)
type Writing = Call<{ readonly id?: string }, z.output<typeof WriteQuery>, Register>

const registration = {
  summary: 'Register a job: groups that run go on, those that have ended run again',
  effect: 'write',
  query: WriteQuery,
  body: RegisterBody,
  headers: { 'Idempotency-Key': 'an ask repeated with it registers nothing anew' },
  answers: { 200: Registered },
  handler: (call: Writing) => register(call),
} as const

// PUT and POST are the same, at both places
const writes = (['POST', 'PUT'] as const).flatMap(method => [
  endpoint({ ...registration, method, path: '/v1/jobs', params: NoParams }),
  endpoint({ ...registration, method, path: '/v1/job/:id', params: JobRef }),
])

async function register(call: Writing): Promise<Answer> {
  const { room, actor, params, query, body, header } = call
  const { name, groups, warnings } = body.job
  if (params.id !== undefined && params.id !== name) return toText('Job ID does not match name', { status: 400 })
  if (query.namespace !== undefined && !['', 'default'].includes(query.namespace))
    return toText(`namespace must be default, got ${JSON.stringify(query.namespace)}`, { status: 400 })
  const { cluster, more } = await chooseCluster(call, body.job)
  const how = {
    view: VIEW,
    document: body.document,
    idempotencyKey: header('idempotency-key'),
    ...(body.enforceIndex !== undefined && { enforceIndex: body.enforceIndex }),
  }
  const asked = { name, groups, ...(cluster !== undefined && { cluster }) }
  const submitted = await room.operations.registerJob(actor, asked, how)
  return toRegistered(call, submitted, [...warnings, ...more])
}

async function toRegistered(
  { room, actor, query, body }: Writing,
  made: Submitted,
  warnings: string[],
): Promise<Answer> {
  const asks = await room.operations.listSubmissions(actor, { name: body.job.name })
  // who repeats an ask by its key hears of the newest
  const ask = asks.find(({ id }) => id === made.submissionId) ?? asks.findLast(({ kind }) => kind === 'submit')
  const index = ask?.modifyIndex ?? toIndex(room.operations.stateIndex())
  const value = {
    ...{ EvalID: ask?.id ?? '', EvalCreateIndex: ask?.createIndex ?? index, JobModifyIndex: index },
    Warnings: toWarningText(warnings),
    ...{ Index: index, LastContact: 0, KnownLeader: false, NextToken: '' },
  }
  const answer = toBody(value, isPretty(query), made.notes)
  return { ...answer, headers: { ...answer.headers, ...toHeaders(room) } }
}

// as Nomad joins several mistakes
function toWarningText(warnings: readonly string[]): string {
  if (warnings.length === 0) return ''
  const count = `${warnings.length} warning${warnings.length === 1 ? '' : 's'}:`
  return `${count}\n\n${warnings.map(warning => `* ${warning}`).join('\n')}`
}

/** Names of datacenters that everybody writes without meaning one. */
const ANYWHERE: readonly string[] = ['*', 'dc1', 'default', 'global']

// a datacenter is a cluster; who names none of ours goes where everybody goes, and is told
async function chooseCluster(
  { room, actor }: Writing,
  { datacenters }: Parsed,
): Promise<{ readonly cluster?: string; readonly more: readonly string[] }> {
  const { items } = await room.operations.listClusters(actor)
  const known = items.map(({ name }) => name)
  const cluster = datacenters.find(name => known.includes(name))
  if (cluster !== undefined) return { cluster, more: [] }
  const strange = datacenters.filter(name => !ANYWHERE.includes(name))
  if (strange.length === 0) return { more: [] }
  const said = `Datacenters ${strange.join(', ')} name no cluster, known are ${known.join(', ') || 'none'}`
  return { more: [`${said}: the default one is used`] }
}

export const jobsEndpoints: readonly Endpoint[] = [list, ...writes]
