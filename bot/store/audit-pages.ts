// reads the book of writes from its end: a page of entries that fit, and where the next page goes on
import { join } from 'node:path'
import * as z from 'zod'
import { AppError, errnoOf, shown } from '../../shared/errors.ts'
import { Via } from '../../shared/job.ts'
import { Instant } from '../../shared/time.ts'
import type { AuditEntry, AuditQuery } from '../engine/ports.ts'
import { isSegment, toSegment } from './audit-segments.ts'
import { type DiskFile, type Files, OPEN } from './files.ts'

const PAGE = 100
const MOST = 1_000
const BLOCK_BYTES = 64 * 1024
/** What one question may read; a page that found little by then says where to go on. */
const MOST_BYTES = 16 * 1024 * 1024
const LINE_FEED = 0x0a

const Entry = z.object({
  at: Instant,
  user: z.string(),
  role: z.string(),
  via: Via,
  view: z.string(),
  what: z.string(),
  said: z.string().exactOptional(),
  status: z.int(),
  code: z.string().exactOptional(),
  from: z.string().exactOptional(),
})

/** Where a page ends: everything before this byte of this file is older. */
type Mark = { readonly name: string; readonly offset: number }
type Page = { readonly items: readonly AuditEntry[]; readonly next?: string }

/** A page, newest first. Throws INVALID_INPUT for a cursor that no page has given. */
export async function readAudit(place: { dir: string; files: Files }, query: AuditQuery): Promise<Page> {
  const { dir, files } = place
  const from = query.after === undefined ? undefined : parseMark(query.after)
  const limit = Math.min(query.limit ?? PAGE, MOST)
  const oldest = query.since === undefined ? '' : toSegment(query.since.slice(0, 10), 0)
  const names = (await listed(files, dir))
    .filter(name => name >= oldest && (from === undefined || name <= from.name))
    .reverse()
  const items: AuditEntry[] = []
  let budget = MOST_BYTES
  for (const name of names) {
    const file = await opened(files, join(dir, name))
    if (file === undefined) continue
    try {
      const end = name === from?.name ? from.offset : Number.POSITIVE_INFINITY
      for await (const { line, offset } of linesBack(file, end)) {
        budget -= line.length + 1
        const entry = parseEntry(line)
        if (entry !== undefined && fits(entry, query)) items.push(entry)
        if (items.length === limit || budget <= 0) return withNext(items, { name, offset }, names)
      }
    } finally {
      await file.close()
    }
  }
  return { items }
}

// the first byte of the oldest file: there is nothing before it
function withNext(items: readonly AuditEntry[], mark: Mark, names: readonly string[]): Page {
  if (mark.offset === 0 && mark.name === names.at(-1)) return { items }
  return { items, next: Buffer.from(`${mark.name}:${mark.offset}`).toString('base64url') }
}

function parseMark(after: string): Mark {
  const [name = '', offset = ''] = Buffer.from(after, 'base64url').toString().split(':')
  if (isSegment(name) && /^\d{1,12}$/.test(offset)) return { name, offset: Number(offset) }
  throw new AppError('INVALID_INPUT', `after must be the next of an earlier page, got ${shown(after)}`)
}

async function listed(files: Files, dir: string): Promise<string[]> {
  try {
    return (await files.list(dir)).filter(isSegment).sort()
  } catch (thrown) {
    // nothing has been written yet
    if (errnoOf(thrown) === 'ENOENT') return []
    throw thrown
  }
}

async function opened(files: Files, path: string): Promise<DiskFile | undefined> {
  try {
    return await files.open(path, OPEN.read)
  } catch (thrown) {
    // its time was over between the listing and now
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}

/** Whole lines before `end`, the last one first, each with the byte at which it begins. What has no line feed yet is left out. */
async function* linesBack(file: DiskFile, end: number): AsyncGenerator<{ line: Buffer; offset: number }> {
  let at = Math.min(end, (await file.stat()).size)
  let rest = Buffer.alloc(0)
  let whole = false
  while (at > 0) {
    const size = Math.min(BLOCK_BYTES, at)
    const block = Buffer.alloc(size)
    const { bytesRead } = await file.read(block, 0, size, at - size)
    at -= size
    rest = Buffer.concat([block.subarray(0, bytesRead), rest])
    for (let feed = rest.lastIndexOf(LINE_FEED); feed >= 0; feed = rest.lastIndexOf(LINE_FEED)) {
      const line = rest.subarray(feed + 1)
      if (whole) yield { line, offset: at + feed + 1 }
      whole = true
      rest = rest.subarray(0, feed)
    }
  }
  if (whole) yield { line: rest, offset: 0 }
}

function parseEntry(line: Buffer): AuditEntry | undefined {
  try {
    const parsed = Entry.safeParse(JSON.parse(line.toString()))
    return parsed.success ? parsed.data : undefined
  } catch {
    // half a line, as a crash or a full disk leaves it
    return undefined
  }
}

function fits(entry: AuditEntry, { user, view, since }: AuditQuery): boolean {
  return (
    (user === undefined || entry.user === user) &&
    (view === undefined || entry.view === view) &&
    (since === undefined || entry.at >= since)
  )
}
