// jobs in the native API: submit, find, wait, stop, retry
import * as z from 'zod'
import { ACTIONS, ActionName } from '../../../../shared/actions.ts'
import { Job, JobRequest } from '../../../../shared/job.ts'
import type { Submitted } from '../../../engine/operations/port.ts'
import { type Answer, toJson } from '../../answer.ts'
import { type Endpoint, endpoint } from '../../endpoint.ts'
import { JobPage, JobRef, JobsQuery, RetryBody, TaskPage, TasksQuery, WaitQuery } from './schemas.ts'

const submit = endpoint({
  method: 'POST',
  path: '/api/v1/jobs',
  summary: 'Ask for a job',
  effect: 'write',
  body: JobRequest,
  headers: { 'Idempotency-Key': 'a repeated ask answers 200 and the same job' },
  answers: { 201: Job, 200: Job },
  isMild: isReading,
  handler: async ({ room, actor, body, header }) =>
    toSubmitted(await room.operations.submitJob(actor, body, { idempotencyKey: header('idempotency-key') })),
})

const list = endpoint({
  method: 'GET',
  path: '/api/v1/jobs',
  summary: 'Jobs, newest first',
  effect: 'read',
  query: JobsQuery,
  answers: { 200: JobPage },
  handler: async ({ room, actor, query }) => toJson(await room.operations.listJobs(actor, query)),
})

const get = endpoint({
  method: 'GET',
  path: '/api/v1/jobs/:id',
  summary: 'One job; with ?wait=60s it answers when the job has ended or the time is over',
  effect: 'read',
  params: JobRef,
  query: WaitQuery,
  answers: { 200: Job },
  find: ({ room, actor, params }) => room.operations.getJob(actor, params.id),
  handler: async ({ room, actor, params, query, signal }) =>
    toJson(
      query.wait === undefined
        ? await room.operations.getJob(actor, params.id)
        : await room.operations.waitForJob(actor, params.id, { waitMs: query.wait, signal }),
    ),
})

const tasks = endpoint({
  method: 'GET',
  path: '/api/v1/jobs/:id/tasks',
  summary: 'The tasks of a job, in the order in which they were asked for',
  effect: 'read',
  params: JobRef,
  query: TasksQuery,
  answers: { 200: TaskPage },
  find: ({ room, actor, params }) => room.operations.getJob(actor, params.id),
  handler: async ({ room, actor, params, query }) => toJson(await room.operations.listTasks(actor, params.id, query)),
})

const stop = endpoint({
  method: 'POST',
  path: '/api/v1/jobs/:id/stop',
  summary: 'Stop a job; it answers at once, the runs end by themselves',
  effect: 'write',
  params: JobRef,
  answers: { 202: Job },
  handler: async ({ room, actor, params }) => toJson(await room.operations.stopJob(actor, params.id), { status: 202 }),
})

const retry = endpoint({
  method: 'POST',
  path: '/api/v1/jobs/:id/retry',
  summary: 'Run the failed tasks of a job again, or all of them, in the same job',
  effect: 'write',
  params: JobRef,
  body: RetryBody,
  answers: { 200: Job },
  find: ({ room, actor, params }) => room.operations.getJob(actor, params.id),
  handler: async ({ room, actor, params, body }) => toJson(await room.operations.retryJob(actor, params.id, body.only)),
})

export const jobEndpoints: readonly Endpoint[] = [submit, list, get, tasks, stop, retry]

const Ask = z.object({ action: ActionName })

// a viewer may list and ask for a report, which are jobs too
function isReading(body: unknown): boolean {
  const ask = Ask.safeParse(body)
  return ask.success && ACTIONS[ask.data.action].effect === 'read'
}

function toSubmitted({ job, notes, repeated }: Submitted): Answer {
  const all = [...new Set([...job.notes, ...notes])]
  return toJson({ ...job, notes: all }, { status: repeated ? 200 : 201, notes })
}
