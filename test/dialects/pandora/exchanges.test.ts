// view 004: each ask as the verb that it becomes, schedules and runs in its words, and everything that it refuses
import { afterEach, describe, expect, it, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import type { Run, RunStatus, Schedule } from '../../../shared/schedule.ts'
import { openPandora, type Says, TASK_ID, toRun, toSchedule } from './door.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const TASK = '/api/v1/export/task'
const CREATED = Date.parse('2024-08-19T09:46:15.123Z')
/** The document of the reference, its placeholders filled in and nothing else changed. */
const TYPED = `{
    "name": "nightly",
    "spl": "load /data/db1 replicas=1",
    "interval": {
        "type": "cronDate",
        "cronDate": {  // 如果type是cronDate,该字段非空
            "frequency": "day",
            "month": "1",
            "date": "1",
            "hour": "16",
            "minute": "0"
        },
        "crontab": "*/5 * * * * ?" // 如果type 是 crontab,非空
    }
}
`
const NUMBERS = { frequency: 'day', month: 1, date: 1, hour: 16, minute: 0 }
const DOCUMENT = {
  name: 'nightly',
  spl: 'load /data/db1 replicas=1',
  interval: { type: 'cronDate', cronDate: NUMBERS, crontab: '*/5 * * * * ?' },
}
const REQUEST = {
  name: 'nightly',
  expression: '0 16 * * *',
  statement: 'load /data/db1 replicas=1',
  overlap: 'skip',
}
const how = (tolerant: boolean, document: unknown = DOCUMENT) => ({
  view: 'pandora',
  document,
  tolerant,
  sameName: true,
})

let close = async (): Promise<unknown> => undefined
afterEach(() => close())
async function open(says: Says = {}, more = {}) {
  const opened = await openPandora(says, more)
  close = opened.close
  return opened
}

describe('a task is made', () => {
  it.each([JSON_TYPE, {}, { 'content-type': 'text/plain' }])('of the typed document, sent as %o', async headers => {
    const { ask, asked } = await open({ createSchedule: toSchedule() })
    const reply = await ask('POST', TASK, TYPED, headers)
    expect([reply.status, reply.text, reply.headers.get('location')]).toEqual([200, '{}', `${TASK}/${TASK_ID}`])
    expect(reply.headers.get('content-type')).toMatch(/^application\/json/)
    expect(asked).toEqual([{ verb: 'createSchedule', args: [REQUEST, how(true)] }])
  })

  it('strictly, with a description, of a crontab text, at a path with a slash behind it', async () => {
    const { ask, asked } = await open({ createSchedule: toSchedule() })
    const interval = { type: 'crontab', crontab: '*/5 * * * * ?' }
    const document = { name: '夜间', spl: '*', description: 'all of it', interval }
    await ask('POST', `${TASK}/?validate=strict`, { ...document, owner: 'nobody looks at it' })
    const request = {
      name: '夜间',
      description: 'all of it',
      expression: '*/5 * * * * ?',
      statement: '*',
      overlap: 'skip',
    }
    expect(asked).toEqual([{ verb: 'createSchedule', args: [request, how(false, document)] }])
  })

  const cut = 'expression must have an hour from 0 to 23, got "25" at character 3.'
  test.each<[string, unknown, AppError | undefined, string]>([
    ['no body', undefined, undefined, 'the body must be an object, but is missing'],
    ['no JSON', '{"name": ', undefined, 'the body must be JSON: '],
    [
      'no name',
      { ...DOCUMENT, name: undefined },
      undefined,
      'name must have 1 to 128 characters and no control characters, but is missing',
    ],
    [
      'no spl',
      { ...DOCUMENT, spl: undefined },
      undefined,
      'spl must be a statement such as "load /data/db1 replicas=1", or *, but is missing',
    ],
    [
      'an empty spl',
      { ...DOCUMENT, spl: '' },
      undefined,
      'spl must be a statement such as "load /data/db1 replicas=1", or *, got ""',
    ],
    ['no interval', { ...DOCUMENT, interval: undefined }, undefined, 'interval must be an object, but is missing'],
    [
      'no type',
      { ...DOCUMENT, interval: { cronDate: {} } },
      undefined,
      'interval.type must be cronDate or crontab, but is missing',
    ],
    [
      'an hour of 24',
      { ...DOCUMENT, interval: { type: 'cronDate', cronDate: { hour: 24 } } },
      undefined,
      'interval.cronDate.hour must be a whole number from 0 to 23, got 24',
    ],
    [
      'a weekday of 8',
      { ...DOCUMENT, interval: { type: 'cronDate', cronDate: { frequency: 'weekly', date: 8 } } },
      undefined,
      'interval.cronDate.date must be a whole number from 1 to 7, got 8',
    ],
    ['no crontab', { ...DOCUMENT, interval: { type: 'crontab' } }, undefined, 'interval.crontab must have 5 fields'],
    [
      'a crontab that the calendar refuses',
      { ...DOCUMENT, interval: { type: 'crontab', crontab: '0 25 * * *' } },
      new AppError('INVALID_INPUT', cut),
      cut.replace('expression', 'interval.crontab'),
    ],
    [
      'a spl that is refused',
      DOCUMENT,
      new AppError('INVALID_INPUT', 'statement must begin with an action, got "x".'),
      'spl must begin with an action, got "x".',
    ],
    [
      'two mistakes',
      { ...DOCUMENT, name: '', spl: '' },
      undefined,
      'name must have 1 to 128 characters and no control characters, got ""; spl must be',
    ],
  ])('not of %s', async (_, body, refusal, sentence) => {
    const { ask } = await open(refusal === undefined ? {} : { createSchedule: refusal })
    const reply = await ask('POST', TASK, body, JSON_TYPE)
    expect([reply.status, Object.keys(reply.json)]).toEqual([400, ['error']])
    expect(reply.json.error.slice(0, sentence.length)).toBe(sentence)
  })

  it('not when validate is something else', async () => {
    const { ask } = await open()
    const reply = await ask('POST', `${TASK}?validate=maybe`, DOCUMENT)
    expect([reply.status, reply.json]).toEqual([400, { error: 'validate must be strict, got "maybe"' }])
  })
})

describe('what an id names', () => {
  const gone = new AppError('SCHEDULE_NOT_FOUND', 'There is no schedule.')
  const CALLS: [string, string, unknown][] = [
    ['PUT', `${TASK}/nightly`, DOCUMENT],
    ['DELETE', `${TASK}/nightly`, undefined],
    ['GET', `${TASK}/nightly/history`, undefined],
    ['PUT', '/api/v1/export/tasks/status', { tasks: ['nightly'], status: 'stopped' }],
  ]
  it.each(CALLS)('%s %s: nothing', async (method, path, body) => {
    // a name, a name of several, and a name of one, which is none of this view's either
    for (const said of [gone, new AppError('CONFLICT', 'several'), toSchedule()]) {
      const { ask, asked, close: end } = await open({ getSchedule: said })
      const reply = await ask(method, path, body, JSON_TYPE)
      expect([reply.status, reply.json]).toEqual([404, { error: 'there is no export task "nightly"' }])
      expect(new Set(asked.map(({ verb }) => verb))).toEqual(new Set(['getSchedule']))
      await end()
    }
  })

  it('is not there, whatever is wrong with the rest', async () => {
    const { ask } = await open({ getSchedule: gone })
    expect((await ask('PUT', `${TASK}/${TASK_ID}`, '{')).status).toBe(404)
    expect((await ask('GET', `${TASK}/${TASK_ID}/history?pageNo=0`)).status).toBe(404)
  })

  it('is changed, removed, started and stopped', async () => {
    const says = {
      getSchedule: toSchedule(),
      replaceSchedule: toSchedule(),
      removeSchedule: toSchedule(),
      pauseSchedules: [],
    }
    const { ask, asked } = await open(says)
    const replies = [
      await ask('PUT', `${TASK}/${TASK_ID}/`, TYPED, JSON_TYPE),
      await ask('DELETE', `${TASK}/${TASK_ID}`, '', JSON_TYPE),
      await ask(
        'PUT',
        '/api/v1/export/tasks/status',
        `{"tasks": ["${TASK_ID}", "${TASK_ID}"], "status": "stopped",  // 目标状态\n}`,
      ),
      await ask('PUT', '/api/v1/export/tasks/status/', { tasks: [TASK_ID], status: 'running' }),
      await ask('PUT', '/api/v1/export/tasks/status', { tasks: [], status: 'running' }),
    ]
    expect(replies.map(({ status, text }) => [status, text])).toEqual(replies.map(() => [200, '{}']))
    expect(asked.filter(({ verb }) => verb !== 'getSchedule')).toEqual([
      { verb: 'replaceSchedule', args: [REQUEST, { ...how(true), ref: TASK_ID }] },
      { verb: 'removeSchedule', args: [TASK_ID] },
      { verb: 'pauseSchedules', args: [[TASK_ID], true] },
      { verb: 'pauseSchedules', args: [[TASK_ID], false] },
    ])
  })

  test.each<[unknown, string]>([
    [{ status: 'running' }, 'tasks must be a list of ids, but is missing'],
    [{ tasks: TASK_ID, status: 'running' }, `tasks must be a list of ids, got "${TASK_ID}"`],
    [{ tasks: [1], status: 'running' }, 'tasks[0] must be the id of a task, got 1'],
    [{ tasks: [] }, 'status must be running or stopped, but is missing'],
    [{ tasks: [], status: 'paused' }, 'status must be running or stopped, got "paused"'],
  ])('status of %j is refused', async (body, error) => {
    const { ask } = await open()
    const reply = await ask('PUT', '/api/v1/export/tasks/status', body)
    expect([reply.status, reply.json]).toEqual([400, { error }])
  })
})

const MACRO = `/data/$\{yyyyMMdd-1d}`
const OTHER = '01900000-0000-7000-8000-000000000002'
const THIRD = '01900000-0000-7000-8000-000000000003'
const later = (minutes: number): string => new Date(CREATED + minutes * 60_000).toISOString()
const SCHEDULES: readonly Schedule[] = [
  toSchedule({ lastRunAt: later(7), runs: 3 }),
  toSchedule({ id: OTHER, number: 2, name: 'a', owner: 'vera', paused: true, runs: 9, updatedAt: later(5) }),
  toSchedule({
    id: THIRD,
    number: 3,
    name: 'z',
    owner: 'anna',
    createdAt: later(1),
    lastRunAt: later(6),
    runs: 1,
  }),
]

describe('the list', () => {
  it('is as in the reference, numbers and no half too many', async () => {
    const { ask, asked } = await open({
      findSchedules: [toSchedule({ lastRunAt: later(1), runs: 1 })],
      documentOf: DOCUMENT,
    })
    const reply = await ask('GET', `${TASK}/list`, undefined, JSON_TYPE)
    const task = {
      ...{ id: TASK_ID, name: 'nightly', description: null, operations: ['create', 'edit', 'list', 'share', 'delete'] },
      ...{ spl: '*', owner: 'otto', interval: { type: 'cronDate', cronDate: NUMBERS }, status: 'running', count: 1 },
      ...{ updateTime: CREATED, createTime: CREATED, lastRunTime: CREATED + 60_000 },
    }
    expect([reply.status, reply.text]).toEqual([
      200,
      JSON.stringify({ total: 1, pageNo: 1, pageSize: 10, tasks: [task] }),
    ])
    expect(asked[0]).toEqual({ verb: 'findSchedules', args: [{ prefix: '' }] })
  })

  test.each<[string, string[]]>([
    ['', ['z', 'a', 'nightly']],
    ['sort=createTime&order=asc', ['nightly', 'a', 'z']],
    ['sort=name', ['z', 'nightly', 'a']],
    ['sort=name&order=asc', ['a', 'nightly', 'z']],
    ['sort=status&order=asc', ['nightly', 'z', 'a']],
    ['sort=count', ['a', 'nightly', 'z']],
    ['sort=updateTime', ['a', 'z', 'nightly']],
    ['sort=lastRunTime', ['nightly', 'z', 'a']],
    ['sort=owner&order=asc', ['z', 'nightly', 'a']],
    ['sort=name&order=asc&pageNo=2&pageSize=2', ['z']],
    ['pageNo=3&pageSize=2', []],
    ['pageNo=9007199254740991&pageSize=1000&prefix=', []],
  ])('?%s', async (query, names) => {
    const { ask } = await open({ findSchedules: SCHEDULES, documentOf: undefined, findRuns: [] })
    const { json } = await ask('GET', `${TASK}/list/?${query}`)
    expect([json.total, json.tasks.map(({ name }: { name: string }) => name)]).toEqual([3, names])
  })

  it('asks for a prefix', async () => {
    const { ask, asked } = await open({ findSchedules: [], documentOf: undefined })
    const { json } = await ask('GET', `${TASK}/list?prefix=${encodeURIComponent('夜 %')}&pageNo=2`)
    expect(json).toEqual({ total: 0, pageNo: 2, pageSize: 10, tasks: [] })
    expect(asked).toEqual([{ verb: 'findSchedules', args: [{ prefix: '夜 %' }] }])
  })

  test.each<[string, string]>([
    ['sort=spl', 'sort must be one of name, status, count, createTime, updateTime, lastRunTime, owner, got "spl"'],
    ['sort=', 'sort must be one of name, status, count, createTime, updateTime, lastRunTime, owner, got ""'],
    ['order=up', 'order must be asc or desc, got "up"'],
    ['pageNo=0', 'pageNo must be a whole number from 1 to 9007199254740991, got "0"'],
    ['pageNo=1.5', 'pageNo must be a whole number from 1 to 9007199254740991, got "1.5"'],
    ['pageSize=1001', 'pageSize must be a whole number from 1 to 1000, got "1001"'],
    ['pageSize=-1', 'pageSize must be a whole number from 1 to 1000, got "-1"'],
    ['prefix=a&prefix=b', 'prefix must be given once, got ["a","b"]'],
  ])('?%s is refused', async (query, error) => {
    const { ask } = await open()
    const reply = await ask('GET', `${TASK}/list?${query}`)
    expect([reply.status, reply.json]).toEqual([400, { error }])
  })

  it('shows what each may do', async () => {
    const { ask } = await open({ findSchedules: SCHEDULES, documentOf: undefined, findRuns: [] }, { mode: 'token' })
    const seen = async (role: string) => {
      const { json } = await ask('GET', `${TASK}/list?sort=name`, undefined, { authorization: `Pandora ${role}-token` })
      return json.tasks.map(({ operations }: { operations: string[] }) => operations.join(' '))
    }
    const all = 'create edit list share delete'
    // z is anna's, nightly is otto's, a is vera's, who has become a viewer
    expect(await seen('admin')).toEqual([all, all, all])
    expect(await seen('operator')).toEqual(['list share', all, 'list share'])
    expect(await seen('viewer')).toEqual(['list', 'list', 'list'])
  })

  test.each<[string, Partial<Schedule>, string, string]>([
    ['typed elsewhere', { statement: '预热 /a 副本=2', expression: '0 2 * * *' }, '预热 /a 副本=2', '0 2 * * *'],
    ['in words', { expression: '每天 02:00', cron: '0 0 2 * * * *' }, '*', '0 0 2 * * * *'],
    ['in other words', { expression: 'every day at two o’clock', cron: '0 0 2 * * * *' }, '*', '0 0 2 * * * *'],
    [
      'with names',
      { expression: '0 0 2 ? JAN-MAR,DEC FRIL 2030', cron: '0 0 2 * * * *' },
      '*',
      '0 0 2 ? JAN-MAR,DEC FRIL 2030',
    ],
  ])('tells schedules %s', async (_, more, spl, crontab) => {
    // a document of another view, and one of this view that does not hold any more
    for (const document of [undefined, { Job: {} }, DOCUMENT]) {
      const { ask, close: end } = await open({ findSchedules: [toSchedule(more)], documentOf: document })
      const [task] = (await ask('GET', `${TASK}/list`)).json.tasks
      expect([task.spl, task.interval]).toEqual([spl, { type: 'crontab', crontab }])
      await end()
    }
  })

  it('tells what was asked for in parts as it would be typed', async () => {
    const { statement: _, ...rest } = toSchedule({
      ...{ action: 'load', paths: [MACRO, '/with blank "x"'] },
      ...{ options: { replication: 2, timeoutSeconds: 60 }, cluster: 'west' },
    })
    const { ask } = await open({ findSchedules: [rest], documentOf: undefined })
    const [task] = (await ask('GET', `${TASK}/list`)).json.tasks
    expect(task.spl).toBe(`load ${MACRO} "/with blank \\"x\\"" replicas=2 timeout=60 cluster=west`)
  })
})

describe('the history', () => {
  const measured = (cachedPercent: number) => ({ cachedPercent }) as Run['before']
  const WORDS: Readonly<Record<RunStatus, readonly [Partial<Run>, string, string | null]>> = {
    queued: [{}, 'running', 'its job waits for an agent'],
    running: [{}, 'running', null],
    waiting: [{ why: 'marker' }, 'running', 'it waits: its marker has not come'],
    succeeded: [{ verdict: { kind: 'cached', ok: true } }, 'success', null],
    failed: [
      { verdict: { kind: 'partly', ok: false }, before: measured(10), after: measured(60) },
      'failed',
      'its job failed: a part of it is in the cache (10% → 60% cached)',
    ],
    partial: [{}, 'failed', 'some paths of its job failed'],
    stopped: [{}, 'failed', 'its job was stopped'],
    lost: [{}, 'failed', 'its job was lost with the agent that ran it'],
    missed: [{ why: 'late' }, 'failed', 'nothing was run: nobody was there at its time'],
    unstarted: [{ message: 'spl cannot be read.' }, 'failed', 'spl cannot be read.'],
    skipped: [{ why: 'overlap' }, 'skipped', 'nothing was run: the previous run was still at work'],
  }
  test.each(Object.entries(WORDS))('tells a run that is %s', async (status, [more, word, message]) => {
    const run = toRun(1, { status: status as RunStatus, ...more })
    const { ask } = await open({ getSchedule: toSchedule(), findRuns: [run] })
    const reply = await ask('GET', `${TASK}/${TASK_ID}/history`, undefined, JSON_TYPE)
    const item = { taskId: TASK_ID, count: 1, time: CREATED + 60_000, status: word, message, tookMillis: 0 }
    expect(reply.text).toBe(JSON.stringify({ total: 1, pageNo: 1, pageSize: 10, histories: [item] }))
  })

  const RUNS = [
    toRun(4, { status: 'running', firedAt: later(20) }),
    toRun(3, { status: 'skipped' }),
    toRun(2, { status: 'failed', firedAt: later(2), endedAt: later(3) }),
    toRun(1, { firedAt: later(1), endedAt: new Date(CREATED + 62_773).toISOString() }),
  ]
  test.each<[string, number, number[]]>([
    ['', 4, [4, 3, 2, 1]],
    ['sort=time&order=asc', 4, [1, 2, 3, 4]],
    ['sort=count&order=asc&pageSize=3&pageNo=2', 4, [4]],
    ['sort=status&order=asc', 4, [2, 4, 3, 1]],
    ['sort=tookMillis', 4, [2, 1, 4, 3]],
    ['prefix=s', 2, [3, 1]],
    ['prefix=success', 1, [1]],
    ['prefix=nothing', 0, []],
    ['pageNo=5', 4, []],
  ])('?%s', async (query, total, counts) => {
    const { ask } = await open({ getSchedule: toSchedule(), findRuns: RUNS })
    const { json } = await ask('GET', `${TASK}/${TASK_ID}/history/?${query}`)
    expect([json.total, json.histories.map(({ count }: { count: number }) => count)]).toEqual([total, counts])
    for (const item of json.histories)
      if (item.count === 1) expect(item).toMatchObject({ time: CREATED + 60_000, tookMillis: 2_773 })
  })

  it('refuses what it cannot sort by', async () => {
    const { ask } = await open({ getSchedule: toSchedule() })
    const reply = await ask('GET', `${TASK}/${TASK_ID}/history?sort=name`)
    expect([reply.status, reply.json]).toEqual([
      400,
      { error: 'sort must be one of count, time, status, tookMillis, got "name"' },
    ])
  })
})

it('asks who it is before anything else, and for an operator where something changes', async () => {
  const { ask } = await open({ findSchedules: [], documentOf: undefined }, { mode: 'token' })
  const nobody = await ask('POST', TASK, '{', JSON_TYPE)
  expect([nobody.status, Object.keys(nobody.json)]).toEqual([401, ['error']])
  const viewer = { authorization: 'Pandora viewer-token' }
  for (const [method, path] of [
    ['POST', TASK],
    ['PUT', `${TASK}/x`],
    ['DELETE', `${TASK}/x`],
    ['PUT', '/api/v1/export/tasks/status'],
  ] as const)
    expect(await ask(method, path, '{', viewer)).toMatchObject({
      status: 403,
      json: { error: expect.stringContaining('operator') },
    })
  expect((await ask('GET', `${TASK}/list`, undefined, viewer)).status).toBe(200)
})

test.each([
  ['GET', TASK, 'POST'],
  ['GET', `${TASK}/${TASK_ID}`, 'PUT, DELETE'],
  ['PUT', `${TASK}/list`, 'GET, HEAD'],
  ['POST', '/api/v1/export/tasks/status', 'PUT'],
])('%s %s is no way', async (method, path, allow) => {
  const { ask } = await open()
  const reply = await ask(method, path)
  expect([reply.status, reply.headers.get('allow'), Object.keys(reply.json)]).toEqual([405, allow, ['error']])
})
