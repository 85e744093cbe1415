// when a channel may send, and what is gathered, as decisions without a life
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JobNotice, LetterRow, NoticeRow } from '../../bot/engine/chat-port.ts'
import { MOST_A_MINUTE, robotReadyAt, robotRoom } from '../../bot/notify/gate.ts'
import { gather } from '../../bot/notify/gather.ts'
import { createPace } from '../../bot/notify/pace.ts'
import { MINUTE, SECOND, toInstant } from '../../shared/time.ts'
import { createMovingClock } from '../helpers/dingtalk/clock.ts'
import { peakPerMinute } from './stage.ts'

const NOW = Date.UTC(2026, 0, 5, 8)
const meter = (recent: readonly number[], blockedUntil?: number) => ({
  ...{ id: 'robot', recent, blocks: 0, month: '2026-01', used: 0 },
  ...(blockedUntil !== undefined && { blockedUntil: toInstant(blockedUntil) }),
})

describe('the gate of the custom robot', () => {
  test('opens a minute after the eighteenth send before, and not while it is blocked', () => {
    const sends = Array.from({ length: MOST_A_MINUTE }, (_, at) => NOW - 30 * SECOND + at)
    expect(robotReadyAt(undefined, NOW)).toBe(0)
    expect(robotReadyAt(meter(sends.slice(1)), NOW)).toBe(0)
    expect(robotReadyAt(meter(sends), NOW)).toBe(NOW + 30 * SECOND)
    expect(robotReadyAt(meter([], NOW + 5), NOW)).toBe(NOW + 5)
    expect([robotRoom(meter(sends.slice(3)), NOW), robotRoom(meter([], NOW + 5), NOW)]).toEqual([3, 0])
  })

  test('is not shut for long by a clock that was set back', () => {
    const ahead = Array.from({ length: 18 }, () => NOW + 3_600_000)
    expect(robotReadyAt(meter(ahead), NOW)).toBe(0)
  })

  test('lets at most eighteen through in any minute, whenever one asks', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9_000), { maxLength: 200 }), waits => {
        const sends: number[] = []
        let now = NOW
        for (const wait of waits) {
          now += wait
          if (robotReadyAt(meter(sends), now) <= now) sends.push(now)
        }
        expect(peakPerMinute(sends)).toBeLessThanOrEqual(MOST_A_MINUTE)
      }),
    )
  })
})

test('the pace of the app is ten a second', () => {
  const clock = createMovingClock()
  const pace = createPace(clock, 10, SECOND)
  const begun: number[] = []
  for (let at = 0; at < 200; at += 1) {
    if (pace.waitMs() === 0) {
      pace.take()
      begun.push(clock.now())
    }
    clock.advance(at % 7 === 0 ? 90 : 3)
  }
  for (const from of begun) expect(begun.filter(at => at >= from && at < from + SECOND).length).toBeLessThanOrEqual(10)
  expect(begun.length).toBeGreaterThan(20)
})

let serial = 0
const notice = (endedAt: number, more: Partial<JobNotice> = {}): JobNotice => {
  serial += 1
  return {
    ...{
      id: `n${serial}`,
      place: 'conversation c',
      jobId: `j${serial}`,
      about: 'ended',
      form: 'summary',
      alarm: false,
    },
    ...{ endedAt: toInstant(endedAt), at: toInstant(endedAt), dueAt: toInstant(endedAt + 5 * SECOND) },
    ...more,
  }
}
const letter = (parts: number): LetterRow => ({
  ...{ id: 'l', place: 'robot', kind: 'result', alarm: false, sent: 0, at: toInstant(NOW), tries: 0, closed: [] },
  parts: Array.from({ length: parts }, () => ({ format: 'text', title: '', text: '', mentions: [] })),
})
const gathered = (
  notices: readonly NoticeRow[],
  nowMs: number,
  more: { letters?: LetterRow[]; recent?: number[] } = {},
) => {
  const { letters = [], recent = [] } = more
  const { ready, nextAt } = gather({ notices, letters, meter: meter(recent) }, nowMs)
  return { ready: ready.map(batch => batch.notices.map(({ id }) => notices.findIndex(one => one.id === id))), nextAt }
}

describe('what is gathered', () => {
  const ends = [0, 2, 5, 6, 30].map(seconds => notice(NOW + seconds * SECOND))

  test('runs for 5 s from the first result, and is due with its last', () => {
    expect(gathered(ends, NOW + 9 * SECOND)).toEqual({ ready: [], nextAt: NOW + 10 * SECOND })
    expect(gathered(ends, NOW + 10 * SECOND)).toEqual({ ready: [[0, 1, 2]], nextAt: NOW + 11 * SECOND })
    expect(gathered(ends, NOW + 35 * SECOND)).toEqual({ ready: [[0, 1, 2], [3], [4]], nextAt: undefined })
  })

  test('is of one place, and halfway messages stand alone', () => {
    const mixed = [
      notice(NOW),
      notice(NOW, { place: 'staff 1' }),
      notice(NOW, { about: 'halfway' }),
      notice(NOW, { about: 'halfway' }),
    ]
    expect(gathered(mixed, NOW + 5 * SECOND).ready).toEqual([[0], [1], [2], [3]])
  })

  const named = ends.map(one => ({ ...one, place: 'robot', form: 'named' as const }))

  test('for the robot becomes one when it was held up, and waits while there is no room', () => {
    expect(gathered(named, NOW + 10 * SECOND).ready).toEqual([[0, 1, 2]])
    expect(gathered(named, NOW + 35 * SECOND).ready).toEqual([[0, 1, 2, 3, 4]])
    const recent = Array.from({ length: 18 }, () => NOW + 1)
    expect(gathered(named, NOW + 35 * SECOND, { recent })).toEqual({ ready: [], nextAt: NOW + 1 + MINUTE })
    expect(gathered(named, NOW + 35 * SECOND, { letters: [letter(3)] })).toEqual({ ready: [], nextAt: undefined })
    expect(gathered(named, NOW + 35 * SECOND, { letters: [letter(2)] }).ready).toHaveLength(1)
  })
})
