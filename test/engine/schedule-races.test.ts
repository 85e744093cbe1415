// schedules under pressure: edits at the moment of a run, thousands that are due together, asks that are too large
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: macros look like placeholders
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import type { Settings } from '../../bot/core/state.ts'
import { createScheduleDesk, type ScheduleRow } from '../../bot/engine/schedule-desk.ts'
import { createCalendar } from '../../bot/schedule/calendar.ts'
import { createScheduleTimer } from '../../bot/schedule/timer.ts'
import { RECORD_PARSERS } from '../../bot/store/records.ts'
import { SILENT_LOG } from '../../shared/log.ts'
import type { ScheduleRequest } from '../../shared/schedule.ts'
import { DAY, HOUR, MINUTE, toInstant } from '../../shared/time.ts'
import { ROOT, START, VIC } from '../core/world.ts'
import { createEngineRoom } from './room.ts'

const HOURLY = { name: 'a', expression: '0 * * * *' }
const FREED: ScheduleRequest = { ...HOURLY, action: 'free', paths: ['/old'] }
const hours = (from: number, to: number, only: 'all' | 'missing' = 'all') => ({
  ...{ from: toInstant(START + from * HOUR), to: toInstant(START + to * HOUR), only },
})

function createRoom(settings: Partial<Settings> = {}) {
  const room = createEngineRoom({ settings })
  const desk = createScheduleDesk(room)
  const calendar = createCalendar({ zone: 'Asia/Shanghai', dialect: 'standard', now: room.clock.now })
  const timer = createScheduleTimer({ desk, calendar, clock: room.clock, log: SILENT_LOG })
  onTestFinished(() => timer.close())
  timer.start()
  const until = async (isSo: () => boolean) => {
    for (let turn = 0; turn < 2_000 && !isSo(); turn += 1) {
      room.move(0)
      await nextTurn()
    }
    expect(isSo()).toBe(true)
  }
  const count = (status: string) => [...room.state.slots.rows()].filter(slot => slot.status === status).length
  return { ...room, room, until, count, timer }
}

it('does not do to the old paths what the schedule does since a moment', async () => {
  const { operations, state } = createRoom()
  await operations.createSchedule(ROOT, { ...HOURLY, action: 'load', paths: ['/keep'] })
  const edited = operations.replaceSchedule(ROOT, FREED, { ref: 'a' })
  const run = operations.runSchedule(ROOT, 'a')
  await edited
  await expect(run).rejects.toMatchObject({ code: 'CONFLICT' })
  await operations.runSchedule(ROOT, 'a')
  const before = operations.replaceSchedule(ROOT, { ...HOURLY, action: 'load', paths: ['/keep'] }, { ref: 'a' })
  const backfill = operations.backfillSchedule(ROOT, 'a', hours(-2, -1))
  await before
  await expect(backfill).rejects.toMatchObject({ code: 'CONFLICT' })
  expect(Array.from(state.tasks.rows(), ({ action, path }) => [action, path])).toEqual([['free', '/old']])
})

it('refuses an edit while a run begins to wait that it did not see', async () => {
  const { engine, operations, state, clock } = createRoom()
  const { id } = await operations.createSchedule(ROOT, {
    ...HOURLY,
    ...{ action: 'load', paths: ['/keep'], overlap: 'queue' },
  })
  await operations.runSchedule(ROOT, 'a')
  const slot = toInstant(clock.now())
  const firing = { slot, dueAt: slot, plan: { name: 'a', paths: ['/keep'] } }
  const due = engine.dispatch({ type: 'schedule.due', due: [{ scheduleId: id, version: 1, firings: [firing] }] })
  await expect(operations.replaceSchedule(ROOT, FREED, { ref: 'a' })).rejects.toMatchObject({ code: 'CONFLICT' })
  await due
  await operations.replaceSchedule(ROOT, FREED, { ref: 'a' })
  const [waiting] = state.slots.find('overlap', id)
  expect(waiting?.plan).toEqual({ name: 'a', paths: ['/old'] })
})

it('comes to rest when a thousand slots that wait cannot be submitted', async () => {
  const { room, operations, until, count } = createRoom()
  await room.connect()
  await operations.createSchedule(ROOT, { ...HOURLY, action: 'load', paths: ['/a'] })
  const { job } = await operations.runSchedule(ROOT, 'a')
  for (const _ of [1, 2, 3]) await operations.backfillSchedule(ROOT, 'a', hours(-330, -1))
  await expect(operations.backfillSchedule(ROOT, 'a', hours(-20, -1))).rejects.toMatchObject({ code: 'CONFLICT' })
  const unreadable = { ...HOURLY, statement: 'laod /a' }
  await operations.replaceSchedule(ROOT, unreadable, { ref: 'a', tolerant: true })
  const [task] = room.state.tasks.find('job', job?.id ?? '')
  await room.end(await room.start(task?.id ?? ''))
  await until(() => count('waiting') === 0)
  expect(count('unstarted')).toBe(990)
})

it('wakes those whose quiet hours end together in several frames', async () => {
  const { room, operations, until, count, timer } = createRoom()
  const quietHours = { from: '17:00', to: '18:00', mode: 'wait' } as const
  const asked: ScheduleRequest = { expression: '30 17 * * *', action: 'load', paths: ['/a'], quietHours }
  await Promise.all(Array.from({ length: 450 }, (_, n) => operations.createSchedule(ROOT, { ...asked, name: `s${n}` })))
  await until(() => timer.status().nextAt !== undefined)
  room.move(90 * MINUTE)
  await until(() => count('waiting') === 450)
  const frames = room.saved.length
  room.move(31 * MINUTE)
  await until(() => count('fired') === 450)
  const sizes = room.saved.slice(frames).map(changes => changes.filter(({ table }) => table === 'slots').length)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(200)
})

