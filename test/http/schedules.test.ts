// schedules in the native API: each call, what each mistake is told as, and in which order mistakes are looked for
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Schedule } from '../../shared/schedule.ts'
import { openScheduleRoom, type ScheduleRoom } from './schedule-room.ts'

const NIGHTLY = { expression: '0 2 * * *', action: 'load', paths: ['/data/$' + '{yyyyMMdd-1d}'] }
const NOBODY = '01900000-0000-7000-8000-00000000dead'

let at: ScheduleRoom
beforeAll(async () => {
  at = await openScheduleRoom()
})
afterAll(() => at.close())
// each test has names of its own: one daemon serves them all
let n = 0
let name = ''
beforeEach(() => {
  n += 1
  name = `night-${n}`
})

async function make(more: object = {}, token?: string): Promise<Schedule> {
  const { status, body } = await at.ask('POST', '/schedules', { ...NIGHTLY, name, ...more }, token)
  expect([status, body]).toEqual([201, expect.objectContaining({ id: expect.any(String) })])
  return body
}

describe('a schedule', () => {
  test('is made, found by id, number and name, replaced, and removed', async () => {
    const made = await make({ description: 'all of it', waitFor: '/data/_SUCCESS', jitterSeconds: 60 })
    expect(made).toMatchObject({
      ...{ name, owner: 'otto', via: 'http', expression: '0 2 * * *', zone: 'Asia/Shanghai', paused: false, runs: 0 },
      ...{ action: 'load', paths: NIGHTLY.paths, nextAt: '2024-05-01T18:00:00.000Z', jitterSeconds: 60 },
      ...{ overlap: 'skip', misfire: 'run-once', notify: 'alarm', waitFor: { path: '/data/_SUCCESS' } },
    })
    for (const ref of [made.id, made.id.toUpperCase(), made.number, `%23${made.number}`, name]) {
      expect((await at.ask('GET', `/schedules/${ref}`)).body, String(ref)).toEqual(made)
    }
    const replaced = await at.ask('PUT', `/schedules/${name}`, {
      expression: '@daily',
      statement: 'load /a replicas=2',
    })
    expect(replaced).toMatchObject({
      status: 200,
      body: { id: made.id, number: made.number, name, expression: '@daily' },
    })
    expect(replaced.body).toMatchObject({ statement: 'load /a replicas=2', jitterSeconds: 0 })
    expect(replaced.body).not.toHaveProperty('description')
    expect(await at.ask('DELETE', `/schedules/${made.number}`)).toEqual({ status: 200, body: replaced.body })
    const gone = await at.ask('GET', `/schedules/${made.id}`)
    expect(gone).toMatchObject({ status: 404, body: { code: 'SCHEDULE_NOT_FOUND' } })
  })

  test('may be called what an address does not hold', async () => {
    const word = 'a/b ?%'
    const { id, number } = await make({ name: word })
    expect((await at.ask('GET', `/schedules?name=${encodeURIComponent(word)}`)).body.items[0].id).toBe(id)
    expect((await at.ask('POST', `/schedules/${number}/pause`)).body).toMatchObject({ id, paused: true })
    expect((await at.ask('POST', `/schedules/${id}/resume`)).body).toMatchObject({ id, paused: false })
    const run = await at.ask('POST', `/schedules/${encodeURIComponent(word)}/run`)
    expect(run.status).toBe(202)
    await at.finish(run.body.job.id)
    expect((await at.ask('DELETE', `/schedules/${id}`)).status).toBe(200)
  })

  const NAME = 'no number such as 12 or #12, no UUID, not blank, and none of preview, pause, resume'
  test.each(['12', '#12', '  ', 'preview', 'pause', NOBODY])('may not be called %j', async word => {
    const { status, body } = await at.ask('POST', '/schedules', { ...NIGHTLY, name: word })
    expect([status, body.message]).toEqual([400, `name must be ${NAME}, got "${word}".`])
    const stated = { expression: '@daily', statement: `load /a name="${word}"` }
    if (word.trim() !== '') expect((await at.ask('POST', '/schedules', stated)).status).toBe(400)
  })

  test('that a view named like a number is not taken for that one', async () => {
    const [meant, id] = [await make(), '01900000-0000-7000-8000-0000000b0b0b']
    const interval = { type: 'crontab', crontab: '0 2 * * *' }
    for (const word of [String(meant.number), id])
      expect((await at.ask('POST', '/export/task', { name: word, spl: 'load /a', interval })).status).toBe(200)
    const [other] = (await at.ask('GET', `/schedules?name=${meant.number}`)).body.items
    const doubtful = await at.ask('DELETE', `/schedules/${meant.number}`)
    expect([doubtful.status, doubtful.body.message]).toEqual([
      409,
      `"${meant.number}" is the number of one schedule and the name of another; say #${meant.number} or #${other.number}.`,
    ])
    expect((await at.ask('GET', `/schedules/%23${meant.number}`)).body.id).toBe(meant.id)
    expect((await at.ask('GET', `/schedules/${id}`)).body.name).toBe(id)
    // what has such a name keeps it
    const kept = await at.ask('PUT', `/schedules/${other.number}`, { ...NIGHTLY, name: other.name })
    expect(kept).toMatchObject({ status: 200, body: { name: other.name } })
  })

  test('has a name of its own', async () => {
    const { number } = await make()
    const twice = await at.ask('POST', '/schedules', { ...NIGHTLY, name })
    expect(twice).toMatchObject({ status: 409, body: { code: 'CONFLICT' } })
    expect(twice.body.message).toContain(`schedule ${number}`)
  })
})

