// server-sent events: what happens to jobs and what a task prints, resumable
import type { Actor, Task } from '../../shared/job.ts'
import type { Clock } from '../../shared/time.ts'
import type { LiveEvent } from '../engine/operations/port.ts'
import type { Flow } from './answer.ts'
import type { Room } from './endpoint.ts'
import { followOutput, type OutputSource, type OutputText } from './follow-output.ts'
import { merge } from './merge.ts'

export type Viewer = { readonly room: Room; readonly actor: Actor; readonly signal: AbortSignal }
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
  const { room, actor, signal } = viewer
  yield RETRY
  const events = frames(room.operations.follow(actor, {}, signal), event => toFrame(event, String(event.index)))
  yield* merge([events, pings(room, signal)], signal)
}

/**
 * A job, beginning with its present state. With a task also what it prints: every id is then `index:offset`, so that
 * whichever event was the last one, its id resumes the output where it was.
 */
export async function* followJob(viewer: Viewer, feed: JobFeed): Flow {
  const { room, actor, signal } = viewer
  const place = { index: 0, offset: toOffset(feed.lastEventId) }
  const toId = (): string => (feed.taskId === undefined ? String(place.index) : `${place.index}:${place.offset}`)
  const attempts = createAttempts(viewer, feed.taskId)
  const onEvent = (event: LiveEvent): Uint8Array => {
    place.index = event.index
    attempts.hear(event)
    return toFrame(event, toId())
  }
  const onOutput = ({ offset, end, text }: OutputText): Uint8Array => {
    place.offset = end
    return encode('output', toId(), { task: feed.taskId, offset, text })
  }
  yield RETRY
  const sources = [frames(room.operations.follow(actor, { ref: feed.ref }, signal), onEvent), pings(room, signal)]
  if (feed.taskId !== undefined) {
    const open = async () =>
      (await room.operations.openOutput(actor, { ref: feed.ref, taskId: feed.taskId }, 'output'))[0]
    sources.push(frames(followOutput({ open, ...attempts }, place.offset, signal), onOutput))
  }
  yield* merge(sources, signal)
}

type Attempts = Omit<OutputSource, 'open'> & { hear(event: LiveEvent): void }

// how many attempts the followed task had: asked once, then heard of
function createAttempts({ room, actor }: Viewer, taskId: string | undefined): Attempts {
  let newest = 1
  let changed = (): void => {}
  const note = (task: Task | undefined): void => {
    if (task === undefined || task.attempts <= newest) return
    newest = task.attempts
    changed()
  }
  return {
    hear(event) {
      if ('tasks' in event) note(event.tasks.find(({ id }) => id === taskId))
    },
    async attempts() {
      note((await room.operations.findTasks(actor, { taskId })).items[0]?.task)
      return newest
    },
    moreAttempts(known, signal) {
      return new Promise(resolve => {
        if (signal.aborted || newest > known) return resolve()
        changed = resolve
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    },
  }
}

function toFrame(event: LiveEvent, id: string): Uint8Array {
  const { type, index: _, ...data } = event
  return encode(type, id, data)
}

// JSON has no line breaks, so an event is always one line of data
function encode(event: string, id: string, data: unknown): Uint8Array {
  return encoder.encode(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
}

function toOffset(lastEventId: string | undefined): number {
  return Number(/^\d{1,15}:(\d{1,15})$/.exec(lastEventId ?? '')?.[1] ?? 0)
}

async function* frames<T>(source: AsyncIterable<T>, toBytes: (item: T) => Uint8Array): Flow {
  for await (const item of source) yield toBytes(item)
}

// proxies and clients take a silent connection for a dead one
async function* pings({ clock, pingMs }: { clock: Clock; pingMs: number }, signal: AbortSignal): Flow {
  while (await isStillThere(clock, pingMs, signal)) yield PING
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
