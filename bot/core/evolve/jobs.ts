// what happens to jobs, the keys that made them, and tokens
import { countersOf } from '../state.ts'
import type { Evolvers } from './put.ts'

type JobEvent =
  | 'job.created'
  | 'job.stop-requested'
  | 'job.retried'
  | 'job.ended'
  | 'job.removed'
  | 'key.used'
  | 'token.created'
  | 'token.revoked'

export const JOB_EVENTS: Evolvers<JobEvent> = {
  'job.created'(draft, { job }) {
    const counters = countersOf(draft)
    draft.jobs.set(job.id, job)
    draft.counters.set('counters', { ...counters, nextNumber: Math.max(counters.nextNumber, job.number + 1) })
  },
  'job.stop-requested'(draft, { jobId }) {
    const job = draft.jobs.get(jobId)
    if (job !== undefined) draft.jobs.set(jobId, { ...job, desired: 'stop' })
  },
  'job.retried'(draft, { jobId }) {
    const job = draft.jobs.get(jobId)
    if (job !== undefined) draft.jobs.set(jobId, { ...job, desired: 'run' })
  },
  'job.ended'(draft, { jobId }, at) {
    const job = draft.jobs.get(jobId)
    if (job !== undefined) draft.jobs.set(jobId, { ...job, endedAt: at })
  },
  'job.removed'(draft, { jobId, allocationIds }) {
    for (const id of allocationIds) draft.allocations.remove(id)
    for (const task of [...draft.tasks.find('job', jobId)]) draft.tasks.remove(task.id)
    for (const key of [...draft.keys.find('job', jobId)]) draft.keys.remove(key.id)
    draft.jobs.remove(jobId)
  },
  'key.used'(draft, { key }) {
    draft.keys.set(key.id, key)
  },
  'token.created'(draft, { token }) {
    draft.tokens.set(token.id, token)
  },
  'token.revoked'(draft, { tokenId }) {
    draft.tokens.remove(tokenId)
  },
}
