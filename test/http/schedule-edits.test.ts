// a run that waits at 02:30, and somebody who edits its schedule because it must go now
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCalendar } from '../../bot/schedule/calendar.ts'
import { HOUR, MINUTE, toMs } from '../../shared/time.ts'
import { openScheduleRoom, type ScheduleRoom } from './schedule-room.ts'

let at: ScheduleRoom
beforeAll(async () => {
  at = await openScheduleRoom()
})
afterAll(() => at.close())

test('quiet hours, ready by and the marker of a run that waits are those of the edit', async () => {
  const { room, ask } = at
  const nightly = { name: 'night', expression: '0 2 * * *', action: 'load', paths: ['/a'], zone: 'Asia/Shanghai' }
  const quiet = (to: string) => ({ quietHours: { from: '00:00', to, mode: 'wait' } })
  const { body: made } = await ask('POST', '/schedules', { ...nightly, ...quiet('06:00'), readyBy: '08:00' })
  const row = [...room.state.schedules.rows()].find(({ id }) => id === made.id)
  if (row === undefined) throw new Error('it was not made')
  // the clock says that it is due, at 02:00
  room.move(10 * HOUR)
  const calendar = createCalendar({ zone: 'Asia/Shanghai', dialect: 'standard', now: room.clock.now })
  const firings = [calendar.toFiring(row, toMs(made.nextAt))]
  await room.engine.dispatch({ type: 'schedule.due', due: [{ scheduleId: row.id, version: row.version, firings }] })
  room.move(30 * MINUTE)
  const edit = async (more: object) => {
    expect((await ask('PUT', '/schedules/night', { ...nightly, ...more })).status).toBe(200)
    const { items } = (await ask('GET', '/schedules/night/runs')).body
    expect(items).toHaveLength(1)
    return items[0]
  }
  const [slot] = [...room.state.slots.find('schedule', row.id)]
  const notBefore = () => room.state.slots.get(slot?.id ?? '')?.notBefore
  expect(notBefore()).toBe('2024-05-01T22:00:00.000Z')

  const moved = await edit({ ...quiet('05:00'), readyBy: '07:00' })
  expect(moved).toMatchObject({ status: 'waiting', why: 'quiet', readyBy: '2024-05-01T23:00:00.000Z' })
  expect(notBefore()).toBe('2024-05-01T21:00:00.000Z')
  const marked = await edit({ waitFor: '/a/$' + '{yyyyMMdd}/_SUCCESS' })
  expect(marked).toMatchObject({ status: 'waiting', why: 'marker' })
  expect(marked).not.toHaveProperty('readyBy')
  expect(room.state.slots.get(slot?.id ?? '')?.awaited?.path).toBe('/a/20240502/_SUCCESS')
  const gone = await edit({ paths: ['/b'] })
  expect(gone).toMatchObject({ status: expect.stringMatching(/queued|running/), job: { id: expect.any(String) } })
  const tasks = (await ask('GET', `/jobs/${gone.job.id}/tasks`)).body
  expect(tasks.items.map(({ path }: { path: string }) => path)).toEqual(['/b'])

  // it has its job: what it does is settled
  expect(await edit(quiet('06:00'))).toEqual(gone)
})

test('the history keeps that it was not ready by its time, also when it is warm in the end', async () => {
  const { room, ask } = at
  const asked = { name: 'late', expression: '0 2 * * *', action: 'load', paths: ['/late'], readyBy: '02:30' }
  const { body: made } = await ask('POST', '/schedules', { ...asked, zone: 'Asia/Shanghai' })
  const row = [...room.state.schedules.rows()].find(({ id }) => id === made.id)
  if (row === undefined) throw new Error('it was not made')
  const newest = async () => (await ask('GET', '/schedules/late/runs')).body.items[0]
  const calendar = createCalendar({ zone: 'Asia/Shanghai', dialect: 'standard', now: room.clock.now })
  const slot = toMs(made.nextAt)
  room.move(slot - room.clock.now())
  const due = [{ scheduleId: row.id, version: row.version, firings: [calendar.toFiring(row, slot)] }]
  await room.engine.dispatch({ type: 'schedule.due', due })
  expect(await newest()).not.toHaveProperty('notReady')
  room.move(31 * MINUTE)
  // somebody says something, and the core looks at what is due
  await ask('POST', '/schedules/night/pause')
  expect(await newest()).toMatchObject({ notReady: true })
  await at.finish((await newest()).job.id)
  expect(await newest()).toMatchObject({ status: 'succeeded', notReady: true })
})
