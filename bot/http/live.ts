// server-sent events: what happens to jobs and what a task prints, resumable
import type { Actor } from '../../shared/job.ts'
import type { Clock } from '../../shared/time.ts'
import type { LiveEvent } from '../engine/operations/port.ts'
import type { Flow } from './answer.ts'
import { createAttempts } from './attempts.ts'
import type { Room } from './endpoint.ts'
import { followOutput, type OutputText } from './follow-output.ts'
import { merge } from './merge.ts'

export type Viewer = {
  readonly room: Room
  readonly actor: Actor
  readonly signal: AbortSignal
  /** Asked before every ping: who is not known any more is told nothing more. */
  isStillKnown(): boolean
}
export type JobFeed = {
  readonly ref: string
  readonly taskId?: string | undefined
  readonly lastEventId?: string | undefined
}

const encoder = new TextEncoder()
const RETRY = encoder.encode('retry: 2000\n\n')
const PING = encoder.encode(': ping\n\n')

/** Everything the caller may see, beginning with the present state. The id of an event is the state's index. */
export async function* followAll(viewer: Viewer): Flow {
  const { room, actor } = viewer
  const { signal, pinging } = watchCredential(viewer)
  yield RETRY
  const events = frames(room.operations.follow(actor, {}, signal), event => toFrame(event, String(event.index)))
  yield* merge([events, pinging], signal)
}

/**
 * A job, beginning with its present state. With a task also what it prints: every id is then `index:offset`, so that
 * whichever event was the last one, its id resumes the output where it was; the offset is one of the newest attempt.
 */
export async function* followJob(viewer: Viewer, feed: JobFeed): Flow {
  const { room, actor } = viewer
  const { signal, pinging } = watchCredential(viewer)
  const place = { index: 0, offset: 0 }
  const { taskId } = feed
  const attempts = createAttempts(viewer, taskId, () => {
    place.offset = 0
  })
  const toId = (): string => (taskId === undefined ? String(place.index) : `${place.index}:${place.offset}`)
  const begun = createSignal(signal)
  const onEvent = (event: LiveEvent): Uint8Array => {
    place.index = event.index
    attempts.hear(event)
    if (taskId !== undefined) room.attemptMarks.note(taskId, attempts.newest, event.index)
    begun.give()
    return toFrame(event, toId())
  }
  const onOutput = ({ offset, end, text, attempt }: OutputText): Uint8Array => {
    if (attempt === attempts.newest) place.offset = end
    return encode('output', toId(), { task: taskId, offset, text })
  }
  yield RETRY
  const sources = [frames(room.operations.follow(actor, { ref: feed.ref }, signal), onEvent), pinging]
  if (taskId !== undefined) {
    const attempt = await attempts.attempts()
    place.offset = toOffset(feed.lastEventId, index => room.attemptMarks.covers(taskId, attempt, index))
    const open = async () => (await room.operations.openOutput(actor, { ref: feed.ref, taskId }, 'output'))[0]
    const source = { open, attempts: attempts.attempts, moreAttempts: attempts.moreAttempts }
    // an id without the index of the present state would speak of an unknown attempt
    const output = begun.behind(() => followOutput(source, { attempt, offset: place.offset }, signal))
    sources.push(frames(output, onOutput))
  }
  yield* merge(sources, signal)
}

function toFrame(event: LiveEvent, id: string): Uint8Array {
  const { type, index: _, ...data } = event
  return encode(type, id, data)
}

// JSON has no line breaks, so an event is always one line of data
function encode(event: string, id: string, data: unknown): Uint8Array {
  return encoder.encode(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
}

// of another attempt it says nothing
function toOffset(lastEventId: string | undefined, covers: (index: number) => boolean): number {
  const [, index, offset] = /^(\d{1,15}):(\d{1,15})$/.exec(lastEventId ?? '') ?? []
  return index !== undefined && covers(Number(index)) ? Number(offset) : 0
}

type Signal = { give(): void; behind<T>(make: () => AsyncIterable<T>): AsyncIterable<T> }

// what begins only after something was given, or when all is over
function createSignal(end: AbortSignal): Signal {
  let give = (): void => {}
  const given = new Promise<void>(resolve => {
    give = resolve
    if (end.aborted) resolve()
    end.addEventListener('abort', () => resolve(), { once: true })
  })
  return {
    give: () => give(),
    async *behind(make) {
      await given
      yield* make()
    },
  }
}

async function* frames<T>(source: AsyncIterable<T>, toBytes: (item: T) => Uint8Array): Flow {
  for await (const item of source) yield toBytes(item)
}

// a stream outlives the ask that opened it: a token that was revoked meanwhile ends it
function watchCredential({ room, signal: given, isStillKnown }: Viewer): { signal: AbortSignal; pinging: Flow } {
  const revoked = new AbortController()
  const signal = AbortSignal.any([given, revoked.signal])
  const isWanted = (): boolean => {
    if (!isStillKnown()) revoked.abort()
    return !signal.aborted
  }
  return { signal, pinging: pings(room, signal, isWanted) }
}

// proxies and clients take a silent connection for a dead one
async function* pings(room: Pick<Room, 'clock' | 'pingMs'>, signal: AbortSignal, isWanted: () => boolean): Flow {
  while ((await isStillThere(room.clock, room.pingMs, signal)) && isWanted()) yield PING
}

function isStillThere(clock: Clock, delayMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve(false)
    const onAbort = (): void => {
      cancel()
      resolve(false)
    }
    const cancel = clock.after(delayMs, () => {
      signal.removeEventListener('abort', onAbort)
      resolve(true)
    })
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
