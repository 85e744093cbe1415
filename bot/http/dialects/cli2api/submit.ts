// POST /api/v1/gfs: the background actions answer ids, a listing answers its text
import { AppError } from '../../../../shared/errors.ts'
import type { JobRequest } from '../../../../shared/job.ts'
import type { RunOutcome, Submitted } from '../../../engine/operations/port.ts'
import { type Answer, toJson, toText } from '../../answer.ts'
import { endpoint } from '../../endpoint.ts'
import { toText as toOutputText } from '../../output-text.ts'
import { Action, Ask, Submission, SubmitQuery } from './schemas.ts'
import { toExitString } from './words.ts'

const LIST_SECONDS = 30
// a listing goes on after its asker was told that it takes too long, but not for ever
const LIST_GOES_ON_SECONDS = 600
const MOST_SHOWN = 2_000

export const submit = endpoint({
  method: 'POST',
  path: '/api/v1/gfs',
  summary: 'Run an action: GooseFSList answers its text, the others an id for each path',
  effect: 'write',
  query: SubmitQuery,
  body: Ask,
  headers: {
    'Idempotency-Key': 'an ask repeated with it answers with the same tasks',
    'X-GFS-API-Version': '2 answers results with their paths',
  },
  answers: { 200: [Submission, 'text'] },
  isMild: isListing,
  handler: async ({ room, actor, body, query, header, signal }) => {
    const request = toJobRequest(body)
    const how = { idempotencyKey: header('idempotency-key'), view: 'cli2api' }
    if (body.action === 'list')
      return toListing(await room.operations.runNow(actor, request, { ...toWait(body, signal), how }), body)
    const submitted = await room.operations.submitJob(actor, request, how)
    return toIds(submitted, query.format === 'results' || header('x-gfs-api-version') === '2')
  },
})

function isListing(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || !('action' in body)) return false
  return Action.safeParse(body.action).data === 'list'
}

function toJobRequest(ask: Ask): JobRequest {
  const { replication, cluster } = ask.options ?? {}
  const isList = ask.action === 'list'
  const timeoutSeconds = Math.max(LIST_GOES_ON_SECONDS, (ask.timeout || LIST_SECONDS) + LIST_SECONDS)
  return {
    action: ask.action,
    paths: ask.path,
    ...(ask.task_name ? { name: ask.task_name } : {}),
    ...(cluster === undefined ? {} : { cluster }),
    options: { ...(replication === undefined ? {} : { replication }), ...(isList ? { timeoutSeconds } : {}) },
  }
}

function toWait(ask: Ask, signal: AbortSignal): { waitMs: number; signal: AbortSignal } {
  return { waitMs: (ask.timeout || LIST_SECONDS) * 1_000, signal }
}

function toIds({ tasks, notes }: Submitted, asResults: boolean): Answer {
  if (!asResults)
    return toJson(
      tasks.map(({ id }) => id),
      { notes },
    )
  return toJson({ results: tasks.map(({ id, path }) => ({ task_id: id, path })), total: tasks.length }, { notes })
}

function toListing({ task, output, timedOut, notes }: RunOutcome, ask: Ask): Answer {
  if (timedOut) {
    const after = `${ask.timeout || LIST_SECONDS} s`
    const goesOn = task.status === 'queued' ? 'stays in the queue' : 'keeps running'
    const why = notes.length === 0 || task.status !== 'queued' ? '' : ` (${notes.join('; ')})`
    const message = `GooseFSList timed out after ${after}; task ${task.id} ${goesOn}${why}`
    throw new AppError('COMMAND_FAILED', message, { notes })
  }
  if (task.status === 'succeeded') return toText(output, { notes })
  const end = toExitString({ task, willRunAgain: false })
  const said = toOutputText(output).trim().slice(-MOST_SHOWN) || task.exit?.message || 'no output'
  throw new AppError('COMMAND_FAILED', `GooseFSList failed: ${end}: ${said}`, { notes })
}