describe('an instant', () => {
  const FORM = 'must be an instant with Z or an offset, such as 2026-11-01T18:00:00Z or 2026-11-02T02:00:00+08:00, got'

  test('may have an offset wherever one is asked for, and is kept in UTC', async () => {
    const [startAt, endAt] = ['2024-05-02T02:00:00+08:00', '2024-06-01T01:59:59.5-05:30']
    const kept = { startAt: '2024-05-01T18:00:00.000Z', endAt: '2024-06-01T07:29:59.500Z' }
    const made = await make({ startAt, endAt })
    expect(made).toMatchObject({ ...kept, nextAt: kept.startAt })
    expect((await at.ask('GET', `/schedules/${name}`)).body).toMatchObject(kept)
    const replaced = await at.ask('PUT', `/schedules/${name}`, { ...NIGHTLY, name, endAt })
    expect(replaced.body).toMatchObject({ endAt: kept.endAt })
    const asked = { expression: '0 2 * * *', from: '2024-05-03T02:00:01+08:00', count: 1 }
    const previewed = await at.ask('POST', '/schedules/preview', asked)
    expect(previewed.body.items).toMatchObject([{ slot: '2024-05-03T18:00:00.000Z' }])
    const days = { from: '2024-04-20T02:00:00+08:00', to: '2024-04-20T23:59:59+08:00' }
    const backfilled = await at.ask('POST', `/schedules/${name}/backfill`, days)
    expect(backfilled.body.items).toMatchObject([{ slot: '2024-04-19T18:00:00.000Z' }])
    await at.finish(backfilled.body.items[0].job.id)
    const run = await at.ask('POST', `/schedules/${name}/run`, { slot: '2024-04-22T00:00:00+08:00' })
    expect(run.body).toMatchObject({ slot: '2024-04-21T16:00:00.000Z' })
    await at.finish(run.body.job.id)
  })

  test.each([
    ['2024-05-02T02:00:00', 'no zone'],
    ['2024-05-02', 'a date'],
    ['2024-05-02T02:00:00+0800', 'no colon'],
    ['2024-05-02T02:00:00+24:00', 'no such offset'],
    ['2024-02-30T02:00:00+08:00', 'no such day'],
    // what would be kept could not be read again
    ['9999-12-31T23:00:00-08:00', 'beyond the years of four digits'],
    ['0000-01-01T00:00:00+08:00', 'before them'],
  ])('is not %s: %s', async startAt => {
    const refused = await at.ask('POST', '/schedules', { ...NIGHTLY, name, startAt })
    expect([refused.status, refused.body.message]).toEqual([400, `startAt ${FORM} "${startAt}"`])
  })

  test('is named once when several are wrong', async () => {
    await make()
    const refused = await at.ask('POST', `/schedules/${name}/backfill`, { from: 'monday', to: 'now' })
    expect(refused.body.message).toBe(`from ${FORM} "monday"; to ${FORM} "now"`)
  })
})

