// verbs of views that speak of registrations and attempts: register, purge, asks, attempts, names, indexes
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ACTIONS } from '../../../shared/actions.ts'
import { inTurns } from '../../../shared/turns.ts'
import { joined } from '../../core/indexes.ts'
import { findAllocations, toAllocation } from '../queries/allocations.ts'
import { findJob } from '../queries/find.ts'
import { findNames, toNamed } from '../queries/names.ts'
import type { OperationsDeps } from './deps.ts'
import { toSubmitted } from './jobs.ts'
import type { LiveOperations } from './live.ts'
import { permit } from './permission.ts'
import type { RegistryVerbs } from './registry-port.ts'
import { toRegistration } from './submission.ts'

/** Verbs of the registry; what waits is answered by `live`. */
export function createRegistryOperations(deps: OperationsDeps): Omit<RegistryVerbs, keyof LiveOperations> {
  const { state, engine } = deps
  return {
    async registerJob(actor, registration, how = {}) {
      permit(actor, 'write', 'registering a job')
      for (const { action } of registration.groups) permit(actor, ACTIONS[action].effect, action)
      return toSubmitted(state, await engine.dispatch(toRegistration(actor, registration, how)))
    },
    async purgeJob(actor, ref) {
      permit(actor, 'destroy', 'removing a job')
      await engine.dispatch({ type: 'job.purge', actor, jobId: findJob(state, ref).id })
    },
    async listSubmissions(actor, { id, ref, name }) {
      permit(actor, 'read', 'reading jobs')
      const one = id === undefined ? undefined : state.submissions.get(id.toLowerCase())
      if (id !== undefined) return one === undefined || state.jobs.get(one.jobId)?.purged ? [] : [one]
      const rows =
        ref === undefined
          ? state.submissions.find('name', name ?? '')
          : state.submissions.find('job', findJob(state, ref).id)
      return [...rows].filter(row => !state.jobs.get(row.jobId)?.purged).sort((a, b) => (a.id < b.id ? -1 : 1))
    },
    async listAllocations(actor, of) {
      permit(actor, 'read', 'reading jobs')
      return inTurns(findAllocations(state, of), id => toAllocation(state, id), nextTurn)
    },
    async listNames(actor, query) {
      permit(actor, 'read', 'reading jobs')
      const { names, ...more } = findNames(state, query)
      const items = await inTurns(names, name => [toNamed(state, name) ?? []].flat(), nextTurn)
      return { items, ...more }
    },
    async listPolicies(actor, { kind, cluster }) {
      permit(actor, 'read', 'reading rules of paths')
      return [...state.policies.find('kind', joined(kind, cluster))].sort((a, b) => (a.path < b.path ? -1 : 1))
    },
  }
}
