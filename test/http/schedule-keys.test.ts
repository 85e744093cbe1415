// Idempotency-Key on schedules: the same ask twice is one schedule, whatever became of the world meanwhile
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Schedule } from '../../shared/schedule.ts'
import { DAY } from '../../shared/time.ts'
import { openScheduleRoom, type Reply, type ScheduleRoom } from './schedule-room.ts'

const NIGHTLY = { expression: '0 2 * * *', action: 'load', paths: ['/a'] }

let at: ScheduleRoom
beforeAll(async () => {
  at = await openScheduleRoom()
})
afterAll(() => at.close())

type Asked = { readonly key: string; readonly token?: string; readonly path?: string }

async function post(body: object, { key, token = 'operator-token', path = '/schedules' }: Asked): Promise<Reply> {
  const headers = { authorization: `Bearer ${token}`, 'idempotency-key': key, 'content-type': 'application/json' }
  const response = await fetch(`${at.url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: response.status, body: await response.json() }
}

const idsOf = async (prefix: string): Promise<string[]> =>
  (await at.ask('GET', `/schedules?prefix=${prefix}`)).body.items.map(({ id }: Schedule) => id)

test('a repeated ask answers with the schedule as it is now', async () => {
  const asked = { ...NIGHTLY, name: 'twice', paused: true }
  const first = await post(asked, { key: 'twice' })
  await at.ask('PUT', '/schedules/twice', { ...NIGHTLY, name: 'renamed' })
  // the same in another order
  const { paths, ...rest } = asked
  const again = await post({ paths, ...rest }, { key: 'twice' })
  expect([first.status, again.status]).toEqual([201, 200])
  expect(again.body).toMatchObject({ id: first.body.id, number: first.body.number, name: 'renamed', paused: true })
  expect(await idsOf('twice')).toEqual([])
  const other = await post({ ...asked, paths: ['/b'] }, { key: 'twice' })
  expect(other).toMatchObject({ status: 409, body: { code: 'CONFLICT' } })
  expect(other.body.message).toBe('Idempotency-Key "twice" was used before for a different request.')
})

test('of asks in flight one makes the schedule, and all answer with it', async () => {
  const replies = await Promise.all(
    Array.from({ length: 5 }, () => post({ ...NIGHTLY, name: 'flight' }, { key: 'fly' })),
  )
  expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201])
  expect(new Set(replies.map(({ body }) => body.id))).toEqual(new Set(await idsOf('flight')))
  const others = await Promise.all(
    ['/x', '/y'].map(path => post({ ...NIGHTLY, name: `race${path}`, paths: [path] }, { key: 'race' })),
  )
  expect(others.map(({ status }) => status).sort()).toEqual([201, 409])
})

test('is good for as long as the schedule is there, also when it would be refused today', async () => {
  const asked = { ...NIGHTLY, name: 'short', endAt: '2024-05-02T02:00:00+08:00' }
  const first = await post(asked, { key: 'short' })
  at.room.move(2 * DAY)
  expect(await post(asked, { key: 'short' })).toMatchObject({ status: 200, body: { id: first.body.id } })
  // the same instant
  const utc = { ...asked, endAt: '2024-05-01T18:00:00Z' }
  expect(await post(utc, { key: 'short' })).toMatchObject({ status: 200, body: { id: first.body.id } })
  await at.ask('DELETE', '/schedules/short')
  expect((await post(asked, { key: 'short' })).status).toBe(400)
  const other = await post({ ...NIGHTLY, name: 'short' }, { key: 'short' })
  expect([other.status, other.body.id === first.body.id]).toEqual([201, false])
})

test('a refused ask keeps no key', async () => {
  const refused = [
    await post({ ...NIGHTLY, expression: '0 2 * * FRY' }, { key: 'bad' }),
    await post({ ...NIGHTLY, name: 'renamed' }, { key: 'bad' }),
    await post({ ...NIGHTLY, name: 'good' }, { key: 'bad', token: 'viewer-token' }),
  ]
  expect(refused.map(({ status }) => status)).toEqual([400, 409, 403])
  expect((await post({ ...NIGHTLY, name: 'good' }, { key: 'bad' })).status).toBe(201)
})

test('is one user’s, and apart from the keys of jobs', async () => {
  const mine = await post({ ...NIGHTLY, name: 'mine' }, { key: 'k' })
  const theirs = await post({ ...NIGHTLY, name: 'theirs' }, { key: 'k', token: 'admin-token' })
  const job = { action: 'load', paths: ['/a'] }
  const jobs = [await post(job, { key: 'k', path: '/jobs' }), await post(job, { key: 'k', path: '/jobs' })]
  expect([mine.status, theirs.status, ...jobs.map(({ status }) => status)]).toEqual([201, 201, 201, 200])
  expect(await post({ ...NIGHTLY, name: 'mine' }, { key: 'k' })).toMatchObject({ status: 200, body: mine.body })
})
