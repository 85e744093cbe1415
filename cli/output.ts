// copies a job's output to stdout as it is, and goes on where it was cut off
import type { Task } from '../shared/job.ts'
import { follow } from './event-stream.ts'
import { EXIT, Failure } from './failure.ts'
import type { Context } from './verb.ts'

export type Source = {
  readonly job: string
  readonly task?: string | undefined
  readonly tail?: number | undefined
  /** Several tasks in one answer: it has heads in between and no offsets, so it cannot be resumed. */
  readonly several?: boolean
}

/** Copies what is there now; the answer is the offset behind it, in bytes. `from` is an offset. */
export async function copyOutput(context: Context, source: Source, from = 0): Promise<number> {
  const sink = toSink(context)
  let at = from
  // where a tail began is only known to the daemon
  const resumable = source.tail === undefined && source.several !== true
  let begun = false
  await context.api.patiently(async () => {
    if (begun && !resumable) throw new Failure(EXIT.failed, 'The daemon went away in the middle of it: ask again.')
    const response = await context.api.open(toPath(source, at), { signal: context.screen.gone })
    begun = true
    for await (const chunk of response.body ?? []) {
      await sink.take(chunk)
      at += chunk.length
    }
  }, context.screen.gone)
  await sink.end()
  return at
}

/** A tail longer than this is cut to its end, so that it can be held. */
const LONGEST_TAIL = 4 * 1024 * 1024

/**
 * Prints the last lines of what is there now; the answer is the offset behind them, in bytes. The whole is read for it:
 * only so is it known where the printed part ends.
 */
export async function copyTail(context: Context, of: { job: string; task: string; lines: number }): Promise<number> {
  const { tail, length } = await context.api.patiently(async () => {
    let kept = Buffer.alloc(0)
    let length = 0
    const response = await context.api.open(toPath(of, 0), { signal: context.screen.gone })
    for await (const chunk of response.body ?? []) {
      kept = toLastLines(Buffer.concat([kept, chunk]), of.lines)
      length += chunk.length
    }
    return { tail: kept, length }
  }, context.screen.gone)
  const sink = toSink(context)
  await sink.take(tail)
  await sink.end()
  return length
}

/** Copies a task's output as it grows, until the task or its job has ended. A new attempt begins again at its start. */
export async function followOutput(context: Context, task: Task, from: number): Promise<void> {
  let at = from
  let attempts = task.attempts
  const { gone } = context.screen
  const of = { job: task.job, task: task.id }
  for await (const heard of follow(context.api, { ...of, from }, gone)) {
    if (heard.kind === 'away') context.screen.news('The daemon is away; trying again.')
    // the event brings text, in which bytes that are no UTF-8 are lost: it only says that there is more to fetch
    if (heard.kind === 'output' && heard.offset >= at) at = await copyOutput(context, of, at)
    if (heard.kind !== 'job') continue
    const now = heard.tasks.find(({ id }) => id === task.id)
    if (now !== undefined && now.attempts > attempts) {
      if (attempts > 0) at = 0
      attempts = now.attempts
    }
    at = await copyOutput(context, of, at)
    if (isOver(now?.status ?? heard.job.status)) return
  }
}

function isOver(status: string): boolean {
  return status !== 'queued' && status !== 'running'
}

/** The last lines of a text, at most 4 MiB of it. */
export function toLastLines(text: Buffer<ArrayBuffer>, lines: number): Buffer<ArrayBuffer> {
  // the break that ends the last line does not begin another
  let at = text.length - 1
  for (let left = lines; left > 0 && at > 0; left--) at = text.lastIndexOf(10, at - 1)
  const start = at <= 0 ? (at === 0 && text[0] === 10 && text.length > 1 ? 1 : 0) : at + 1
  return text.subarray(Math.max(start, text.length - LONGEST_TAIL))
}

type Sink = { take(chunk: Uint8Array): Promise<void>; end(): Promise<void> }

function toSink({ screen, options }: Context): Sink {
  if (!options.json) return { take: chunk => screen.bytes(chunk), end: async () => undefined }
  const decoder = new TextDecoder()
  let rest = ''
  const LONGEST = 1024 * 1024
  return {
    async take(chunk) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > LONGEST) lines.push(rest)
      if (rest.length > LONGEST) rest = ''
      for (const line of lines) await screen.json({ type: 'output', line })
    },
    async end() {
      rest += decoder.decode()
      if (rest !== '') await screen.json({ type: 'output', line: rest })
      rest = ''
    },
  }
}

function toPath(source: Source, from: number): string {
  const query = new URLSearchParams()
  if (source.task !== undefined) query.set('task', source.task)
  if (source.tail !== undefined) query.set('tail', String(source.tail))
  else if (from > 0) query.set('from', String(from))
  return `/api/v1/jobs/${encodeURIComponent(source.job)}/output${query.size === 0 ? '' : `?${query}`}`
}
