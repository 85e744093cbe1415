// the native API: every answer as the document says it, and the rules that callers rely on
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { native } from '../../bot/http/dialects/native.ts'
import { AppError } from '../../shared/errors.ts'
import type { Job, Task } from '../../shared/job.ts'
import { createDoor, type Door } from './door.ts'

type ErrorBody = { code: string; message: string; details?: { in: string; field: string; message: string }[] }
const LOAD = { action: 'load', paths: ['/a'] }

// every answer is held against the schema from which the document is written
async function ask(
  door: Door,
  method: string,
  path: string,
  more: { body?: unknown; headers?: Record<string, string> } = {},
) {
  const response = await door.send(method, path, more.body, more.headers)
  const plain = path.replace(/\?.*/, '')
  const found = native.endpoints.find(
    ({ method: verb, path: known }) =>
      verb === method && new RegExp(`^${known.replace(/:\w+/g, '[^/]+')}$`).test(plain),
  )
  const shape = response.ok ? found?.answers[response.status] : native.errorShape
  expect(shape, `${method} ${path} answers ${response.status}`).toBeDefined()
  if (!(shape instanceof z.ZodType)) return { status: response.status, body: undefined, text: await response.text() }
  const body = (await response.json()) as unknown
  expect(() => shape.parse(body)).not.toThrow()
  return { status: response.status, body, text: '' }
}

async function submit(door: Door, body: unknown = LOAD): Promise<Job> {
  const { status, body: job } = await ask(door, 'POST', '/api/v1/jobs', { body })
  expect(status).toBe(201)
  return job as Job
}

async function mistake(
  door: Door,
  method: string,
  path: string,
  body?: unknown,
): Promise<ErrorBody & { status: number }> {
  const answer = await ask(door, method, path, { body })
  return { status: answer.status, ...(answer.body as ErrorBody) }
}

