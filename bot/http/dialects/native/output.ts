// what runs print and what happens while it happens, in the native API
import { AppError } from '../../../../shared/errors.ts'
import type { OutputReader } from '../../../engine/operations/port.ts'
import { toBytes, toEvents } from '../../answer.ts'
import { type Endpoint, endpoint } from '../../endpoint.ts'
import { followAll, followJob } from '../../live.ts'
import { type Range, streamOutputs } from '../../output-text.ts'
import { EventsQuery, JobRef, MissingQuery, OutputQuery } from './schemas.ts'

const output = endpoint({
  method: 'GET',
  path: '/api/v1/jobs/:id/output',
  summary: 'What the tasks of a job printed so far, byte for byte; several tasks after a line ==> path <== each',
  effect: 'read',
  params: JobRef,
  query: OutputQuery,
  answers: { 200: 'text' },
  find: ({ room, actor, params }) => room.operations.getJob(actor, params.id),
  handler: async ({ room, actor, params, query }) => {
    const readers = await room.operations.openOutput(actor, { ref: params.id, taskId: query.task }, 'output')
    const range = checkRange(readers, query)
    return toBytes(signal => streamOutputs(readers, range, signal))
  },
})

const missing = endpoint({
  method: 'GET',
  path: '/api/v1/jobs/:id/missing',
  summary: 'The whole list of files that are not in the cache although they should be',
  effect: 'read',
  params: JobRef,
  query: MissingQuery,
  answers: { 200: 'text' },
  find: ({ room, actor, params }) => room.operations.getJob(actor, params.id),
  handler: async ({ room, actor, params, query }) => {
    const readers = await room.operations.openOutput(actor, { ref: params.id, taskId: query.task }, 'missing')
    return toBytes(signal => streamOutputs(readers, { heads: false }, signal))
  },
})

const jobEvents = endpoint({
  method: 'GET',
  path: '/api/v1/jobs/:id/events',
  summary: 'Server-sent events of a job: status, progress and, with ?task=, output',
  effect: 'read',
  live: true,
  params: JobRef,
  query: EventsQuery,
  headers: { 'Last-Event-ID': 'the id of the last event that was read: goes on behind it' },
  answers: { 200: 'events' },
  find: ({ room, actor, params }) => room.operations.getJob(actor, params.id),
  handler: async ({ room, actor, params, query, header, isStillKnown }) => {
    const job = await room.operations.getJob(actor, params.id)
    const of = { ref: job.id, taskId: query.task, lastEventId: header('last-event-id') }
    if (query.task !== undefined) await room.operations.openOutput(actor, { ref: job.id, taskId: query.task }, 'output')
    return toEvents(signal => followJob({ room, actor, signal, isStillKnown }, of))
  },
})

const events = endpoint({
  method: 'GET',
  path: '/api/v1/events',
  summary: 'Server-sent events of everything the caller may see',
  effect: 'read',
  live: true,
  answers: { 200: 'events' },
  handler: ({ room, actor, isStillKnown }) => toEvents(signal => followAll({ room, actor, signal, isStillKnown })),
})

export const outputEndpoints: readonly Endpoint[] = [output, missing, jobEvents, events]

function checkRange(readers: readonly OutputReader[], range: Range): Range {
  if (range.from === undefined || readers.length < 2) return range
  const message = `from is an offset in the output of one task, but this job has ${readers.length}: name one with task`
  throw new AppError('INVALID_INPUT', message)
}
