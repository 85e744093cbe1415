// slots that wait while the disk is full: they begin with none of the room that is kept for what runs, and lose nothing by it
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { createScheduleDesk } from '../../bot/engine/schedule-desk.ts'
import { createCalendar } from '../../bot/schedule/calendar.ts'
import { createScheduleTimer } from '../../bot/schedule/timer.ts'
import { AppError } from '../../shared/errors.ts'
import { SILENT_LOG } from '../../shared/log.ts'
import type { ScheduleRequest } from '../../shared/schedule.ts'
import { HOUR, MINUTE, SECOND, toInstant } from '../../shared/time.ts'
import { toHeard } from '../core/talk.ts'
import { ROOT, START } from '../core/world.ts'
import { createEngineRoom } from './room.ts'

const ASKED: ScheduleRequest = { name: 'a', expression: '30 17 * * *', action: 'load', paths: ['/a'] }

async function createRoom() {
  const room = createEngineRoom()
  const desk = createScheduleDesk(room)
  const calendar = createCalendar({ zone: 'Asia/Shanghai', dialect: 'standard', now: room.clock.now })
  const timer = createScheduleTimer({ desk, calendar, clock: room.clock, log: SILENT_LOG })
  onTestFinished(() => timer.close())
  timer.start()
  const disk = { isFull: false, refused: 0, spent: new Set<string>() }
  const { save } = room.store
  room.store.save = async (changes, how) => {
    if (disk.isFull && how?.priority !== true) {
      disk.refused += 1
      throw new AppError('STORAGE_FULL', 'the disk of the data directory is full, nothing was stored')
    }
    if (disk.isFull) for (const { table } of changes) disk.spent.add(table)
    await save(changes, how)
  }
  await room.connect()
  const rest = async () => {
    for (let turn = 0; turn < 50; turn += 1) {
      room.move(0)
      await nextTurn()
    }
  }
  return {
    ...{ ...room, desk, disk, rest },
    standing: () =>
      Array.from(room.state.slots.rows(), ({ status, why }) => (why === undefined ? status : `${status} ${why}`)),
    async make(more: Partial<ScheduleRequest>) {
      await room.operations.createSchedule(ROOT, { ...ASKED, ...more })
      await rest()
    },
    /** Time goes on in steps, as it does for timers. */
    async pass(ms: number, stepMs = MINUTE) {
      for (let left = ms; left > 0; left -= stepMs) {
        room.move(Math.min(left, stepMs))
        await rest()
      }
    },
  }
}

it('those whose quiet hours are over wait on, and begin when there is room again', async () => {
  const { disk, make, pass, standing, state } = await createRoom()
  await make({ quietHours: { from: '17:00', to: '18:00', mode: 'wait' } })
  await pass(90 * MINUTE, 30 * MINUTE)
  expect(standing()).toEqual(['waiting quiet'])
  disk.isFull = true
  await pass(40 * MINUTE)
  expect(standing()).toEqual(['waiting quiet'])
  expect(disk.spent).not.toContain('slots')
  // each try comes later than the one before, up to a minute
  expect(disk.refused).toBeGreaterThan(5)
  expect(disk.refused).toBeLessThan(40)
  disk.isFull = false
  await pass(2 * MINUTE)
  expect(standing()).toEqual(['fired'])
  expect(state.jobs.size).toBe(1)
})

it('a marker that was seen, but could not be written down, is not denied', async () => {
  const { desk, disk, make, pass, standing, state } = await createRoom()
  await make({ waitFor: { path: '/m', withinMinutes: 30, everySeconds: 60, otherwise: 'skip' } })
  await pass(90 * MINUTE, 30 * MINUTE)
  const [slot] = state.slots.rows()
  disk.isFull = true
  const look = () => desk.looked(slot?.id ?? '', '/m', { bytes: 1, files: 1 })
  await expect(look()).rejects.toMatchObject({ code: 'STORAGE_FULL' })
  await pass(HOUR)
  disk.isFull = false
  await pass(2 * MINUTE)
  expect(standing()).toEqual(['waiting marker'])
  await look()
  expect(standing()).toEqual(['fired'])
})

it('the next of a queue and of a backfill wait on when the run before them ends, which is written down', async () => {
  const room = await createRoom()
  const { disk, operations, rest, pass, standing, state } = room
  await room.make({ expression: '0 * * * *' })
  await operations.backfillSchedule(ROOT, 'a', {
    ...{ from: toInstant(START - 2 * HOUR), to: toInstant(START - HOUR), only: 'all' },
  })
  await rest()
  expect(standing()).toEqual(['fired', 'waiting turn'])
  const [first] = state.tasks.rows()
  const allocation = await room.start(first?.id ?? '')
  disk.isFull = true
  await room.end(allocation)
  await rest()
  expect(standing()).toEqual(['fired', 'waiting turn'])
  expect([...state.jobs.rows()].map(({ status }) => status)).toEqual(['succeeded'])
  // what agents tell meanwhile does not ask for more room each time
  const { refused } = disk
  for (let n = 0; n < 20; n += 1) await room.messageDesk.heard(toHeard(`m${n}`))
  expect(disk.refused - refused).toBeLessThanOrEqual(1)
  disk.isFull = false
  await pass(2 * MINUTE, 10 * SECOND)
  expect(standing()).toEqual(['fired', 'fired'])
})
