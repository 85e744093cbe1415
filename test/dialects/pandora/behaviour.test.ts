// view 004 on a real socket over the real engine: tasks that live, batches that run, and what others see of them
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createScheduleDesk } from '../../../bot/engine/schedule-desk.ts'
import { createCalendar } from '../../../bot/schedule/calendar.ts'
import { ending, findings, measured } from '../../core/world.ts'
import { createEngineRoom } from '../../engine/room.ts'
import { openServer } from '../../http/door.ts'
import { askOf } from './door.ts'

const TASK = '/api/v1/export/task'
const STATUS = '/api/v1/export/tasks/status'
const NOBODY = '01900000-0000-7000-8000-000000000000'
const MINUTE = 60_000
const cronDate = { frequency: 'year', month: '1', date: '1', hour: '16', minute: '1' }
const toDocument = (more: object = {}) => ({
  ...{ name: 'nightly', spl: 'load /data/db1 replicas=1', interval: { type: 'cronDate', cronDate } },
  ...more,
})
const CACHED = ending({ findings: findings({ before: measured(3, 0), after: measured(3, 3) }) })
const as = (role: string) => ({ authorization: `Pandora ${role}-token` })

async function open() {
  const room = createEngineRoom()
  const { server, url } = await openServer({ operations: room.operations, clock: room.clock, mode: 'token' })
  const calendar = createCalendar({ zone: 'UTC', dialect: 'standard' })
  const desk = createScheduleDesk(room)
  await room.connect()
  const ask = askOf(url)
  const list = async (query = '') => (await ask('GET', `${TASK}/list${query}`, undefined, as('viewer'))).json
  return {
    ...{ ...room, ask, list, close: () => server.close(0) },
    history: async (id: string, query = '') =>
      (await ask('GET', `${TASK}/${id}/history${query}`, undefined, as('viewer'))).json,
    /** Makes a task and answers its id. */
    async make(more: object = {}, role = 'operator'): Promise<string> {
      const reply = await ask('POST', TASK, toDocument(more), as(role))
      expect([reply.status, reply.text]).toEqual([200, '{}'])
      return reply.headers.get('location')?.replace(`${TASK}/`, '') ?? ''
    },
    /** The clock says that it is due now. */
    async due(id: string) {
      const row = desk.schedule(id)
      if (row === undefined) throw new Error(`${id} is gone`)
      const slot = calendar.toFiring(row, room.clock.now())
      await desk.due([{ scheduleId: id, version: row.version, firings: [slot] }])
    },
    /** Lets the only open task of a path begin, and answers its attempt. */
    async start(path: string): Promise<string> {
      const [task] = [...room.state.tasks.rows()].filter(one => one.path === path && one.status === 'queued')
      return room.start(task?.id ?? '')
    },
  }
}

let room: Awaited<ReturnType<typeof open>>
beforeEach(async () => {
  room = await open()
})
afterEach(() => room.close())

describe('a task', () => {
  it('is made, listed as in the reference, changed and removed', async () => {
    const id = await room.make({ spl: '*' })
    const made = room.clock.now()
    const task = {
      ...{ id, name: 'nightly', description: null, operations: ['list'], spl: '*', owner: 'otto' },
      interval: { type: 'cronDate', cronDate: { frequency: 'year', month: 1, date: 1, hour: 16, minute: 1 } },
      ...{ status: 'running', count: 0, updateTime: made, createTime: made, lastRunTime: -1 },
    }
    expect(await room.list()).toEqual({ total: 1, pageNo: 1, pageSize: 10, tasks: [task] })
    await room.ask('PUT', STATUS, { tasks: [id], status: 'stopped' }, as('operator'))
    room.move(MINUTE)
    const interval = { type: 'crontab', crontab: '*/5 * * * * ?', cronDate }
    const more = { name: '夜间', description: 'changed', spl: 'free /a', interval }
    expect((await room.ask('PUT', `${TASK}/${id}`, toDocument(more), as('operator'))).text).toBe('{}')
    const changed = {
      ...{ ...task, name: '夜间', description: 'changed', spl: 'free /a', updateTime: made + MINUTE },
      ...{ status: 'stopped', interval: { type: 'crontab', crontab: '*/5 * * * * ?' } },
    }
    expect((await room.list()).tasks).toEqual([changed])
    // nothing is left of a description that is not said again
    await room.ask('PUT', `${TASK}/${id}`, toDocument(), as('admin'))
    expect((await room.list()).tasks).toMatchObject([{ description: null, owner: 'otto', count: 0, createTime: made }])
    const gone = async () => (await room.ask('DELETE', `${TASK}/${id}`, '', as('operator'))).status
    expect([await gone(), await gone()]).toEqual([200, 404])
    expect((await room.list()).total).toBe(0)
  })

  it('may have the name of another, and any spl that is not empty', async () => {
    await room.make()
    await room.make()
    await room.make({ name: 'other', spl: 'search index=main | stats count' })
    expect((await room.list('?prefix=nightly')).total).toBe(2)
    expect((await room.list('?prefix=Nightly')).total).toBe(0)
    const strict = await room.ask('POST', `${TASK}?validate=strict`, toDocument({ spl: 'search x' }), as('operator'))
    expect([strict.status, strict.json]).toEqual([400, { error: expect.stringMatching(/^spl .*got "search"/) }])
    const good = await room.ask('POST', `${TASK}?validate=strict`, toDocument(), as('operator'))
    expect(good.status).toBe(200)
  })

  it.each([
    ['0 25 * * *', /^interval\.crontab .*hour.*25.*3/],
    ['61 * * * * ?', /^interval\.crontab .*second.*61.*1/],
    ['0 0 32 * *', /^interval\.crontab .*day.*32.*5/],
  ])('is not made of %s', async (crontab, sentence) => {
    const reply = await room.ask('POST', TASK, toDocument({ interval: { type: 'crontab', crontab } }), as('operator'))
    expect([reply.status, reply.json]).toEqual([400, { error: expect.stringMatching(sentence) }])
    expect((await room.list()).total).toBe(0)
  })

  it('is changed, stopped and removed by its owner or an administrator', async () => {
    const id = await room.make({}, 'admin')
    const refused = [
      await room.ask('PUT', `${TASK}/${id}`, toDocument({ name: 'mine' }), as('operator')),
      await room.ask('DELETE', `${TASK}/${id}`, undefined, as('operator')),
      await room.ask('PUT', STATUS, { tasks: [id], status: 'stopped' }, as('operator')),
    ]
    expect(refused.map(({ status, json }) => [status, Object.keys(json)])).toEqual(refused.map(() => [403, ['error']]))
    expect((await room.list()).tasks).toMatchObject([{ name: 'nightly', status: 'running' }])
  })
})

