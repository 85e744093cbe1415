// what the operator says that a cluster offers beside jobs, and which cluster an ask that names none means
import type { Actor } from '../../../shared/job.ts'
import { chooseCluster } from '../../core/decide/permit.ts'
import type { MountManner } from './catalog-port.ts'
import type { OperationsDeps } from './deps.ts'
import { permit } from './permission.ts'

/** The switches of a cluster. `priority` by pinning: pinned or not is all there is. */
export type Features = {
  readonly ttl: 'on' | 'off'
  readonly priority: 'off' | 'pin'
  readonly mount: MountManner
}
export type ClusterFeatures = Features & { readonly cluster: string }

/** Of a cluster of which nothing is said. */
export const FEATURES: Features = { ttl: 'on', priority: 'off', mount: 'cli' }

export type FeatureVerbs = {
  /** Of the named cluster, or of the one that an ask without a name goes to. CLUSTER_NOT_FOUND when clusters are configured and it is none of them. */
  clusterFeatures(actor: Actor, named?: string): Promise<ClusterFeatures>
}

/** The verb over what the operator decided. */
export function createFeatureOperations({ state, settings, featuresOf }: OperationsDeps): FeatureVerbs {
  return {
    async clusterFeatures(actor, named) {
      permit(actor, 'read', 'reading what a cluster offers')
      const cluster = chooseCluster(state, named, { settings })
      return { ...FEATURES, ...featuresOf?.(cluster), cluster }
    },
  }
}
