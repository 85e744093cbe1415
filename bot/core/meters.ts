// what went through each channel: calls of the month (UTC), sends of the last minute, and when the next one may go
import type { Channel } from '../../shared/chat.ts'
import { MINUTE, toInstant, toMs } from '../../shared/time.ts'
import type { Sending } from './chat-commands.ts'
import type { Event } from './events.ts'
import type { MeterRow, State } from './state.ts'

/** Channels whose calls the platform bills. */
const BILLED: ReadonlySet<string> = new Set<Channel | 'stream'>(['api', 'session', 'robot', 'card', 'stream'])
/** The platform ignores a robot for ten minutes when it goes on too fast. Of the others it says itself how long, or nothing. */
const LONGEST_BLOCK_MS = { robot: 10 * MINUTE, others: MINUTE } as const

/** Counts a message that was heard. */
export function countHeard(state: State, now: number): Event {
  const meter = toMeter(state, 'stream', now)
  return { type: 'meter.counted', meter: { ...meter, used: meter.used + 1 } }
}

/**
 * Counts one call. The custom robot's are counted before they are made, so that its limit holds over a crash; the others'
 * when their outcome is known.
 */
export function countCall(state: State, { channel, outcome }: Sending, now: number): Event {
  const meter = toMeter(state, channel, now)
  const counts = channel === 'robot' ? outcome === 'sending' : outcome !== 'sending'
  const used = meter.used + Number(counts && BILLED.has(channel))
  const recent = [...meter.recent.filter(at => at > now - MINUTE && at <= now), ...(counts ? [now] : [])]
  const counted = { ...meter, used, recent: channel === 'robot' ? recent : [] }
  return { type: 'meter.counted', meter: outcome === 'sending' ? counted : withOutcome(counted, outcome, now) }
}

function withOutcome(meter: MeterRow, outcome: Exclude<Sending['outcome'], 'sending'>, now: number): MeterRow {
  const code = outcome.class === 'sent' ? '' : outcome.code
  const told = { ...meter, last: { at: toInstant(now), class: outcome.class, code } }
  if (outcome.class === 'sent') {
    const { blockedUntil: _over, ...free } = told
    return { ...free, blocks: 0 }
  }
  if (outcome.class !== 'rate') return told
  const isRobot = meter.id === 'robot'
  const first = isRobot ? Math.max(MINUTE, outcome.waitMs ?? 0) : (outcome.waitMs ?? MINUTE)
  const longest = isRobot ? LONGEST_BLOCK_MS.robot : Math.max(LONGEST_BLOCK_MS.others, first)
  const until = now + Math.min(longest, first * 2 ** Math.min(meter.blocks, 10))
  const known = meter.blockedUntil === undefined ? 0 : toMs(meter.blockedUntil)
  return { ...told, blocks: meter.blocks + 1, blockedUntil: toInstant(Math.max(until, known)) }
}

// a new month begins at midnight UTC; a clock that was set back begins none
function toMeter(state: State, id: Channel | 'stream', now: number): MeterRow {
  const month = toInstant(now).slice(0, 7)
  const row = state.meters.get(id) ?? { id, recent: [], blocks: 0, month, used: 0 }
  return month > row.month ? { ...row, month, used: 0 } : row
}
