// schedules under pressure: edits at the moment of a run, thousands that are due together, asks that are too large
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: macros look like placeholders
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { createScheduleDesk } from '../../bot/engine/schedule-desk.ts'
import { createCalendar } from '../../bot/schedule/calendar.ts'
import { createScheduleTimer } from '../../bot/schedule/timer.ts'
import { SILENT_LOG } from '../../shared/log.ts'
import { DAY, HOUR, MINUTE, toInstant } from '../../shared/time.ts'
import { ROOT, START, VIC } from '../core/world.ts'
import { createEngineRoom } from './room.ts'

const HOURLY = { name: 'a', expression: '0 * * * *' }
const hours = (from: number, to: number, only: 'all' | 'missing' = 'all') => ({
  ...{ from: toInstant(START + from * HOUR), to: toInstant(START + to * HOUR), only },
})

function createRoom() {
  const room = createEngineRoom()
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
  const freed = { ...HOURLY, action: 'free', paths: ['/old'] } as const
  const edited = operations.replaceSchedule(ROOT, freed, { ref: 'a' })
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
  const { operations, state } = createRoom()
  await operations.createSchedule(ROOT, { ...HOURLY, action: 'load', paths: ['/keep'] })
  await operations.runSchedule(ROOT, 'a')
  const freed = { ...HOURLY, action: 'free', paths: ['/old'] } as const
  const backfill = operations.backfillSchedule(ROOT, 'a', hours(-1, -1))
  const edited = expect(operations.replaceSchedule(ROOT, freed, { ref: 'a' })).rejects.toMatchObject({
    code: 'CONFLICT',
  })
  await backfill
  await edited
  await operations.replaceSchedule(ROOT, freed, { ref: 'a' })
  const [waiting] = state.slots.find('turn', [...state.schedules.rows()][0]?.id ?? '')
  expect(waiting?.plan).toEqual({ name: 'a', paths: ['/old'] })
})

it('comes to rest when a thousand slots that wait cannot be submitted', async () => {
  const { room, operations, count } = createRoom()
  await room.connect()
  await operations.createSchedule(ROOT, { ...HOURLY, action: 'load', paths: ['/a'] })
  const { job } = await operations.runSchedule(ROOT, 'a')
  for (const _ of [1, 2, 3]) await operations.backfillSchedule(ROOT, 'a', hours(-330, -1))
  await expect(operations.backfillSchedule(ROOT, 'a', hours(-20, -1))).rejects.toMatchObject({ code: 'CONFLICT' })
  const unreadable = { ...HOURLY, statement: 'laod /a' }
  await operations.replaceSchedule(ROOT, unreadable, { ref: 'a', tolerant: true })
  const [task] = room.state.tasks.find('job', job?.id ?? '')
  await room.end(await room.start(task?.id ?? ''))
  expect([count('waiting'), count('unstarted')]).toEqual([0, 990])
})

it('wakes those whose quiet hours end together in several frames', async () => {
  const { room, operations, until, count, timer } = createRoom()
  const quietHours = { from: '17:00', to: '18:00', mode: 'wait' } as const
  const asked = { expression: '30 17 * * *', action: 'load', paths: ['/a'], quietHours } as const
  await Promise.all(Array.from({ length: 450 }, (_, n) => operations.createSchedule(ROOT, { ...asked, name: `s${n}` })))
  await until(() => timer.status().nextAt !== undefined)
  room.move(90 * MINUTE)
  await until(() => count('waiting') === 450)
  const frames = room.saved.length
  room.move(30 * MINUTE)
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
  const asked = { name: 'a', expression: '30 17 * * *', action: 'load', paths: ['/a'] } as const
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

it('begins again what has ended when the clock was ahead by mistake', async () => {
  const { room, operations, state, until, count, timer } = createRoom()
  const asked = { ...HOURLY, action: 'load', paths: ['/a'], overlap: 'allow' } as const
  await operations.createSchedule(ROOT, { ...asked, endAt: toInstant(START + 5 * HOUR) })
  await until(() => timer.status().nextAt !== undefined)
  room.move(DAY)
  await until(() => count('fired') === 1 && timer.status().armed === 0)
  room.move(-DAY + 60_000)
  room.move(1_000)
  for (let at = 1; at <= 4; at += 1) {
    room.move(HOUR)
    await until(() => count('fired') === at + 1)
  }
  expect(state.jobs.size).toBe(5)
})