describe('a cluster of which no agent is there', () => {
  const ABSENT = 'no agent of cluster nowhere is connected'
  const put = async (method: string, path: string, body: object) => {
    const headers = { authorization: 'Bearer operator-token' }
    const response = await fetch(`${at.url}/api/v1${path}`, { method, headers, body: JSON.stringify(body) })
    return { note: response.headers.get('x-gander-note'), text: await response.text() }
  }

  test('is told in the body and beside it, as long as there is none', async () => {
    const asked = { ...NIGHTLY, name }
    const made = await put('POST', '/schedules', { ...asked, cluster: 'nowhere' })
    expect([made.note, JSON.parse(made.text).notes]).toEqual([ABSENT, [ABSENT]])
    expect((await at.ask('GET', `/schedules/${name}`)).body.notes).toEqual([ABSENT])
    const here = await put('PUT', `/schedules/${name}`, asked)
    expect([here.note, JSON.parse(here.text).notes]).toEqual([null, undefined])
  })

  test('is told by view 004 beside its answer', async () => {
    const interval = { type: 'crontab', crontab: '0 2 * * *' }
    const task = { name, spl: 'load /a cluster=nowhere', interval }
    expect(await put('POST', '/export/task', task)).toEqual({ note: ABSENT, text: '{}' })
  })
})

describe('a list', () => {
  test('is by number, oldest first, page by page, of what was asked for', async () => {
    const names = ['a', 'b', 'c'].map(letter => `${name}-${letter}`)
    for (const one of names)
      await make({ name: one, paused: one === names[1] }, one === names[2] ? 'admin-token' : undefined)
    const list = async (query: string) => (await at.ask('GET', `/schedules?prefix=${name}-&${query}`)).body
    const namesOf = (page: { items: Schedule[] }) => page.items.map(schedule => schedule.name)
    const first = await list('limit=2')
    expect(namesOf(first)).toEqual(names.slice(0, 2))
    expect(namesOf(await list(`limit=2&after=${encodeURIComponent(first.next)}`))).toEqual(names.slice(2))
    expect(namesOf(await list('paused=1'))).toEqual(names.slice(1, 2))
    expect(namesOf(await list('paused=False'))).toEqual([names[0], names[2]])
    expect(namesOf(await list('owner=anna'))).toEqual(names.slice(2))
    expect(namesOf(await list('name=nobody'))).toEqual([])
  })

  test.each([
    ['paused=yes', 'paused must be true or false, got "yes"'],
    ['limit=0', 'limit must be a whole number from 1 to 1000, got "0"'],
    ['sort=name', 'must not have "sort"'],
  ])('with ?%s is a mistake', async (query, sentence) => {
    const { status, body } = await at.ask('GET', `/schedules?${query}`)
    expect([status, body.message]).toEqual([400, expect.stringContaining(sentence)])
  })
})

describe('pausing', () => {
  test('changes many, or none when one is not there or not the caller’s', async () => {
    const [mine, other] = [await make(), await make({ name: `${name}-x` }, 'admin-token')]
    const unknown = await at.ask('POST', '/schedules/pause', { ids: [mine.id, NOBODY] })
    expect(unknown).toMatchObject({ status: 404, body: { code: 'SCHEDULE_NOT_FOUND' } })
    const foreign = await at.ask('POST', '/schedules/pause', { ids: [mine.id, other.id] })
    expect(foreign).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } })
    expect((await at.ask('GET', `/schedules/${mine.id}`)).body.paused).toBe(false)
    const { status, body } = await at.ask(
      'POST',
      '/schedules/pause',
      { ids: [name, other.number.toString()] },
      'admin-token',
    )
    expect([status, body.items.map((one: Schedule) => one.paused)]).toEqual([200, [true, true]])
    expect(body.items[0]).not.toHaveProperty('nextAt')
    const back = await at.ask('POST', '/schedules/resume', { ids: [mine.id] })
    expect(back.body.items).toMatchObject([{ id: mine.id, paused: false, nextAt: mine.nextAt }])
  })

  test.each([[undefined], [{}], [{ ids: [] }], [{ ids: [7] }], [{ ids: ['a'], all: true }]])(
    'of %j is a mistake',
    async body => {
      expect(await at.ask('POST', '/schedules/pause', body)).toMatchObject({
        status: 400,
        body: { code: 'INVALID_INPUT' },
      })
    },
  )
})

