// a read of view 002: it waits when it is asked to, and says at which index of the state it answers
import type * as z from 'zod'
import { AppError } from '../../../../shared/errors.ts'
import { type Answer, toText } from '../../answer.ts'
import { type Call, type Endpoint, endpoint, type Room } from '../../endpoint.ts'
import { type List, toBody, toListAnswer } from './long-list.ts'
import { type Asked, toToken } from './query.ts'

/** What was found, one thing or a list; `next` is where the next page begins. */
export type Found = ({ readonly value: unknown } | { readonly list: List }) & { readonly next?: string | undefined }

type ReadDefinition<P extends z.ZodType, Q extends z.ZodType> = {
  readonly path: string
  readonly summary: string
  readonly params: P
  readonly query: Q
  readonly shape: z.ZodType
  readonly find: (call: Call<z.output<P>, z.output<Q>, undefined>) => Promise<Found> | Found
}

const HEADERS = {
  'X-Nomad-Index': 'the index of the state of which the answer tells: what a blocking query hands in as index',
  'X-Nomad-KnownLeader': 'true',
  'X-Nomad-LastContact': '0',
  'X-Nomad-NextToken': 'of a page that is not the last one: what the next one is asked for with',
}

/** Makes a read. What it finds is looked for after the wait, so that it is the state of the index that it tells. */
export function read<P extends z.ZodType, Q extends z.ZodType<Asked>>(definition: ReadDefinition<P, Q>): Endpoint {
  const { path, summary, params, query, shape, find } = definition
  return endpoint({
    method: 'GET',
    path,
    summary,
    effect: 'read',
    params,
    query,
    tells: HEADERS,
    answers: { 200: shape },
    handler: async call => {
      const asked: Asked = call.query
      const { operations } = call.room
      const now = operations.stateIndex()
      // before anything has happened the index is told as 1, since clients take 0 for none
      const after = now === 0 ? 0 : asked.index
      if (asked.index > 0) await operations.waitForIndex(after, { waitMs: asked.waitMs, signal: call.signal })
      return answer(call, asked, find as (call: unknown) => Promise<Found> | Found)
    },
  })
}

async function answer(
  call: Call<unknown, unknown, unknown>,
  asked: Asked,
  find: (call: unknown) => Promise<Found> | Found,
): Promise<Answer> {
  const headers = toHeaders(call.room)
  try {
    const { next, ...found } = await find(call)
    const { pretty } = asked
    const made = 'list' in found ? await toListAnswer(found.list, pretty) : toBody(found.value, pretty)
    const token: Record<string, string> = next === undefined ? {} : { 'x-nomad-nexttoken': toToken(next) }
    return { ...made, headers: { ...made.headers, ...headers, ...token } }
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.status !== 404) throw thrown
    const made = toText(thrown.message, { status: 404, notes: thrown.notes })
    return { ...made, headers: { ...made.headers, ...headers } }
  }
}

/** The index of the state, and that there is a leader whose word it is. */
export function toHeaders({ operations }: Room): Record<string, string> {
  return {
    'x-nomad-index': String(toIndex(operations.stateIndex())),
    'x-nomad-knownleader': 'true',
    'x-nomad-lastcontact': '0',
  }
}

/** An index as clients may see it: 0 means none to them. */
export function toIndex(index: number): number {
  return Math.max(1, index)
}

/** What is not there, in Nomad's words. */
export function notFound(what: 'job' | 'job versions' | 'alloc' | 'node' | 'eval'): AppError {
  const codes = { job: 'JOB_NOT_FOUND', 'job versions': 'JOB_NOT_FOUND', node: 'AGENT_NOT_FOUND' } as const
  const code = what === 'alloc' || what === 'eval' ? 'NOT_FOUND' : codes[what]
  return new AppError(code, `${what} not found`)
}

/** An instant in nanoseconds: digits beyond the milliseconds are zeros when it is written. */
export function toNanos(instant: string | undefined): number {
  return instant === undefined ? 0 : Date.parse(instant) * 1_000_000
}
