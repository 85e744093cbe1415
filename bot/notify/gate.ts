// when a channel may send: how many a minute the custom robot takes, and how long it wants to be left alone
import { MINUTE, toMs } from '../../shared/time.ts'
import type { MeterRow } from '../engine/chat-port.ts'

/**
 * Sends of the custom robot within any minute. It takes 20 and then nothing for ten minutes (dingtalk.md §4.2); one may
 * arrive late, and one more that a crash left without a word.
 */
export const MOST_A_MINUTE = 18

type Meter = Pick<MeterRow, 'recent' | 'blockedUntil'> | undefined

/**
 * When the custom robot may be called next, in ms since the epoch; not later than `nowMs` means now. Sends are those that were begun,
 * whatever became of them. An instant ahead of `nowMs` by more than a minute is one of a clock that was set back, and is not counted. Pure.
 */
export function robotReadyAt(meter: Meter, nowMs: number): number {
  const recent = sendsWithin(meter, nowMs)
  const oldest = recent[recent.length - MOST_A_MINUTE]
  return Math.max(blockedUntil(meter), oldest === undefined ? 0 : oldest + MINUTE)
}

/** How many more it may be called right now. Pure. */
export function robotRoom(meter: Meter, nowMs: number): number {
  if (blockedUntil(meter) > nowMs) return 0
  return Math.max(0, MOST_A_MINUTE - sendsWithin(meter, nowMs).length)
}

function sendsWithin(meter: Meter, nowMs: number): number[] {
  const recent = meter?.recent ?? []
  return recent.filter(at => at > nowMs - MINUTE && at <= nowMs + MINUTE).sort((a, b) => a - b)
}

function blockedUntil(meter: Meter): number {
  return meter?.blockedUntil === undefined ? 0 : toMs(meter.blockedUntil)
}
