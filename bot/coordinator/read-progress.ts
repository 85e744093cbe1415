// what a coordinator says of a job of its own, read without believing more than it says
import * as z from 'zod'
import type { LineCounts, Progress } from '../../shared/allocation.ts'
import { NO_LINES } from '../../shared/allocation.ts'
import type { Instant } from '../../shared/time.ts'

export type Seen = {
  readonly id: string | undefined
  readonly alias: string | undefined
  readonly index: string | undefined
  /** What it has come to; everything that is no end counts as under way. */
  readonly state: 'open' | 'succeeded' | 'failed' | 'stopped'
  readonly message: string | undefined
  /** Its paths are several: counters are of all of them together. */
  readonly shared: boolean
  readonly counts: Counts
  /** Its own words in one line. */
  readonly line: string
}

type Counts = {
  readonly done?: number | undefined
  readonly failed?: number | undefined
  readonly files?: number | undefined
  readonly bytes?: number | undefined
  readonly ofBytes?: number | undefined
}

// older editions quote numbers; null, true and lists are none
const count = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,16}$/)
      .transform(Number),
  ])
  .pipe(z.int().min(0))
  .optional()
  .catch(undefined)
const word = z
  .union([z.string().min(1), z.number().transform(String)])
  .optional()
  .catch(undefined)
const Body = z.object({
  ...{ id: word, jobId: word, alias: word, index: word, state: word },
  // what is empty may be left out
  errorMessage: z.unknown().optional(),
  paths: z.array(z.unknown()).catch([]),
  ...{ loadedNonEmptyFiles: count, failedFiles: count, scannedFiles: count },
  ...{ loadedBytes: count, skippedBytes: count, totalBytes: count },
  ...{ freedFiles: count, totalFiles: count, freedBytes: count },
})
type Body = z.infer<typeof Body>
const List = z.object({ results: z.array(z.unknown()) })

/** Characters of its own words that become part of a sentence of ours. */
const MOST_QUOTED = 500

const STATES: Readonly<Record<string, Seen['state']>> = { SUCCEEDED: 'succeeded', FAILED: 'failed', STOPPED: 'stopped' }

/** The jobs that an answer tells of: `alone` the one that was asked for, or all of a list. */
export function readJobs(text: string): { readonly alone: boolean; readonly jobs: readonly Seen[] } {
  const value = parse(text)
  const list = List.safeParse(value)
  const jobs = (list.success ? list.data.results : [value]).flatMap(one => {
    const body = Body.safeParse(one)
    // without a state it is some other object
    return body.success && body.data.state !== undefined ? [toSeen(body.data, one)] : []
  })
  return { alone: !list.success, jobs }
}

/** The id in the answer to a submission, and the sentence of an error. */
export function readReply(text: string): { readonly id: string | undefined; readonly message: string } {
  const Reply = z.object({ id: word, jobId: word, status: word })
  const { data } = Reply.safeParse(parse(text))
  return {
    id: data?.id ?? data?.jobId,
    message: data?.status?.slice(0, MOST_QUOTED) ?? text.trim().slice(0, MOST_QUOTED),
  }
}

/** Counted files; a coordinator tells skipped ones by bytes only, and not which of several paths one is of. */
export function toLines({ counts, shared }: Seen): LineCounts {
  if (shared) return { ...NO_LINES, failed: counts.failed ?? 0 }
  return { ...NO_LINES, loaded: counts.done ?? 0, failed: counts.failed ?? 0, started: counts.files ?? 0 }
}

/** How far it is by its own counters; of several paths together only the share is told. */
export function toProgress({ counts, shared }: Seen, at: Instant): Progress {
  const { done, files, bytes, ofBytes } = counts
  const percent = percentOf(bytes, ofBytes)
  return {
    ...{ at, source: 'sample' },
    ...(!shared && done !== undefined && { filesDone: done }),
    ...(!shared && files !== undefined && files > 0 && { filesTotal: files }),
    ...(!shared && bytes !== undefined && { bytesDone: bytes }),
    ...(!shared && ofBytes !== undefined && ofBytes > 0 && { bytesTotal: ofBytes }),
    ...(percent !== undefined && { percent }),
  }
}

/** Its counters as a remark: they are all that is known of the cache. */
export function toNote({ counts }: Seen): string {
  const { done = 0, files, failed = 0, bytes, ofBytes } = counts
  const ofFiles = files === undefined ? `${done} files` : `${done} of ${files} files`
  const inBytes = bytes === undefined ? '' : `, ${bytes}${ofBytes === undefined ? '' : ` of ${ofBytes}`} bytes`
  return `the coordinator's own counters: ${ofFiles}${inBytes}, ${failed} failed; the cache itself was not measured`
}

function toSeen(body: Body, told: unknown): Seen {
  return {
    ...{ id: body.id ?? body.jobId, alias: body.alias, index: body.index },
    state: STATES[body.state?.toUpperCase() ?? ''] ?? 'open',
    message: toMessage(body.errorMessage),
    shared: body.paths.length > 1,
    counts: {
      done: body.loadedNonEmptyFiles ?? body.freedFiles,
      failed: body.failedFiles,
      files: body.scannedFiles ?? body.totalFiles,
      bytes: toBytes(body),
      ofBytes: body.totalBytes,
    },
    line: toLine(told),
  }
}

function toLine(told: unknown): string {
  try {
    return JSON.stringify(told)
  } catch {
    // nested so deeply that it can be read, but not written
    return '"what the coordinator said cannot be shown"'
  }
}

// what was there already counts as done; whether the loaded ones hold it as well is not told
function toBytes({ loadedBytes, skippedBytes = 0, freedBytes, totalBytes }: Body): number | undefined {
  const bytes = loadedBytes === undefined ? freedBytes : loadedBytes + skippedBytes
  return bytes === undefined || totalBytes === undefined ? bytes : Math.min(bytes, totalBytes)
}

// rounded down, so that 100 means all of it
function percentOf(done: number | undefined, total: number | undefined): number | undefined {
  if (done === undefined || total === undefined || total === 0) return undefined
  return Math.min(100, Math.floor((done * 100) / total))
}

// an empty one is an empty object; a long one is whole in the output
function toMessage(told: unknown): string | undefined {
  if (typeof told === 'string') return told.slice(0, MOST_QUOTED) || undefined
  if (typeof told !== 'object' || told === null || Object.keys(told).length === 0) return undefined
  return toLine(told).slice(0, MOST_QUOTED)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // whoever asked sees that nothing was read
    return undefined
  }
}
