// one ask of a cluster on behalf of an actor, and a refusal as the error that its caller hears
import type { CallAnswer, CallRefusal, ClusterCall } from '../../../shared/call.ts'
import { AppError, type ErrorCode, shown } from '../../../shared/errors.ts'
import type { Actor } from '../../../shared/job.ts'
import { clusterNames } from './clusters.ts'
import type { OperationsDeps } from './deps.ts'
import { type Effect, permit } from './permission.ts'

type Why = CallRefusal['why']
/** Codes for refusals that mean something else here than elsewhere. */
export type Codes = Partial<Record<Why, ErrorCode>>

const CODES: Readonly<Record<Why, ErrorCode>> = {
  absent: 'NOT_FOUND',
  taken: 'CONFLICT',
  unsupported: 'NOT_IMPLEMENTED',
  'too-many': 'INVALID_INPUT',
  failed: 'COMMAND_FAILED',
  timeout: 'COMMAND_FAILED',
}

export type CatalogDeps = Pick<OperationsDeps, 'state' | 'settings' | 'engine' | 'calls' | 'featuresOf'>
export type Place = { readonly actor: Actor; readonly cluster: string; readonly effect: Effect; readonly what: string }
export type Ask = (call: ClusterCall, codes?: Codes) => Promise<Extract<CallAnswer, { ok: true }>>

/**
 * Checks role and name of the cluster, then answers how to ask it.
 * @param place `what` names the doing, such as "Listing mounts"
 */
export function openCluster(deps: CatalogDeps, { actor, cluster, effect, what }: Place): Ask {
  permit(actor, effect, what)
  const known = clusterNames(deps)
  // before anything is configured or has connected, it is the agent that is missing
  if (known.length > 0 && !known.includes(cluster))
    throw new AppError('CLUSTER_NOT_FOUND', `There is no cluster ${shown(cluster)}.`)
  return async (call, codes = {}) => {
    const answer = await deps.calls.call(cluster, call)
    if (answer.ok) return answer
    const code = codes[answer.why] ?? CODES[answer.why]
    throw new AppError(code, `${what} on cluster ${cluster} failed: ${answer.message.replace(/[.\s]+$/, '')}.`)
  }
}