it('refuses to make millions of paths at once', async () => {
  const { operations, saved } = createRoom()
  const paths = Array.from({ length: 6_000 }, (_, n) => `/d/\${yyyyMMdd}/${n}`)
  await operations.createSchedule(ROOT, { name: 'a', expression: '0 0 * * *', action: 'load', paths })
  const frames = saved.length
  const span = { from: toInstant(START - 300 * DAY), to: toInstant(START), only: 'all' } as const
  const message = expect.stringContaining('at most 50000 paths')
  await expect(operations.backfillSchedule(ROOT, 'a', span)).rejects.toMatchObject({ code: 'INVALID_INPUT', message })
  const looked = operations.previewSchedule(VIC, { expression: '0 0 * * *', paths, count: 100 })
  await expect(looked).rejects.toMatchObject({ code: 'INVALID_INPUT', message })
  expect(saved.length).toBe(frames)
})

it('looks for the marker that the schedule has now when the quiet hours are over', async () => {
  const { room, operations, state, until, count, timer } = createRoom()
  const asked: ScheduleRequest = { name: 'a', expression: '30 17 * * *', action: 'load', paths: ['/a'] }
  const quietHours = { from: '17:00', to: '18:00', mode: 'wait' } as const
  await operations.createSchedule(ROOT, { ...asked, quietHours, waitFor: '/old/_SUCCESS' })
  await until(() => timer.status().nextAt !== undefined)
  room.move(90 * MINUTE)
  await until(() => count('waiting') === 1)
  const waitFor = { ...{ path: '/new/_SUCCESS', stableMinutes: 5 }, ...{ withinMinutes: 120, everySeconds: 30 } }
  await operations.replaceSchedule(
    ROOT,
    { ...asked, quietHours, waitFor: { ...waitFor, otherwise: 'load' } },
    { ref: 'a' },
  )
  room.move(30 * MINUTE)
  await until(() => state.slots.countOf('marker', 'all') === 1)
  const [slot] = state.slots.rows()
  expect(slot?.awaited).toMatchObject({ path: '/new/_SUCCESS', stableMinutes: 5, everySeconds: 30, otherwise: 'load' })
  await operations.replaceSchedule(ROOT, { ...asked, quietHours }, { ref: 'a' })
  expect(count('fired')).toBe(1)
})

it('takes a bare number that is another’s name for neither of them', async () => {
  const { operations } = createRoom()
  await operations.createSchedule(ROOT, { ...HOURLY, action: 'load', paths: ['/a'] })
  for (const name of ['1', '#1', '42']) await operations.createSchedule(ROOT, { ...FREED, name }, { sameName: true })
  const numberOf = async (ref: string) => (await operations.getSchedule(ROOT, ref)).number
  expect(await Promise.all(['#1', '2', 'a', '42'].map(numberOf))).toEqual([1, 2, 1, 4])
  await expect(operations.removeSchedule(ROOT, '1')).rejects.toThrow(
    '"1" is the number of one schedule and the name of another; say #1 or #2.',
  )
})

it('keeps no more runs that people asked for than those of the clock', async () => {
  const { room, operations, state } = createRoom({ keepJobs: 40 })
  await room.connect()
  await operations.createSchedule(ROOT, { ...HOURLY, action: 'load', paths: ['/a'] })
  for (let n = 0; n < 60; n += 1) {
    const { job } = await operations.runSchedule(ROOT, 'a')
    await operations.stopJob(ROOT, job?.id ?? '')
    await operations.purgeJob(ROOT, job?.id ?? '')
  }
  expect(state.slots.size).toBeLessThanOrEqual(43)
  expect((await operations.getSchedule(ROOT, 'a')).runs).toBe(60)
})

it('loses no slot that is still to be delayed when a schedule is put as it was after a restart, or its delay ends', async () => {
  const { operations, state, clock, count, move, until } = createRoom()
  const delayed = { jitterSeconds: 3_599, startAt: toInstant(START) }
  const request: ScheduleRequest = { ...HOURLY, ...delayed, action: 'load', paths: ['/a'] }
  const { id } = await operations.createSchedule(ROOT, request)
  state.schedules.set(id, RECORD_PARSERS.schedules(JSON.parse(JSON.stringify(state.schedules.get(id)))) as ScheduleRow)
  const through = state.courses.get(id)?.through
  move(HOUR)
  await operations.replaceSchedule(ROOT, { ...request, description: 'the same' }, { ref: 'a' })
  expect(state.courses.get(id)?.through).toBe(through)
  const quietHours = { from: '01:00', to: '02:00', mode: 'wait' } as const
  await operations.replaceSchedule(ROOT, { ...request, quietHours }, { ref: 'a' })
  expect(state.courses.get(id)?.through).toBe(through)
  // it must go now
  await operations.replaceSchedule(ROOT, { ...request, jitterSeconds: 0 }, { ref: 'a' })
  await until(() => count('fired') === 1)
  // times of its own were never promised
  move(MINUTE)
  await operations.replaceSchedule(ROOT, { ...request, expression: '*/1 * * * *', jitterSeconds: 0 }, { ref: 'a' })
  expect(state.courses.get(id)?.through).toBe(toInstant(clock.now()))
})
