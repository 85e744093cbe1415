// what became of slots of schedules since this process began, and how late they were fired, counted as it is told
import { SECOND, toInstant, toMs } from '../../shared/time.ts'
import type { Event, Published } from '../core/events.ts'
import type { SlotRow } from '../core/state.ts'
import type { Bus } from './bus.ts'
import type { LatenessCount, SlotCount } from './operations/port.ts'

/** Upper bounds in seconds: a slot is fired within milliseconds, or late by as long as nobody was there. */
const LATENESS_BUCKETS: readonly number[] = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 60, 600, 3_600, 86_400]

export type SlotTally = { readonly slots: readonly SlotCount[]; readonly lateness: LatenessCount }

/**
 * Listens to the frames. A slot counts when it is fired, skipped, missed or could not be submitted; the slots that one
 * missed entry stands for too. Late are only slots of the clock that nothing held back: quiet hours, markers and
 * earlier runs are waited for on purpose.
 */
export function createSlotTally(frames: Bus<Published>): () => SlotTally {
  const counts = new Map<SlotRow['status'], number>()
  let lateness = noLateness()
  frames.subscribe(({ events, at }) => {
    for (const row of findChanged(events)) {
      if (!isDecided(row, toInstant(at))) continue
      counts.set(row.status, (counts.get(row.status) ?? 0) + 1 + (row.others?.count ?? 0))
      if (isPrompt(row)) lateness = withLateness(lateness, (toMs(row.firedAt) - toMs(row.dueAt)) / SECOND)
    }
  })
  return () => ({ slots: [...counts].map(([status, count]) => ({ status, count })), lateness })
}

// each slot as it is at the end of the frame
function findChanged(events: readonly Event[]): Iterable<SlotRow> {
  const rows = new Map<string, SlotRow>()
  for (const event of events)
    if (event.type === 'slot.recorded' || event.type === 'slot.changed') rows.set(event.slot.id, event.slot)
  return rows.values()
}

// later changes of a slot that was fired are about its job
function isDecided({ status, firedAt }: SlotRow, at: string): boolean {
  return status === 'fired' ? firedAt === at : status === 'skipped' || status === 'missed' || status === 'unstarted'
}

type Fired = SlotRow & { readonly firedAt: string }

function isPrompt(row: SlotRow): row is Fired {
  return row.kind === 'clock' && row.firedAt !== undefined && row.firedAt === row.at
}

function noLateness(): LatenessCount {
  return { count: 0, seconds: 0, buckets: LATENESS_BUCKETS.map(seconds => ({ seconds, count: 0 })) }
}

function withLateness({ count, seconds, buckets }: LatenessCount, late: number): LatenessCount {
  const lateSeconds = Math.max(0, late)
  return {
    count: count + 1,
    seconds: seconds + lateSeconds,
    buckets: buckets.map(bucket => (lateSeconds <= bucket.seconds ? { ...bucket, count: bucket.count + 1 } : bucket)),
  }
}