describe('runs', () => {
  test('are asked for now or for a slot, and told newest first with their verdict', async () => {
    await make()
    const now = await at.ask('POST', `/schedules/${name}/run`)
    expect(now).toMatchObject({
      status: 202,
      body: { number: 1, kind: 'manual', by: 'otto', job: { id: expect.any(String) } },
    })
    await at.finish(now.body.job.id)
    at.room.move(1_000)
    const slot = '2024-04-02T18:00:00.000Z'
    const then = await at.ask('POST', `/schedules/${name}/run`, { slot })
    expect(then.body).toMatchObject({ number: 2, slot })
    const job = (await at.ask('GET', `/jobs/${then.body.job.id}/tasks`)).body
    expect(job.items.map((task: { path: string }) => task.path)).toEqual(['/data/20240402'])
    const { items } = (await at.ask('GET', `/schedules/${name}/runs`)).body
    expect(items).toMatchObject([
      { number: 2, status: expect.stringMatching(/queued|running/) },
      { number: 1, status: 'succeeded', seconds: 0, verdict: { kind: 'cached', ok: true } },
    ])
    expect(items[1]).toMatchObject({ before: { cachedPercent: 0 }, after: { cachedPercent: 100 } })
    const page = await at.ask('GET', `/schedules/${name}/runs?limit=1`)
    const rest = await at.ask('GET', `/schedules/${name}/runs?limit=1&after=${encodeURIComponent(page.body.next)}`)
    expect([page, rest].map(({ body }) => body.items[0].number)).toEqual([2, 1])
    const good = await at.ask('GET', `/schedules/${name}/runs?status=succeeded,skipped`)
    expect(good.body.items.map((run: { number: number }) => run.number)).toEqual([1])
    const wrong = await at.ask('GET', `/schedules/${name}/runs?status=done`)
    expect([wrong.status, wrong.body.message]).toEqual([
      400,
      expect.stringContaining('must be some of queued, running'),
    ])
    expect((await at.ask('GET', `/schedules/${name}`)).body).toMatchObject({ runs: 2, lastRun: { number: 2 } })
  })

  test('of the past go up to now where no end is named', async () => {
    await make()
    const { body } = await at.ask('POST', `/schedules/${name}/backfill`, { from: '2024-04-30T00:00:00Z' })
    expect(body.items.map((run: { slot: string }) => run.slot)).toEqual(['2024-04-30T18:00:00.000Z'])
  })

  test('of the past go one after the other', async () => {
    await make()
    const span = { from: '2024-04-27T00:00:00Z', to: '2024-04-30T00:00:00Z' }
    const { status, body } = await at.ask('POST', `/schedules/${name}/backfill`, span)
    expect([status, body.items.length]).toEqual([202, 3])
    expect(body.items.map((run: { slot: string }) => run.slot.slice(0, 10))).toEqual([
      '2024-04-27',
      '2024-04-28',
      '2024-04-29',
    ])
    expect(body.items.slice(1)).toMatchObject([
      { status: 'waiting', why: 'turn' },
      { status: 'waiting', why: 'turn' },
    ])
  })

  test.each([
    [{ to: '2024-04-01T00:00:00Z' }, /^from must be /],
    [{ from: '2034-04-01T00:00:00Z' }, /^from must not be in the future/],
    [
      { from: 'monday', to: '2024-04-02T00:00:00Z' },
      /^from must be an instant with Z or an offset, such as 2026-11-01T18:00:00Z or 2026-11-02T02:00:00\+08:00, got "monday"/,
    ],
    [{ from: '2024-04-03T00:00:00Z', to: '2024-04-02T00:00:00Z' }, /^to must not be before from/],
    [{ from: '2022-01-01T00:00:00Z', to: '2024-04-02T00:00:00Z' }, /at most 366 slots/],
    [{ from: '2024-04-03T00:00:00Z', to: '2024-05-03T00:00:00Z' }, /^to must not be in the future/],
    [{ from: '2024-04-03T00:00:00Z', to: '2024-04-03T00:00:01Z' }, /must have a slot between them/],
    [{ from: '2024-04-03T00:00:00Z', to: '2024-04-04T00:00:00Z', only: 'some' }, /^only must be one of missing, all/],
  ])('of the past are not asked for as %j', async (body, sentence) => {
    await make()
    const answer = await at.ask('POST', `/schedules/${name}/backfill`, body)
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringMatching(sentence)])
  })
})