describe('a batch of ids', () => {
  it('is started and stopped whole or not at all', async () => {
    const [one, two, others] = [await room.make(), await room.make(), await room.make({}, 'admin')]
    const put = async (tasks: readonly string[], status: string) =>
      (await room.ask('PUT', STATUS, { tasks, status }, as('operator'))).status
    const states = async () =>
      (await room.list('?sort=createTime&order=asc')).tasks.map(({ status }: { status: string }) => status)
    expect([await put([one, NOBODY, two], 'stopped'), await states()]).toEqual([404, ['running', 'running', 'running']])
    // its name and its number are no ids
    expect([await put([one, 'nightly'], 'stopped'), await put([one, '2'], 'stopped')]).toEqual([404, 404])
    expect([await put([one, two, others], 'stopped'), await states()]).toEqual([403, ['running', 'running', 'running']])
    for (let again = 0; again < 2; again += 1)
      expect([await put([two, one, two], 'stopped'), await states()]).toEqual([200, ['stopped', 'stopped', 'running']])
    expect([await put([one], 'running'), await states()]).toEqual([200, ['running', 'stopped', 'running']])
  })
})

describe('a run', () => {
  it('is seen from its firing to its end, and overlaps nobody', async () => {
    const id = await room.make()
    const fired = room.clock.now()
    await room.due(id)
    expect(await room.history(id)).toMatchObject({
      total: 1,
      histories: [{ count: 1, status: 'running', tookMillis: 0 }],
    })
    const allocation = await room.start('/data/db1')
    room.move(MINUTE)
    await room.due(id)
    room.move(2_773)
    await room.end(allocation, CACHED)
    const { histories } = await room.history(id, '?order=asc')
    expect(histories).toEqual([
      { taskId: id, count: 1, time: fired, status: 'success', message: null, tookMillis: MINUTE + 2_773 },
      {
        ...{ taskId: id, count: 2, time: fired + MINUTE, status: 'skipped', tookMillis: 0 },
        message: 'nothing was run: the previous run was still at work',
      },
    ])
    expect((await room.list()).tasks).toMatchObject([{ count: 2, lastRunTime: fired }])
    // its job goes by its name in the other views
    const status = await room.ask('GET', '/api/v1/status?task_name=nightly', undefined, as('viewer'))
    expect([status.json.status, status.json.total_task]).toEqual(['success', 1])
  })

  it('goes on when its task is stopped or removed, and no other begins', async () => {
    const id = await room.make()
    await room.due(id)
    const allocation = await room.start('/data/db1')
    await room.ask('PUT', STATUS, { tasks: [id], status: 'stopped' }, as('operator'))
    room.move(MINUTE)
    await room.due(id)
    expect((await room.history(id)).histories).toMatchObject([{ status: 'running' }])
    await room.ask('DELETE', `${TASK}/${id}`, undefined, as('operator'))
    await room.end(allocation, CACHED)
    const [job] = [...room.state.jobs.find('name', 'nightly')]
    expect(await room.operations.getJob({ name: 'x', role: 'admin', via: 'http' }, job?.id ?? '')).toMatchObject({
      status: 'succeeded',
    })
    expect((await room.ask('GET', `${TASK}/${id}/history`, undefined, as('viewer'))).status).toBe(404)
  })

  it('fails and says why when its spl cannot be read, or its files are not in the cache', async () => {
    const [odd, bad] = [await room.make({ spl: 'search index=main' }), await room.make({ name: 'bad' })]
    await room.due(odd)
    const [unread] = (await room.history(odd)).histories
    expect(unread).toMatchObject({ count: 1, status: 'failed', message: expect.stringMatching(/\S/), tookMillis: 0 })
    expect((await room.list('?prefix=nightly')).tasks).toMatchObject([{ count: 1, lastRunTime: unread.time }])
    await room.due(bad)
    const partly = ending({ findings: findings({ before: measured(4, 0), after: measured(4, 2) }) })
    await room.end(await room.start('/data/db1'), partly)
    const [failed] = (await room.history(bad)).histories
    expect(failed).toMatchObject({ status: 'failed', message: expect.stringMatching(/^its job failed: .*→/) })
    expect((await room.history(bad, '?prefix=succ')).total).toBe(0)
  })
})
