// the event stream of one job, taken up again with back-off when the daemon goes away meanwhile
import { createParser } from 'eventsource-parser'
import * as z from 'zod'
import { backoffMs } from '../shared/backoff.ts'
import { Job, Task } from '../shared/job.ts'
import { checked } from './answers.ts'
import { Failure } from './failure.ts'
import { type Api, pause, toUnreachable } from './http.ts'

/** What a watcher hears: the job as it is now, more output of the followed task, or that the daemon is away. */
export type Heard =
  | { readonly kind: 'job'; readonly job: Job; readonly tasks: readonly Task[] }
  | { readonly kind: 'output'; readonly offset: number }
  | { readonly kind: 'away' }

const BACKOFF = { minMs: 200, maxMs: 5_000 }
/** The daemon sends a comment at least every 15 s: this long without a byte means a dead connection. */
const SILENCE_MS = 45_000

const Growth = z.object({ offset: z.number() })
const Change = z.object({ job: Job, tasks: z.array(Task).optional() })

/**
 * Follows a job until `signal` aborts or the caller stops listening. Never ends by itself: when the daemon closes the stream it is opened
 * again, and the present state comes first. Throws a `Failure` when the daemon refuses or stays away too long.
 * @param of job id, and a task whose output should wake the caller, from a byte offset on
 */
export async function* follow(
  api: Api,
  of: { readonly job: string; readonly task?: string; readonly from?: number },
  signal: AbortSignal,
): AsyncGenerator<Heard> {
  const query = of.task === undefined ? '' : `?task=${encodeURIComponent(of.task)}`
  const path = `/api/v1/jobs/${encodeURIComponent(of.job)}/events${query}`
  let lastId = of.from === undefined ? undefined : `0:${of.from}`
  let heardAtMs = Date.now()
  for (let failures = 0; !signal.aborted; ) {
    try {
      for await (const message of messages(api, { path, lastId }, signal)) {
        failures = 0
        heardAtMs = Date.now()
        lastId = message.id ?? lastId
        const heard = toHeard(message)
        if (heard !== undefined) yield heard
      }
      // a stream that ends at once, again and again, must not become a storm of requests
      await pause(backoffMs(failures++, BACKOFF, Math.random()), signal)
    } catch (thrown) {
      if (signal.aborted) return
      if (thrown instanceof Failure) throw thrown
      if (Date.now() - heardAtMs >= api.patienceMs) throw toUnreachable(api.url, thrown)
      if (failures === 0) yield { kind: 'away' }
      await pause(backoffMs(failures++, BACKOFF, Math.random()), signal)
    }
  }
}

type Message = { readonly id?: string | undefined; readonly event?: string | undefined; readonly data: string }

async function* messages(
  api: Api,
  from: { readonly path: string; readonly lastId: string | undefined },
  signal: AbortSignal,
): AsyncGenerator<Message> {
  const cut = new AbortController()
  const headers = {
    accept: 'text/event-stream',
    ...(from.lastId === undefined ? {} : { 'last-event-id': from.lastId }),
  }
  const response = await api.open(from.path, { signal: AbortSignal.any([signal, cut.signal]), headers })
  const waiting: Message[] = []
  const parser = createParser({ onEvent: message => void waiting.push(message) })
  const decoder = new TextDecoder()
  let watchdog = setTimeout(() => cut.abort(), SILENCE_MS)
  try {
    for await (const bytes of response.body ?? []) {
      clearTimeout(watchdog)
      watchdog = setTimeout(() => cut.abort(), SILENCE_MS)
      parser.feed(decoder.decode(bytes, { stream: true }))
      yield* waiting.splice(0)
    }
  } finally {
    clearTimeout(watchdog)
    cut.abort()
  }
}

function toHeard(message: Message): Heard | undefined {
  if (message.event === 'output') return { kind: 'output', ...checked(Growth, JSON.parse(message.data)) }
  if (message.event !== 'status' && message.event !== 'progress') return undefined
  const change = checked(Change, JSON.parse(message.data))
  return { kind: 'job', job: change.job, tasks: change.tasks ?? [] }
}
