// what happens to jobs, the keys that made them, and tokens
import { countersOf } from '../state.ts'
import type { Evolvers } from './put.ts'

type JobEvent =
  | 'job.created'
  | 'job.stop-requested'
  | 'job.retried'
  | 'job.ended'
  | 'job.removed'
  | 'job.purged'
  | 'job.asked'
  | 'key.used'
  | 'token.created'
  | 'token.revoked'

/** Asks kept with a job, the newest: one that stays open may be registered again without end. */
export const MOST_ASKS = 100

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
    if (job === undefined) return
    // it has run before, so that the time since its start says nothing about how long it takes now
    const again = job.endedAt === undefined ? {} : { toldHalfway: true as const }
    draft.jobs.set(jobId, { ...job, ...again, desired: 'run' })
  },
  'job.ended'(draft, { jobId }, at) {
    const job = draft.jobs.get(jobId)
    // a job that never had a task ends only when it is stopped
    const status = job?.counts.total === 0 ? 'stopped' : job?.status
    if (job !== undefined && status !== undefined) draft.jobs.set(jobId, { ...job, status, endedAt: at })
  },
  'job.removed'(draft, { jobId, allocationIds }) {
    for (const id of allocationIds) draft.allocations.remove(id)
    for (const task of [...draft.tasks.find('job', jobId)]) draft.tasks.remove(task.id)
    for (const key of [...draft.keys.find('job', jobId)]) draft.keys.remove(key.id)
    for (const one of [...draft.submissions.find('job', jobId)]) draft.submissions.remove(one.id)
    draft.jobs.remove(jobId)
  },
  'job.purged'(draft, { jobId }) {
    const job = draft.jobs.get(jobId)
    if (job !== undefined) draft.jobs.set(jobId, { ...job, desired: 'stop', purged: true })
  },
  'job.asked'(draft, { submission }) {
    draft.submissions.set(submission.id, submission)
    const surplus = draft.submissions.countOf('job', submission.jobId) - MOST_ASKS
    const kept = surplus > 0 ? [...draft.submissions.find('job', submission.jobId)] : []
    for (const one of kept.slice(0, surplus)) draft.submissions.remove(one.id)
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