describe('a mistake', () => {
  test.each([
    [{ ...LOAD, name: 'x'.repeat(129) }, 'name', /^must have 1 to 128 characters and no control characters, got "xxx/],
    [{ ...LOAD, name: 'a\ud800' }, 'name', /^must be valid Unicode and have 1 to 128 characters/],
    [{ ...LOAD, name: 7 }, 'name', /^must have 1 to 128 .* got 7$/],
    [{ ...LOAD, name: 'a\nb' }, 'name', /^must have 1 to 128 .* got "a\\nb"$/],
    [{ action: 'load' }, 'paths', /^must have at least one path for load, got none$/],
    [{ action: 'report', paths: ['/a'] }, 'paths', /^must be empty for report, got 1$/],
    [{ ...LOAD, paths: Array(10_001).fill('/a') }, 'paths', /^must have at most 10000 paths, got 10001$/],
  ])('%# names field, expectation and value, for people and for programs', async (body, field, message) => {
    const answer = await mistake(createDoor(), 'POST', '/api/v1/jobs', body)
    expect([answer.status, answer.code]).toEqual([400, 'INVALID_INPUT'])
    expect(answer.details).toEqual([{ in: 'body', field, message: expect.stringMatching(message) }])
  })

  test('is a parameter given twice', async () => {
    const answer = await mistake(createDoor(), 'GET', '/api/v1/jobs?name=A&name=B&limit=0')
    expect(answer.details?.map(({ field }) => field)).toEqual(['name', 'limit'])
    expect(answer.message).toContain('name must be given once, got ["A","B"]')
  })
})

describe('jobs', () => {
  test('are asked for, found by id and number, and listed newest first', async () => {
    const door = createDoor()
    const first = await submit(door)
    const second = await submit(door, { action: 'free', paths: ['/b/c'], name: 'n', options: { replication: 2 } })
    expect((await ask(door, 'GET', `/api/v1/jobs/${first.id}`)).body).toEqual(first)
    expect((await ask(door, 'GET', `/api/v1/jobs/${second.number}`)).body).toEqual(second)
    const page = async (query: string) =>
      (await ask(door, 'GET', `/api/v1/jobs${query}`)).body as { items: Job[]; next?: string }
    expect((await page('')).items.map(({ id }) => id)).toEqual([second.id, first.id])
    expect((await page('?path=/b')).items.map(({ id }) => id)).toEqual([second.id])
    expect((await page('?status=failed,lost')).items).toEqual([])
    const { items, next } = await page('?limit=1')
    expect(items.map(({ id }) => id)).toEqual([second.id])
    expect((await page(`?limit=1&after=${next}`)).items.map(({ id }) => id)).toEqual([first.id])
  })

  test('an ask repeated with its key answers 200 and the same job; with another body 409', async () => {
    const door = createDoor()
    const headers = { 'idempotency-key': 'k1' }
    const first = await ask(door, 'POST', '/api/v1/jobs', { body: LOAD, headers })
    const again = await ask(door, 'POST', '/api/v1/jobs', { body: LOAD, headers })
    expect([first.status, again.status]).toEqual([201, 200])
    expect((again.body as Job).id).toBe((first.body as Job).id)
    const other = await ask(door, 'POST', '/api/v1/jobs', { body: { ...LOAD, paths: ['/b'] }, headers })
    expect([other.status, (other.body as ErrorBody).code]).toEqual([409, 'CONFLICT'])
  })

  test('notes stand in the answer and in the header', async () => {
    const door = createDoor()
    door.operations.notes = ['no agent is connected']
    const response = await door.send('POST', '/api/v1/jobs', LOAD)
    expect(response.headers.get('x-gander-note')).toBe('no agent is connected')
    expect(await response.json()).toMatchObject({ notes: ['no agent is connected'] })
  })

  test('?wait answers when the job has ended', async () => {
    const door = createDoor()
    const { id } = await submit(door)
    const waiting = ask(door, 'GET', `/api/v1/jobs/${id}?wait=60s`)
    door.operations.patch(door.operations.taskIds(id)[0]!, { status: 'succeeded' })
    expect((await waiting).body).toMatchObject({ status: 'succeeded' })
  })

  test('stop answers 202, retry goes on in the same job, tasks are listed', async () => {
    const door = createDoor()
    const { id } = await submit(door, { action: 'load', paths: ['/a', '/b'] })
    const [a, b] = door.operations.taskIds(id)
    expect((await ask(door, 'POST', `/api/v1/jobs/${id}/stop`)).status).toBe(202)
    door.operations.patch(a!, { status: 'failed' })
    door.operations.patch(b!, { status: 'succeeded' })
    expect((await ask(door, 'POST', `/api/v1/jobs/${id}/retry`)).status).toBe(200)
    const tasks = (query: string) => ask(door, 'GET', `/api/v1/jobs/${id}/tasks${query}`)
    expect(((await tasks('')).body as { items: Task[] }).items.map(({ attempts }) => attempts)).toEqual([2, 1])
    expect(((await tasks('?status=succeeded')).body as { items: Task[] }).items.map(task => task.id)).toEqual([b])
    expect((await ask(door, 'POST', `/api/v1/jobs/${id}/retry`, { body: { only: 'all' } })).status).toBe(200)
  })

  test('one error lists every mistake of the request', async () => {
    const body = {
      action: 'lod',
      paths: ['/ok', 'relative', '/x*', 7],
      name: 'a\nb',
      extra: 1,
      options: { replication: 0 },
    }
    const { status, code, message, details } = await mistake(createDoor(), 'POST', '/api/v1/jobs', body)
    expect([status, code]).toEqual([400, 'INVALID_INPUT'])
    expect(details?.map(({ field }) => field).sort()).toEqual(
      ['action', 'name', 'options.replication', 'paths[1]', 'paths[2]', 'paths[3]', 'the body'].sort(),
    )
    expect(message).toContain('action must be one of load, forceload, metadata, free, list, report, got "lod"')
    expect(message).toContain('paths[1] must start with "/" or a lower-case scheme such as "cosn://", got "relative"')
  })

  test.each([
    '/api/v1/jobs?limit=0',
    '/api/v1/jobs?limit=1001',
    '/api/v1/jobs?status=done',
    '/api/v1/jobs?nonsense=1',
    '/api/v1/jobs?path=a',
    '/api/v1/jobs?createdAfter=yesterday',
    '/api/v1/jobs?limit=1&limit=2',
  ])('GET %s is a mistake', async path => {
    expect(await mistake(createDoor(), 'GET', path)).toMatchObject({ status: 400, code: 'INVALID_INPUT' })
  })

  test('what the path names comes before mistakes of query and body', async () => {
    const door = createDoor()
    for (const [method, path, body] of [
      ['GET', '/api/v1/jobs/999?wait=soon', undefined],
      ['GET', '/api/v1/jobs/999/tasks?limit=x', undefined],
      ['GET', '/api/v1/jobs/999/output?from=x', undefined],
      ['POST', '/api/v1/jobs/999/retry', { only: 'some' }],
      ['POST', '/api/v1/jobs/999/stop', undefined],
    ] as const)
      expect(await mistake(door, method, path, body)).toMatchObject({ status: 404, code: 'JOB_NOT_FOUND' })
    await submit(door)
    expect(await mistake(door, 'POST', '/api/v1/jobs/1/retry', { only: 'some' })).toMatchObject({ status: 400 })
    expect(await mistake(door, 'GET', '/api/v1/jobs/1?wait=soon')).toMatchObject({ status: 400 })
  })

  test('more than 10,000 paths are refused', async () => {
    const paths = Array.from({ length: 10_001 }, (_, index) => `/p${index}`)
    expect(await mistake(createDoor(), 'POST', '/api/v1/jobs', { action: 'load', paths })).toMatchObject({
      status: 400,
      message: expect.stringContaining('10000 paths'),
    })
  })

  test('a full disk is 507 with its code', async () => {
    const door = createDoor()
    door.operations.trouble = new AppError('STORAGE_FULL', 'the disk is full')
    expect(await mistake(door, 'POST', '/api/v1/jobs', LOAD)).toMatchObject({ status: 507, code: 'STORAGE_FULL' })
  })

  test('our own mistake is logged with its stack; the caller sees an id and nothing else', async () => {
    const door = createDoor()
    door.operations.trouble = new TypeError('secret of the house')
    const { status, code, message, details } = await mistake(door, 'POST', '/api/v1/jobs', LOAD)
    expect([status, code]).toEqual([500, 'INTERNAL'])
    expect(message).not.toContain('secret')
    const { id } = details as unknown as { id: string }
    expect(message).toContain(id)
    expect(door.logged).toEqual([
      expect.objectContaining({ level: 'error', fields: { id, error: door.operations.trouble } }),
    ])
  })
})

describe('output', () => {
  test('of one task is its bytes, from an offset or the last lines', async () => {
    const door = createDoor()
    const { id } = await submit(door)
    const [task] = door.operations.taskIds(id)
    door.operations.print(task!, 'one\ntwo\nthree\n')
    const text = async (query: string) => (await ask(door, 'GET', `/api/v1/jobs/${id}/output${query}`)).text
    expect(await text('')).toBe('one\ntwo\nthree\n')
    expect(await text('?from=4')).toBe('two\nthree\n')
    expect(await text('?tail=1')).toBe('three\n')
    expect(await text('?tail=9')).toBe('one\ntwo\nthree\n')
    expect(await text(`?task=${task}&from=99`)).toBe('')
  })

  test('of several tasks stands below a line with the path each', async () => {
    const door = createDoor()
    const { id } = await submit(door, { action: 'load', paths: ['/a', '/b'] })
    const [a, b] = door.operations.taskIds(id)
    door.operations.print(a!, 'x\n')
    door.operations.print(b!, 'y\n')
    expect((await ask(door, 'GET', `/api/v1/jobs/${id}/output`)).text).toBe('==> /a <==\nx\n\n==> /b <==\ny\n')
    expect((await ask(door, 'GET', `/api/v1/jobs/${id}/output?task=${b}`)).text).toBe('y\n')
    expect(await mistake(door, 'GET', `/api/v1/jobs/${id}/output?from=1`)).toMatchObject({ status: 400 })
    const stranger = '01900000-0000-7000-8000-000000000000'
    expect(await mistake(door, 'GET', `/api/v1/jobs/${id}/output?task=${stranger}`)).toMatchObject({
      code: 'TASK_NOT_FOUND',
    })
  })

  test('the list of missing files flows whole', async () => {
    const door = createDoor()
    const { id } = await submit(door, { action: 'load', paths: ['/a', '/b'] })
    for (const task of door.operations.taskIds(id)) door.operations.print(task, `no-space ${task}\n`, 'missing')
    const { text } = await ask(door, 'GET', `/api/v1/jobs/${id}/missing`)
    expect(text).toBe(
      door.operations
        .taskIds(id)
        .map(task => `no-space ${task}\n`)
        .join(''),
    )
  })
})

describe('everything else', () => {
  test('agents are listed, drained and resumed', async () => {
    const door = createDoor()
    const { items } = (await ask(door, 'GET', '/api/v1/agents')).body as { items: { id: string }[] }
    const { id } = items[0]!
    expect((await ask(door, 'POST', `/api/v1/agents/${id}/drain`)).body).toMatchObject({ status: 'draining' })
    expect((await ask(door, 'POST', `/api/v1/agents/${id}/resume`)).body).toMatchObject({ status: 'ready' })
    expect(await mistake(door, 'POST', '/api/v1/agents/nobody/drain')).toMatchObject({ code: 'AGENT_NOT_FOUND' })
  })

  test('clusters and their report', async () => {
    const door = createDoor()
    expect((await ask(door, 'GET', '/api/v1/clusters')).body).toMatchObject({ items: [{ name: 'default' }] })
    expect((await ask(door, 'GET', '/api/v1/clusters/default/report')).body).toMatchObject({
      report: { liveWorkers: 10 },
    })
    expect(await mistake(door, 'GET', '/api/v1/clusters/a%2Fb/report')).toMatchObject({
      code: 'CLUSTER_NOT_FOUND',
      message: 'there is no cluster a/b',
    })
  })

  test('who am I, and tokens', async () => {
    const door = createDoor()
    expect((await ask(door, 'GET', '/api/v1/me')).body).toEqual({ name: 'local', role: 'admin' })
    const made = (await ask(door, 'POST', '/api/v1/tokens', { body: { name: 'ci', role: 'viewer' } })) as {
      status: number
      body: { id: string; token: string }
    }
    expect(made).toMatchObject({ status: 201, body: { name: 'ci', token: 'gander-secret' } })
    expect(JSON.stringify((await ask(door, 'GET', '/api/v1/tokens')).body)).not.toContain('gander-secret')
    expect((await ask(door, 'DELETE', `/api/v1/tokens/${made.body.id}`)).status).toBe(204)
    expect((await ask(door, 'DELETE', `/api/v1/tokens/${made.body.id}`)).status).toBe(404)
  })

  test('health, readiness, self-checks', async () => {
    const door = createDoor()
    expect((await ask(door, 'GET', '/healthz')).status).toBe(200)
    expect((await ask(door, 'GET', '/readyz')).status).toBe(200)
    expect((await ask(door, 'GET', '/api/v1/doctor')).body).toMatchObject({ items: [{ ok: true }] })
    const none = { jobs: {}, tasksOpen: {}, queues: [], loads: [], runs: [] }
    const vitals = { ...none, agents: { ready: 0, draining: 0, down: 0 }, index: 0, ready: false }
    expect((await createDoor({ vitals: () => vitals }).send('GET', '/readyz')).status).toBe(503)
  })

  test('metrics are Prometheus text and count answers', async () => {
    const door = createDoor()
    await door.send('GET', '/api/v1/jobs/999')
    const response = await door.send('GET', '/metrics')
    const text = await response.text()
    expect(response.headers.get('content-type')).toContain('text/plain')
    expect(text).toContain('gander_jobs{status="running"} 1')
    expect(text).toContain('gander_tasks_open{status="queued"} 2')
    expect(text).toContain('gander_state_index 7')
    expect(text).toContain('gander_http_answers_total{view="native",method="GET",status="404"} 1')
  })

  test('the actor comes through the door it names', async () => {
    const door = createDoor({ mode: 'token' })
    const headers = { authorization: 'Bearer operator-token', 'x-gander-via': 'cli' }
    await door.send('POST', '/api/v1/jobs', LOAD, headers)
    await door.send('POST', '/api/v1/jobs', LOAD, { 'x-nomad-token': 'admin-token' })
    expect(door.operations.actors).toEqual([
      { name: 'otto', role: 'operator', via: 'cli' },
      { name: 'anna', role: 'admin', via: 'http' },
    ])
  })
})
