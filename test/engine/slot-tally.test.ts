// what is counted of slots as they are decided: each once, with those that it stands for, and how late it was fired
import { expect, test } from 'vitest'
import type { Event, Published } from '../../bot/core/events.ts'
import type { SlotRow } from '../../bot/core/state.ts'
import { createBus } from '../../bot/engine/bus.ts'
import type { Vitals } from '../../bot/engine/operations/port.ts'
import { createSlotTally } from '../../bot/engine/slot-tally.ts'
import { createMetrics } from '../../bot/http/metrics.ts'
import { checkSchedules } from '../../bot/self-checks.ts'
import { SILENT_LOG } from '../../shared/log.ts'
import { toInstant } from '../../shared/time.ts'

const NOW = Date.UTC(2026, 10, 21, 18)

function createRoom() {
  const frames = createBus<Published>(SILENT_LOG)
  const tally = createSlotTally(frames)
  const tell = (at: number, ...rows: Partial<SlotRow>[]): void => {
    const events = rows.map(row => {
      const slot = { id: 's clock 1', kind: 'clock', dueAt: toInstant(NOW), at: toInstant(NOW), ...row }
      return { type: 'slot.changed', slot } as unknown as Event
    })
    frames.publish({ events, at } as unknown as Published)
  }
  return { tally, tell }
}

test('a slot counts once, when it is decided, with those that it stands for', () => {
  const { tally, tell } = createRoom()
  const firedAt = toInstant(NOW + 40)
  tell(NOW + 40, { status: 'due' }, { status: 'fired', at: firedAt, firedAt })
  // its job ended, which is no slot more
  tell(NOW + 9_000, { status: 'fired', at: firedAt, firedAt })
  const others = { count: 99, since: toInstant(NOW - 99_000) }
  tell(
    NOW,
    { status: 'missed', others },
    { id: 's clock 2', status: 'skipped' },
    { id: 's clock 3', status: 'waiting' },
  )
  expect(Object.fromEntries(tally().slots.map(({ status, count }) => [status, count]))).toEqual({
    ...{ fired: 1, missed: 100, skipped: 1 },
  })
})

test('late is only what nothing held back, and stands among the metrics', async () => {
  const { tally, tell } = createRoom()
  const fired = (lateMs: number, more: Partial<SlotRow> = {}): void => {
    const firedAt = toInstant(NOW + lateMs)
    tell(NOW + lateMs, { status: 'fired', at: firedAt, firedAt, ...more })
  }
  fired(40)
  fired(700)
  fired(3_600_000, { at: toInstant(NOW) })
  fired(90_000, { kind: 'manual' })
  const { lateness } = tally()
  expect(lateness).toMatchObject({ count: 2, seconds: 0.74 })
  const none = { jobs: {}, tasksOpen: {}, queues: [], agents: { ready: 0, draining: 0, down: 0 }, loads: [], runs: [] }
  const vitals: Vitals = { ...none, index: 0, ready: true, schedules: { active: 3, paused: 1 }, ...tally() }
  const lines = (await createMetrics(() => vitals).read()).text.split('\n')
  expect(lines).toEqual(
    expect.arrayContaining([
      'gander_slot_lateness_seconds_bucket{le="0.05"} 1',
      'gander_slot_lateness_seconds_bucket{le="1"} 2',
      'gander_slot_lateness_seconds_count 2',
      'gander_schedules{state="active"} 3',
      'gander_schedules{state="paused"} 1',
      'gander_slots_total{status="fired"} 4',
    ]),
  )
})

test('the doctor tells how many there are and when the next is due, and what is to be done about a timer that lags', () => {
  const facts = { active: 3, paused: 1, timer: { nextAt: toInstant(NOW), lagMs: 4 }, tz: 'Asia/Shanghai' }
  expect(checkSchedules(facts)).toEqual({
    ...{ name: 'schedules', ok: true },
    answer: '3 active, 1 paused, next at 2026-11-21T18:00:00.000Z, the timer lags 4 ms, zone Asia/Shanghai',
  })
  expect(checkSchedules({ ...facts, tz: undefined })).toMatchObject({
    ok: null,
    remedy: expect.stringContaining('GANDER_TZ'),
  })
  expect(checkSchedules({ ...facts, timer: { lagMs: 9_000 } })).toMatchObject({
    ok: false,
    remedy: expect.stringContaining('processor'),
  })
  expect(checkSchedules({ ...facts, active: 0, paused: 0 }).ok).toBeNull()
})
