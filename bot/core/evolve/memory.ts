// what the daemon remembers beside the work: rules of paths, paths that were loaded, and users' own daemons
import type { Evolvers } from './put.ts'

type MemoryEvent = 'policy.set' | 'policy.forgotten' | 'warmth.forgotten' | 'companion.changed'

export const MEMORY_EVENTS: Evolvers<MemoryEvent> = {
  'policy.set'(draft, { policy }) {
    draft.policies.set(policy.id, policy)
  },
  'policy.forgotten'(draft, { policyId }) {
    draft.policies.remove(policyId)
  },
  'warmth.forgotten'(draft, { ids }) {
    for (const id of ids) draft.warmed.remove(id)
  },
  'companion.changed'(draft, { companion }) {
    draft.companions.set(companion.id, companion)
  },
}