describe('a preview', () => {
  test('tells the next slots and their paths, on the clock of the zone, also to who may only read', async () => {
    const body = {
      expression: '30 2 * * *',
      zone: 'Europe/Berlin',
      paths: NIGHTLY.paths,
      count: 2,
      from: '2024-03-30T12:00:00Z',
    }
    const { status, body: told } = await at.ask('POST', '/schedules/preview', body, 'viewer-token')
    expect([status, told.zone, told.cron]).toEqual([200, 'Europe/Berlin', '0 30 2 * * * *'])
    expect(told.items).toEqual([
      // the clock jumps from two to three that night
      expect.objectContaining({ local: '2024-03-31 03:00:00 +02:00', paths: ['/data/20240330'] }),
      expect.objectContaining({ local: '2024-04-01 02:30:00 +02:00', paths: ['/data/20240331'] }),
    ])
    expect((await at.ask('GET', '/schedules?name=preview')).body.items).toEqual([])
  })
})

describe('mistakes', () => {
  test.each([
    [{ expression: '0 25 * * *' }, { field: 'expression', position: 3, allowed: expect.stringContaining('0 to 23') }],
    [{ zone: 'Mars/Phobos' }, { field: 'zone', got: 'Mars/Phobos' }],
    [{ paths: ['/data/$' + '{yyyyQQ}'] }, { position: 7, allowed: expect.any(String) }],
    [{ startAt: '2024-05-02T00:00:00Z', endAt: '2024-05-01T00:00:00Z' }, { field: 'endAt' }],
  ])('%j names field, place and what is allowed', async (more, details) => {
    const { status, body } = await at.ask('POST', '/schedules', { ...NIGHTLY, name, ...more })
    expect([status, body.code, body.details]).toEqual([400, 'INVALID_INPUT', expect.objectContaining(details)])
    const sentence = JSON.stringify(body.message)
    expect(sentence).toMatch(/must .* got /)
  })

  test.each([
    [{ paths: ['data'] }, 'paths[0]', /must start with "\/"/],
    [{ statement: 'load /a' }, 'action', /must not be given beside statement/],
    [{ action: undefined, paths: undefined }, 'action', /must be given, or statement/],
    [{ expression: undefined }, 'expression', /must be a string, but is missing/],
    [{ quietHours: { from: '8:00', to: '20:00' } }, 'quietHours.from', /time of day/],
    [{ jitterSeconds: 3_601 }, 'jitterSeconds', /must be at most 3600/],
    [{ overlap: 'both' }, 'overlap', /must be one of skip, queue, allow, stop-old, got "both"/],
    [{ quietHours: { from: '08:00', to: '08:00' } }, 'quietHours', /different from and to, got "08:00" for both$/],
    [{ waitFor: {} }, 'waitFor.path', /must be a string, but is missing$/],
    [{ waitFor: { path: '/a', everySeconds: 5 } }, 'waitFor.everySeconds', /must be at least 10, got 5$/],
    [{ waitFor: 5 }, 'waitFor', /must be the path of a marker, or an object with path, got 5$/],
    [{ colour: 1 }, 'the body', /must not have "colour"/],
  ])('%j names the field', async (more, field, message) => {
    const { status, body } = await at.ask('POST', '/schedules', { ...NIGHTLY, ...more })
    expect([status, body.details]).toEqual([400, [{ in: 'body', field, message: expect.stringMatching(message) }]])
  })

  test.each([
    ['laod /a', /^statement must begin with one of .*, got "laod"\.$/],
    ['load a', /^statement cannot be read: a path must start with /],
    ['load', /^statement must have at least one path for load, got none\.$/],
  ])('the statement %j says what is wrong once', async (statement, message) => {
    const { status, body } = await at.ask('POST', '/schedules', { expression: '@daily', statement })
    expect([status, body.message]).toEqual([400, expect.stringMatching(message)])
  })

  test('an end leaves a slot to come', async () => {
    const endAt = '2020-01-01T00:00:00.000Z'
    expect((await at.ask('POST', '/schedules', { ...NIGHTLY, name: 'over', endAt })).body).toMatchObject({
      ...{ code: 'INVALID_INPUT', message: `endAt must leave a slot to come, got "${endAt}".` },
      details: { field: 'endAt' },
    })
  })

  test.each([
    ['startAt', { startAt: '9999-12-31T23:59:59.000Z' }],
    ['startAt', { startAt: '2024-06-01T00:00:00.000Z', expression: '0 0 2 2 5 ? 2024' }],
    ['endAt', { startAt: '2024-05-01T19:00:00.000Z', endAt: '2024-05-01T20:00:00.000Z' }],
  ] as const)('%s leaves a slot to come: %j', async (field, asked) => {
    const { status, body } = await at.ask('POST', '/schedules', { ...NIGHTLY, ...asked })
    const told = Object.entries(asked).find(([key]) => key === field)?.[1]
    const message = `${field} must leave a slot to come, got "${told}".`
    expect([status, body]).toMatchObject([400, { code: 'INVALID_INPUT', message, details: { field, got: told } }])
  })

  test.each([
    [{ stableMinutes: 180, withinMinutes: 120 }, 120, 180],
    [{ stableMinutes: 120 }, 120, 120],
    [{ stableMinutes: 1, withinMinutes: 1 }, 1, 1],
  ])('a marker can stand still within its time: %j', async (waitFor, within, stable) => {
    const asked = { ...NIGHTLY, waitFor: { path: '/m', ...waitFor } }
    const { status, body } = await at.ask('POST', '/schedules', asked)
    const allowed = `less than waitFor.withinMinutes, ${within}`
    expect([status, body]).toEqual([
      400,
      {
        ...{ code: 'INVALID_INPUT', message: `waitFor.stableMinutes must be ${allowed}, got ${stable}.` },
        details: { field: 'waitFor.stableMinutes', allowed, got: stable },
      },
    ])
  })

  test('a jitter is shorter than the time between two slots', async () => {
    const asked = { ...NIGHTLY, name: 'often', expression: '*/5 * * * *', jitterSeconds: 300 }
    expect((await at.ask('POST', '/schedules', asked)).body).toEqual({
      ...{ code: 'INVALID_INPUT', message: 'jitterSeconds must be less than the 300 s between two slots, got 300.' },
      details: { field: 'jitterSeconds', allowed: 'less than the 300 s between two slots', got: 300 },
    })
    expect((await at.ask('POST', '/schedules', { ...asked, jitterSeconds: 299 })).status).toBe(201)
  })

  const CALLS: readonly [method: string, path: string, body: unknown][] = [
    ['PUT', '', { expression: 7 }],
    ['POST', '/run', { slot: 7 }],
    ['POST', '/backfill', {}],
    ['GET', '/runs?limit=0', undefined],
  ]
  test.each(CALLS)('%s …%s: credential, role, what is there, then what was sent', async (method, part, body) => {
    const { number } = await make()
    const statusOf = async (ref: unknown, token: string) =>
      (await at.ask(method, `/schedules/${ref}${part}`, body, token)).status
    const viewer = method === 'GET' ? 400 : 403
    const told = [await statusOf(number, ''), await statusOf(number, 'viewer-token')]
    expect([...told, await statusOf(NOBODY, 'operator-token'), await statusOf(number, 'operator-token')]).toEqual([
      401,
      viewer,
      404,
      400,
    ])
  })

  test.each([
    ['PUT', '', NIGHTLY],
    ['DELETE', '', undefined],
    ['POST', '/pause', undefined],
    ['POST', '/run', undefined],
    ['POST', '/backfill', { from: '2024-04-29T00:00:00Z', to: '2024-04-30T00:00:00Z' }],
  ])('%s …%s of somebody else’s is refused, and lets an administrator', async (method, part, body) => {
    const { id } = await make({}, 'operator-token')
    await at.ask('PUT', `/schedules/${id}`, NIGHTLY, 'operator-token')
    const own = await make({ name: `${name}-anna` }, 'admin-token')
    const refused = await at.ask(method, `/schedules/${own.id}${part}`, body)
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN', message: expect.stringContaining('anna') },
    })
    expect((await at.ask(method, `/schedules/${id}${part}`, body, 'admin-token')).status).toBeLessThan(300)
  })

  test('a wrong method is told what is right', async () => {
    expect(await at.ask('PUT', '/schedules/preview', {})).toMatchObject({ status: 405 })
    expect(await at.ask('DELETE', '/schedules')).toMatchObject({ status: 405 })
  })
})
