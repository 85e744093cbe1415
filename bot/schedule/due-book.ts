// who is due next, and what is due of them: kept by schedule, computed when its turn comes
import type { Log } from '../../shared/log.ts'
import { type Clock, toInstant, toMs } from '../../shared/time.ts'
import type { Calendar } from '../engine/calendar.ts'
import type { ScheduleDesk, ScheduleRow } from '../engine/schedule-desk.ts'
import { createDueHeap } from './due-heap.ts'
import { dueAtOf } from './firing.ts'
import { createPace } from './pace.ts'
import { createSharedNext } from './shared-next.ts'
import { createTaking, type Due } from './taking.ts'

export type BookDeps = {
  readonly desk: Pick<ScheduleDesk, 'schedule' | 'through'>
  readonly calendar: Calendar
  readonly clock: Clock
  readonly log: Log
}

/** What is known of a schedule. Without `head` it has to be computed, without `cursor` from its course. */
type Entry = {
  readonly id: string
  /** Slots until then were handed in. */
  cursor?: number | undefined
  /** The first slot after that, and when it is due. */
  head?: number | undefined
  dueAt: number
  version: number
  /** Its slots are being handed in; `isStale`: and there is news of it meanwhile. */
  isOut: boolean
  isStale: boolean
}

export type Taken = Due & { readonly entry: Entry }

export type DueBook = {
  /** To be computed anew: from its row, or from `cursor`. */
  renew(id: string, cursor?: number): void
  /** The time. When it went backward, slots come again: what was handed in already is refused by whoever remembers. */
  look(): number
  /** Some of what is due at `now`, in turns; nothing when nothing is. It is out until it is settled. */
  gather(now: number, most: number): Promise<readonly Taken[]>
  /** `isIn`: it was handed in; otherwise it is due again, behind those that were due before `since`. */
  settle(taken: Taken, isIn: boolean, since?: number): void
  /** When there is something to do again. */
  nextAt(): number | undefined
  /** Gathering ends early. */
  close(): void
  readonly size: number
}

/** As many as one frame takes without a word. */
const MOST_PATHS = 50_000
const AT_ONCE = Number.NEGATIVE_INFINITY
const NEVER = Number.POSITIVE_INFINITY

/** An empty one. */
export function createDueBook({ desk, calendar, clock, log }: BookDeps): DueBook {
  const entries = new Map<string, Entry>()
  const heap = createDueHeap()
  const pace = createPace()
  const nextOf = createSharedNext(calendar, pace)
  const take = createTaking({ calendar, pace, nextOf })
  let isClosed = false
  let lastSeen = Number.NEGATIVE_INFINITY

  function forget({ id }: Entry): void {
    entries.delete(id)
    heap.remove(id)
  }

  /** Finds its next slot and puts it where it belongs. */
  function arm(entry: Entry, row: ScheduleRow, now: number): void {
    entry.cursor = Math.min(entry.cursor ?? toMs(desk.through(row)), now)
    const next = nextOf(row.timing, entry.cursor)
    entry.version = row.version
    entry.head = next
    // one that has ended comes again when the clock was wrong and is set back
    entry.dueAt = next === undefined ? NEVER : dueAtOf(row, next)
    heap.set(entry.id, entry.dueAt)
  }

  /** Takes out what is due of it; nothing when it had to be armed first, or is no more. */
  function begin(entry: Entry, now: number): Due | Promise<Due> | undefined {
    const row = desk.schedule(entry.id)
    if (row === undefined || row.paused) forget(entry)
    else if (entry.head === undefined || entry.version !== row.version) arm(entry, row, now)
    else {
      heap.remove(entry.id)
      entry.isOut = true
      return take(row, entry.head, now)
    }
    return undefined
  }

  function renew(id: string, cursor?: number): void {
    const entry = entries.get(id) ?? { id, dueAt: AT_ONCE, version: 0, isOut: false, isStale: false }
    entries.set(id, entry)
    entry.isStale = entry.isOut
    if (entry.isOut) return
    entry.cursor = cursor
    entry.head = undefined
    entry.dueAt = AT_ONCE
    heap.set(id, AT_ONCE)
  }

  return {
    renew,
    look() {
      const now = clock.now()
      if (now < lastSeen) {
        log.info('the clock went backward', { ms: lastSeen - now })
        for (const entry of entries.values()) if ((entry.cursor ?? now) > now) renew(entry.id, now)
      }
      lastSeen = now
      return now
    },
    async gather(now, most) {
      const taken: Taken[] = []
      for (let paths = 0; taken.length < most && paths < MOST_PATHS && !isClosed; ) {
        const top = heap.peek()
        const entry = top === undefined || top.at > now ? undefined : entries.get(top.id)
        if (entry === undefined) break
        try {
          const begun = begin(entry, now)
          const due = begun instanceof Promise ? await begun : begun
          paths += due?.paths ?? 0
          if (due !== undefined) taken.push({ entry, ...due })
        } catch (cause) {
          // one that cannot be computed must not hold up the others; it comes back when it is changed
          log.error('the slots of a schedule cannot be computed', { schedule: entry.id, cause })
          forget(entry)
        }
        if (pace.isSpent(1)) await pace.spend(0)
      }
      return taken
    },
    settle({ entry, newest }, isIn, since = entry.dueAt) {
      entry.isOut = false
      if (entry.isStale) renew(entry.id)
      else if (isIn) renew(entry.id, newest)
      else heap.set(entry.id, Math.max(entry.dueAt, since))
    },
    close() {
      isClosed = true
    },
    nextAt: () => heap.peek()?.at,
    get size() {
      let size = 0
      for (const { dueAt } of entries.values()) if (dueAt < NEVER) size += 1
      return size
    },
  }
}

/** An instant of the heap as everyone sees it. */
export function toNextAt(at: number | undefined): { readonly nextAt?: string } {
  return at !== undefined && Number.isFinite(at) ? { nextAt: toInstant(at) } : {}
}
