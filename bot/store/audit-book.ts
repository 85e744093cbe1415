// the book of writes on disk: append-only lines in one file per UTC day, read from the newest back
import { join } from 'node:path'
import { isFull, toError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { DAY } from '../../shared/time.ts'
import type { AuditBook, AuditEntry } from '../engine/ports.ts'
import { readAudit } from './audit-pages.ts'
import { isSegment, nextSegment, toSegment } from './audit-segments.ts'
import { type DiskFile, type Files, OPEN, realFiles, writeFully } from './files.ts'

const SEGMENT_BYTES = 8 * 1024 * 1024
const MOST_SEGMENTS = 64
const LINE_FEED = 0x0a

export type AuditBookOptions = {
  /** Directory of the book; made with the first entry. */
  readonly dir: string
  /** Whole days after which a day's entries are removed. */
  readonly keepDays: number
  readonly log: Log
  /** A day's file longer than this (bytes) is followed by another one. */
  readonly segmentBytes?: number
  /** More files than this are not kept, whatever their age: the book cannot fill the disk. */
  readonly mostSegments?: number
  readonly files?: Files
}

type Segment = { readonly name: string; readonly file: DiskFile; bytes: number }
type Waiting = { readonly entry: AuditEntry; readonly done: () => void }

/**
 * The book. Files are cut at midnight UTC, so that `keepDays` is exact and a question since some day opens no older
 * file, and by size, so that a flood of refused asks costs a bounded room: the oldest file goes first. Entries that
 * come together are one write. What is written survives the end of this process, however it ends; it is not forced to
 * the platter one by one, since an answer should not wait for that twice. A half line, as a crash leaves it, is passed over.
 */
export function createAuditBook(options: AuditBookOptions): AuditBook {
  const { dir, log } = options
  const files = options.files ?? realFiles
  const waiting: Waiting[] = []
  let segment: Segment | undefined
  let writing: Promise<void> | undefined
  let failing = false

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0)
      try {
        await append(batch.map(({ entry }) => entry))
        if (failing) log.info('the book of writes is being written again')
        failing = false
      } catch (thrown) {
        // the file may end in half a line now: the next write looks, and begins a new one
        await segment?.file.close().catch(() => {
          // what could not be written is told below
        })
        segment = undefined
        if (!failing) log.error(toComplaint(thrown), { error: toError(thrown) })
        failing = true
      }
      for (const { done } of batch) done()
    }
    writing = undefined
  }

  async function append(entries: readonly AuditEntry[]): Promise<void> {
    // a clock that was set back in between must not put tomorrow into today's file
    const day = entries.reduce((newest, { at }) => (at > newest ? at : newest), '').slice(0, 10)
    if (segment === undefined || isOver(segment, day)) segment = await follow(day)
    const bytes = Buffer.from(entries.map(entry => `${JSON.stringify(entry)}\n`).join(''))
    await writeFully(segment.file, bytes)
    segment.bytes += bytes.length
  }

  const isOver = ({ name, bytes }: Segment, day: string): boolean =>
    bytes >= (options.segmentBytes ?? SEGMENT_BYTES) || name < toSegment(day, 0)

  async function follow(day: string): Promise<Segment> {
    const previous = segment
    segment = undefined
    await previous?.file.datasync()
    await previous?.file.close()
    await files.makeDir(dir)
    const names = (await files.list(dir)).filter(isSegment).sort()
    const newest = names.at(-1)
    const opened = newest === undefined ? undefined : await open(newest, previous)
    if (opened !== undefined && !isOver(opened, day)) return opened
    await opened?.file.close()
    const name = nextSegment(newest, day)
    const file = await files.open(join(dir, name), OPEN.extend)
    await files.syncDir(dir)
    await purge([...names, name], day).catch(cause => log.warn('old parts of the book of writes stay', { cause }))
    return { name, file, bytes: 0 }
  }

  // the newest file of an earlier start or of before a failure; the one that was just left is known to be full
  async function open(name: string, previous: Segment | undefined): Promise<Segment | undefined> {
    if (name === previous?.name) return undefined
    const file = await files.open(join(dir, name), OPEN.extendOld)
    try {
      const { size } = await file.stat()
      const last = Buffer.alloc(1)
      if (size > 0) await file.read(last, 0, 1, size - 1)
      const isTorn = size > 0 && last[0] !== LINE_FEED
      if (isTorn) await writeFully(file, Buffer.of(LINE_FEED))
      return { name, file, bytes: isTorn ? size + 1 : size }
    } catch (thrown) {
      await file.close()
      throw thrown
    }
  }

  async function purge(names: readonly string[], day: string): Promise<void> {
    const oldest = toSegment(new Date(Date.parse(day) - options.keepDays * DAY).toISOString().slice(0, 10), 0)
    const surplus = names.slice(0, Math.max(0, names.length - (options.mostSegments ?? MOST_SEGMENTS)))
    const gone = names.filter(name => name < oldest || surplus.includes(name))
    if (surplus.some(name => name >= oldest))
      log.warn('the book of writes is full, its oldest part was removed before its time', { files: surplus.length })
    for (const name of gone) await files.remove(join(dir, name))
  }

  return {
    record: entry =>
      new Promise(done => {
        waiting.push({ entry, done })
        writing ??= drain()
      }),
    read: query => readAudit({ dir, files }, query),
    async close() {
      await writing
      const last = segment
      segment = undefined
      await last?.file.close()
    },
  }
}

function toComplaint(thrown: unknown): string {
  const why = isFull(thrown) ? 'the disk is full' : 'its file cannot be written'
  return `writes go on without being put in the book: ${why}`
}
