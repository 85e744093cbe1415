// an endpoint of view 001: it is about one cluster, which may not offer it, and it may go to a coordinator as it is
import * as z from 'zod'
import { AppError, type ErrorCode } from '../../../../shared/errors.ts'
import type { ClusterFeatures } from '../../../engine/operations/port.ts'
import type { Answer } from '../../answer.ts'
import { type Call, type Definition, type Endpoint, endpoint } from '../../endpoint.ts'
import { queryWord } from './schemas.ts'

/** Every query may name the cluster. */
export const CLUSTER = { cluster: queryWord.meta({ description: 'the cluster; default: the default one' }) }
export const ClusterQuery = z.object(CLUSTER)

/** Why a cluster does not offer something, as a sentence; undefined when it does. */
export type Off = (cluster: ClusterFeatures) => string | undefined

type Offer<Q extends z.ZodType, B extends z.ZodType> = Pick<
  Definition<z.ZodUndefined, Q, B>,
  'method' | 'path' | 'summary' | 'query' | 'body' | 'answers' | 'headers'
> & {
  /** Told before any mistake of the ask: what is not there is not asked rightly either. */
  readonly off?: Off
  readonly handler: (call: Here<z.output<Q>, z.output<B>>) => Promise<Answer> | Answer
}

/** A call with the cluster that it is about. */
export type Here<Q = unknown, B = unknown> = Call<unknown, Q, B> & {
  readonly cluster: ClusterFeatures
  /** The caller's own choice; undefined when it was left to us. */
  readonly named: string | undefined
}

/** Makes the endpoint. */
export function offer<Q extends z.ZodType, B extends z.ZodType = z.ZodUndefined>(wanted: Offer<Q, B>): Endpoint {
  const { off = () => undefined, handler, headers, ...rest } = wanted
  const enter = async (call: Call<unknown, unknown, unknown>): Promise<Pick<Here, 'cluster' | 'named'>> => {
    const named = nameOf(call)
    const cluster = await call.room.operations.clusterFeatures(call.actor, named)
    const why = off(cluster)
    if (why !== undefined) throw new AppError('NOT_IMPLEMENTED', why)
    return { cluster, named }
  }
  return endpoint({
    ...rest,
    effect: rest.method === 'GET' ? 'read' : 'write',
    forwardable: true,
    headers: { 'X-GFS-Cluster': 'the cluster, instead of the query', ...headers },
    find: async call => enter(call).catch(asUnnamed(call)),
    handler: async call => {
      try {
        return await handler({ ...call, ...(await enter(call)) })
      } catch (thrown) {
        return asUnnamed(call)(thrown)
      }
    },
  })
}

// both agree when both are given: that is checked where calls are forwarded
function nameOf({ header, query }: Call<unknown, unknown, unknown>): string | undefined {
  return header('x-gfs-cluster')?.trim() || ClusterQuery.safeParse(query).data?.cluster
}

// who named no cluster did not name a wrong one: there is just nobody to ask yet
function asUnnamed(call: Call<unknown, unknown, unknown>): (thrown: unknown) => never {
  const recoded = recode({ CLUSTER_NOT_FOUND: 'COMMAND_FAILED' })
  return nameOf(call) === undefined
    ? recoded
    : thrown => {
        throw thrown
      }
}

/** Says a refusal of an operation under another code, where this view has another word for it. */
export function recode(codes: Partial<Record<ErrorCode, ErrorCode>>): (thrown: unknown) => never {
  return thrown => {
    const code = thrown instanceof AppError ? codes[thrown.code] : undefined
    if (code === undefined || !(thrown instanceof AppError)) throw thrown
    throw new AppError(code, thrown.message, { cause: thrown, notes: thrown.notes })
  }
}
