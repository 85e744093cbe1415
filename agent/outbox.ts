// what was said and not yet acknowledged: numbered, on disk before it is sent, said again until the daemon has it
import type { Id } from '../shared/ids.ts'
import type { Log } from '../shared/log.ts'
import { type Clock, SECOND } from '../shared/time.ts'
import type { Report } from '../shared/wire.ts'
import { toFitting } from './fitting.ts'
import { type Entry, type OutboxFile, openOutboxFile } from './outbox-file.ts'
import { createPacing } from './pacing.ts'
import { toReason } from './spool.ts'

export type Outbox = {
  /** Numbers a report and keeps it. Progress is thinned out and coalesced. */
  say(report: Report): void
  /** What may be sent after a number, in order; it counts as sent from now on. */
  take(after: number): Entry[]
  /** The daemon has everything up to `n` on its disk. */
  acknowledge(n: number): void
  /** A new connection begins: the daemon has everything up to `n`. */
  resume(n: number): void
  /** Whether a report of that type about an allocation is still held. */
  holds(type: Report['type'], allocation: Id): boolean
  /** The first number that is held, or the next one to be given. */
  readonly nextNumber: number
  /** Calls back whenever there may be something to take. */
  onReady(listener: () => void): void
  /** Waits until everything said so far is on disk, or cannot be. */
  settle(): Promise<void>
  close(): Promise<void>
}

type Held = Entry & {
  readonly onDisk: boolean
  readonly ready: boolean
  /** Nobody has ever seen it under its number. */
  readonly fresh: boolean
}
type Box = {
  held: readonly Held[]
  next: number
  ready: () => void
  saving: Promise<void>
  waiting: boolean
  troubled: boolean
  closed: boolean
  cancelRetry: () => void
  readonly file: OutboxFile
  readonly clock: Clock
  readonly log: Log
}

const RETRY_MS = 5 * SECOND
const COMPACT_BYTES = 256 * 1024

/** Opens the outbox with what an earlier process left in it. Throws when its file cannot be read or written. */
export async function createOutbox(deps: { path: string; clock: Clock; log: Log }): Promise<Outbox> {
  const { file, content } = await openOutboxFile(deps.path)
  const held = content.entries.map(entry => ({ ...entry, onDisk: true, ready: true, fresh: false }))
  const box: Box = {
    ...{ held, next: content.next, file, clock: deps.clock, log: deps.log },
    ...{
      ready: () => {},
      saving: Promise.resolve(),
      waiting: false,
      troubled: false,
      closed: false,
      cancelRetry: () => {},
    },
  }
  const pacing = createPacing({
    clock: deps.clock,
    deliver: report => add(box, report),
    isAwaited: allocation => box.held.some(entry => entry.fresh && isAbout(entry, 'progress', allocation)),
  })
  return {
    say(report) {
      if (report.type === 'progress') return pacing.say(report)
      if (report.type === 'ended') pacing.drop(report.allocation)
      add(box, report)
    },
    take: after => take(box, after),
    acknowledge: n => acknowledge(box, n),
    resume: n => resume(box, n),
    holds: (type, allocation) => box.held.some(entry => isAbout(entry, type, allocation)),
    get nextNumber() {
      return box.held[0]?.n ?? box.next
    },
    onReady(listener) {
      box.ready = listener
    },
    settle: () => settle(box),
    async close() {
      pacing.close()
      await settle(box)
      box.closed = true
      box.cancelRetry()
      await box.file.close()
    },
  }
}

function add(box: Box, report: Report): void {
  box.held = [...box.held, { n: box.next, report: toFitting(report), onDisk: false, ready: false, fresh: true }]
  box.next += 1
  save(box)
}

function take(box: Box, after: number): Entry[] {
  const due = box.held.filter(entry => entry.n > after && entry.ready)
  const last = due.at(-1)?.n ?? 0
  box.held = box.held.map(entry => (entry.n > after && entry.n <= last ? { ...entry, fresh: false } : entry))
  return due.map(({ n, report }) => ({ n, report }))
}

function acknowledge(box: Box, n: number): void {
  box.held = box.held.filter(entry => entry.n > n)
  if (box.held.length === 0 && box.file.bytes > COMPACT_BYTES) save(box)
}

/**
 * Reports that nobody has seen under their number, and whose number the daemon knows as another report's (the disk was
 * full or lost what had been said), get new numbers.
 */
function resume(box: Box, n: number): void {
  const kept = box.held.filter(entry => entry.n > n || entry.fresh)
  const first = kept[0]
  if (first === undefined || first.n > n) box.held = kept
  else {
    box.held = kept.map((entry, index) => ({ ...entry, n: n + 1 + index, onDisk: false }))
  }
  box.next = Math.max(box.next, n + 1, (box.held.at(-1)?.n ?? 0) + 1)
  if (box.held.some(entry => !entry.onDisk)) save(box)
}

// one write at a time; what is said meanwhile goes with the next one
function save(box: Box): void {
  if (box.waiting || box.closed) return
  box.waiting = true
  box.saving = box.saving.then(() => flush(box))
}

async function flush(box: Box): Promise<void> {
  box.waiting = false
  const given = new Map(box.held.map(entry => [entry.report, entry.n]))
  const mark = (how: Partial<Held>): void => {
    // an entry that was numbered anew meanwhile is not the one that was written
    box.held = box.held.map(entry => (given.get(entry.report) === entry.n ? { ...entry, ...how } : entry))
  }
  try {
    await write(box)
    mark({ onDisk: true, ready: true })
    box.troubled = false
  } catch (thrown) {
    // the daemon must hear of an end although the disk is full: it is sent from memory and saved later
    mark({ ready: true })
    if (!box.troubled) box.log.error('reports cannot be kept on disk and go from memory', { reason: toReason(thrown) })
    box.troubled = true
    box.cancelRetry()
    box.cancelRetry = box.clock.after(RETRY_MS, () => save(box))
  }
  box.ready()
}

async function write(box: Box): Promise<void> {
  const unsaved = box.held.filter(entry => !entry.onDisk)
  // a number written twice would be read as two reports, and after trouble the end of the file may be torn
  const anew = box.troubled || unsaved.some(entry => entry.ready) || box.file.bytes > COMPACT_BYTES
  if (anew) await box.file.replace({ entries: box.held, next: box.next })
  else if (unsaved.length > 0) await box.file.append(unsaved)
}

async function settle(box: Box): Promise<void> {
  for (let seen: Promise<void> | undefined; seen !== box.saving; ) {
    seen = box.saving
    await seen
  }
}

function isAbout(entry: Entry, type: Report['type'], allocation: Id): boolean {
  return entry.report.type === type && 'allocation' in entry.report && entry.report.allocation === allocation
}
