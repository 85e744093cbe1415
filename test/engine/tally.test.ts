// what is counted of runs as they end: each attempt once, what it brought, how long it took
import { expect, test } from 'vitest'
import type { Event, Published } from '../../bot/core/events.ts'
import { type AllocationRow, createState, type TaskRow } from '../../bot/core/state.ts'
import { createBus } from '../../bot/engine/bus.ts'
import { createTally } from '../../bot/engine/tally.ts'
import { SILENT_LOG } from '../../shared/log.ts'
import { measured } from '../helpers/fake-api.ts'

function createRoom() {
  const frames = createBus<Published>(SILENT_LOG)
  const state = createState()
  const tally = createTally(frames, state)
  // the rest of a row is of no concern here
  const put = (row: Partial<AllocationRow>): void => {
    const times = { startedAt: '2026-11-21T08:00:00.000Z', endedAt: '2026-11-21T08:00:30.000Z' }
    const whole = { id: 'a', taskId: 't', action: 'load', status: 'succeeded', steps: [], ...times, ...row }
    state.allocations.set('a', whole as unknown as AllocationRow)
  }
  const tell = (type: 'allocation.ended' | 'allocation.lost'): void =>
    frames.publish({ events: [{ type, allocationId: 'a' } as unknown as Event] } as unknown as Published)
  state.tasks.set('t', {
    ...{ id: 't', cluster: 'c1', action: 'load', options: {}, key: '/a', status: 'succeeded', waiting: false },
  } as unknown as TaskRow)
  return { tally, put, tell }
}

const findings = (before: number, after: number, missingTotal: number) =>
  ({
    ...{ before: measured(before), after: measured(after), missing: [], missingTotal, missingByCause: {} },
    cost: { calls: 0, wallMs: 0 },
  }) as const

test('a load counts what was measured around it', () => {
  const { tally, put, tell } = createRoom()
  expect(tally()).toEqual({ loads: [], runs: [] })
  put({ findings: findings(20, 70, 3) })
  tell('allocation.ended')
  put({ findings: findings(70, 100, 0) })
  tell('allocation.ended')
  const bytes = 0.8 * 10 * 1024 ** 2
  expect(tally().loads).toEqual([{ cluster: 'c1', bytes, loaded: 8, alreadyCached: 9, missing: 3 }])
})

test('what left the cache meanwhile takes nothing away', () => {
  const { tally, put, tell } = createRoom()
  put({ findings: findings(70, 20, 8) })
  tell('allocation.ended')
  expect(tally().loads).toEqual([{ cluster: 'c1', bytes: 0, loaded: 0, alreadyCached: 2, missing: 8 }])
})

test('without a measurement its lines count files, and bytes are not made up', () => {
  const { tally, put, tell } = createRoom()
  put({ lines: { loaded: 4, alreadyCached: 1, failed: 2, attemptsFailed: 5 } as NonNullable<AllocationRow['lines']> })
  tell('allocation.ended')
  expect(tally().loads).toEqual([{ cluster: 'c1', bytes: 0, loaded: 4, alreadyCached: 1, missing: 5 }])
})

test('runs are counted by action and end, with their time; what never began took none', () => {
  const { tally, put, tell } = createRoom()
  put({})
  tell('allocation.ended')
  put({ endedAt: '2026-11-21T10:00:00.000Z', status: 'lost' })
  tell('allocation.lost')
  put({ action: 'free', status: 'stopped' })
  tell('allocation.ended')
  put({ action: 'free', status: 'stopped', startedAt: undefined as unknown as string })
  tell('allocation.ended')
  const byName = Object.fromEntries(tally().runs.map(run => [`${run.action} ${run.status}`, run]))
  const within = (name: string) => Object.fromEntries((byName[name]?.buckets ?? []).map(b => [b.seconds, b.count]))
  expect(byName).toMatchObject({
    'load succeeded': { count: 1, seconds: 30 },
    'load lost': { count: 1, seconds: 7_200 },
    'free stopped': { count: 1, seconds: 30 },
  })
  expect(within('load succeeded')).toMatchObject({ 15: 0, 60: 1, 86400: 1 })
  expect(within('load lost')).toMatchObject({ 3600: 0, 14400: 1 })
  expect(tally().loads).toHaveLength(1)
})
