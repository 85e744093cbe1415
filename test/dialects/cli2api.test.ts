// view 000: the exchanges of its reference document, and each rule of its contract
import { describe, expect, test } from 'vitest'
import type { Exit } from '../../shared/allocation.ts'
import { AppError } from '../../shared/errors.ts'
import type { Task } from '../../shared/job.ts'
import { createDoor, type Door } from '../http/door.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const PATH = '/data-datalake-dataprod-bj-1251949819/deltalake/npd_temp.db'
const LOAD = { action: 'GooseFSDistributeLoad', task_name: 'test_task_name', path: [PATH] }

async function submitted(door: Door, body: unknown = LOAD): Promise<string[]> {
  const response = await door.send('POST', '/api/v1/gfs', body)
  expect(response.status).toBe(200)
  return (await response.json()) as string[]
}

async function mistake(response: Response): Promise<{ status: number; error: string }> {
  const body = (await response.json()) as { error: string }
  expect(Object.keys(body)).toEqual(['error'])
  return { status: response.status, error: body.error }
}

describe('POST /api/v1/gfs', () => {
  test('answers one id for each path, in their order', async () => {
    const door = createDoor()
    const ids = await submitted(door, { ...LOAD, path: ['/a', '/b'] })
    expect(ids).toHaveLength(2)
    for (const id of ids) expect(id).toMatch(UUID)
    expect(door.operations.requests).toEqual([
      { action: 'load', paths: ['/a', '/b'], name: 'test_task_name', options: {} },
    ])
  })

  test.each([
    [0, 'load'],
    ['1', 'metadata'],
    [3, 'forceload'],
    ['GooseFSForceLoad', 'forceload'],
    [4, 'free'],
    ['GooseFSFree', 'free'],
    ['GooseFSLoadMetadata', 'metadata'],
  ])('takes the action %j', async (action, meant) => {
    const door = createDoor()
    await submitted(door, { action, path: '/tmp/' })
    expect(door.operations.requests[0]).toMatchObject({ action: meant, paths: ['/tmp/'] })
  })

  test.each([
    ['header', '/api/v1/gfs', { 'x-gfs-api-version': '2' }],
    ['query', '/api/v1/gfs?format=results', {}],
  ])('answers results when the %s asks for them', async (_, path, headers) => {
    const response = await createDoor().send('POST', path, LOAD, headers as Record<string, string>)
    expect(await response.json()).toEqual({ results: [{ task_id: expect.stringMatching(UUID), path: PATH }], total: 1 })
  })

  test.each([
    ['no JSON', '{"action":'],
    ['an unknown action', { action: 'GooseFSReport', path: ['/a'] }],
    ['an action out of range', { action: 5, path: ['/a'] }],
    ['an inherited name', { action: 'constructor', path: ['/a'] }],
    ['no action', { path: ['/a'] }],
    ['no path', { action: 0 }],
    ['an empty path list', { action: 0, path: [] }],
    ['an empty path', { action: 0, path: '' }],
    ['an option as path', { action: 0, path: ['-rf'] }],
    ['a line break', { action: 0, path: ['/a\nb'] }],
    ['two paths to list', { action: 'GooseFSList', path: ['/a', '/b'] }],
    ['no body', undefined],
    ['a list as body', '[]'],
  ])('refuses %s with 400', async (_, body) => {
    const { status, error } = await mistake(await createDoor().send('POST', '/api/v1/gfs', body))
    expect(status).toBe(400)
    expect(error).not.toBe('')
  })

  test('names every mistake at once', async () => {
    const { error } = await mistake(
      await createDoor().send('POST', '/api/v1/gfs', { action: 'x', path: ['a', '/b?c'] }),
    )
    expect(error).toContain('action')
    expect(error).toContain('path[0]')
    expect(error).toContain('path[1]')
  })

  test.each([
    [{ task_name: 'x'.repeat(129) }, 'task_name must have 1 to 128 characters and no control characters, got "xxx'],
    [{ task_name: 5 }, 'task_name must have 1 to 128 characters and no control characters, got 5'],
    [{ task_name: 'a\nb' }, 'task_name must have 1 to 128 characters and no control characters, got "a\\nb"'],
    [{ timeout: -3 }, 'timeout must be a whole number of seconds from 0 to 86400, got -3'],
    [{ timeout: '-3' }, 'timeout must be a whole number of seconds from 0 to 86400, got "-3"'],
    [{ timeout: true }, 'timeout must be a whole number of seconds from 0 to 86400, got true'],
    [{ path: 'a' }, 'path must start with "/" or a lower-case scheme such as "cosn://", got "a"'],
    [{ path: ['/a', 'b'] }, 'path[1] must start with "/" or a lower-case scheme such as "cosn://", got "b"'],
    [{ path: ['/a', 7] }, 'path[1] must be a string, got 7'],
    [{ path: [] }, 'path must have at least one path, got none'],
    [{ path: Array(10_001).fill('/a') }, 'path must have at most 10000 paths, got 10001'],
    [{ action: 2, path: ['/a', '/b'] }, 'path must be exactly one path for GooseFSList, got 2'],
  ])('names field, expectation and value: %#', async (wrong, sentence) => {
    const { status, error } = await mistake(
      await createDoor().send('POST', '/api/v1/gfs', { action: 0, path: '/a', ...wrong }),
    )
    expect(status).toBe(400)
    expect(error.startsWith(sentence), error).toBe(true)
  })

  test('is parsed whatever the content type says', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await createDoor().send('POST', '/api/v1/gfs', LOAD, headers)).status).toBe(200)
  })

  test('says storage full when there is no room', async () => {
    const door = createDoor()
    door.operations.trouble = new AppError('STORAGE_FULL', 'the disk of the daemon is full')
    expect(await mistake(await door.send('POST', '/api/v1/gfs', LOAD))).toEqual({ status: 507, error: 'storage full' })
  })

  test('says beside its shape what has to be said', async () => {
    const door = createDoor()
    door.operations.notes = ['no agent of 集群 is connected']
    const note = (await door.send('POST', '/api/v1/gfs', LOAD)).headers.get('x-gander-note')
    expect(decodeURIComponent(note ?? '')).toBe('no agent of 集群 is connected')
  })
})

describe('GooseFSList', () => {
  const LIST = { action: 'GooseFSList', path: ['/'] }

  test('answers what the command printed', async () => {
    const door = createDoor()
    door.operations.reply.text = 'drwxr-xr-x  /data\n'
    const response = await door.send('POST', '/api/v1/gfs', LIST)
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(await response.text()).toBe('drwxr-xr-x  /data\n')
  })

  test('that fails is a 500 with what was printed', async () => {
    const door = createDoor()
    door.operations.reply = { text: 'Path "/x" does not exist.\n', status: 'failed', timedOut: false }
    const { status, error } = await mistake(await door.send('POST', '/api/v1/gfs', LIST))
    expect(status).toBe(500)
    expect(error).toContain('Path "/x" does not exist.')
  })

  test('that takes too long is a 500 that names the task', async () => {
    const door = createDoor()
    door.operations.reply.timedOut = true
    const { status, error } = await mistake(await door.send('POST', '/api/v1/gfs', { ...LIST, timeout: 2 }))
    expect(status).toBe(500)
    expect(error).toMatch(/2 s; task [0-9a-f-]{36} keeps running$/)
  })

  test('that waits says so, and why, also in the header', async () => {
    const door = createDoor()
    door.operations.reply = { text: '', status: 'queued', timedOut: true }
    door.operations.notes = ['no agent of cluster default is connected; the job waits']
    const response = await door.send('POST', '/api/v1/gfs', LIST)
    expect(response.headers.get('x-gander-note')).toBe(door.operations.notes[0])
    expect((await mistake(response)).error).toMatch(/stays in the queue \(no agent of cluster default is connected/)
  })

  test('is the same listing when it is repeated with its key', async () => {
    const door = createDoor()
    await door.send('POST', '/api/v1/gfs', LIST, { 'idempotency-key': 'k1' })
    expect(door.operations.keys).toEqual(['k1'])
  })

  test('may be asked by a viewer, a load may not', async () => {
    const door = createDoor({ mode: 'token' })
    const headers = { authorization: 'Token viewer-token' }
    expect((await door.send('POST', '/api/v1/gfs', LIST, headers)).status).toBe(200)
    expect((await door.send('POST', '/api/v1/gfs', LOAD, headers)).status).toBe(403)
  })
})

describe('GET /api/v1/status/:task_id', () => {
  const exits: [Exit | undefined, Task['status'], string][] = [
    [undefined, 'running', '<nil>'],
    [{ reason: 'exited', code: 0 }, 'running', '<nil>'],
    [undefined, 'queued', '<nil>'],
    [{ reason: 'exited', code: 0 }, 'succeeded', 'exit status 0'],
    [{ reason: 'exited', code: 0 }, 'failed', 'exit status 0'],
    [{ reason: 'exited', code: 255 }, 'failed', 'exit status 255'],
    [{ reason: 'signalled', signal: 'SIGKILL' }, 'failed', 'signal: killed'],
    [{ reason: 'signalled', signal: 'SIGSEGV' }, 'failed', 'signal: segmentation fault'],
    [{ reason: 'stopped', signal: 'SIGTERM' }, 'stopped', 'signal: terminated'],
    [undefined, 'stopped', 'signal: terminated'],
    [{ reason: 'timeout', signal: 'SIGTERM' }, 'failed', 'signal: killed'],
    [{ reason: 'spawn-failed' }, 'failed', 'exit status 127'],
    [{ reason: 'refused' }, 'failed', 'exit status 126'],
    [{ reason: 'lost' }, 'lost', 'restarted'],
  ]
  test.each(exits)('%j while %s reads %s', async (exit, status, word) => {
    const door = createDoor()
    const [id] = await submitted(door)
    door.operations.patch(id!, { status, ...(exit === undefined ? {} : { exit }) })
    const response = await door.send('GET', `/api/v1/status/${id}`)
    expect(await response.json()).toEqual({ id, status: word })
  })

  test.each(['683877b1-d293-4b89-b5c0-4f5742502dd5', 'nonsense', '%ZZ', '..%2f..'])('404 for %s', async id => {
    const door = createDoor()
    expect((await mistake(await door.send('GET', `/api/v1/status/${id}`))).status).toBe(404)
    expect((await mistake(await door.send('GET', `/api/v1/output/${id}`))).status).toBe(404)
  })
})

describe('GET /api/v1/status', () => {
  test('shows the tasks of a name, and one word for them', async () => {
    const door = createDoor()
    const [a, b] = await submitted(door, { ...LOAD, path: ['/a', '/b'] })
    door.operations.patch(
      a!,
      { status: 'succeeded', exit: { reason: 'exited', code: 0 } },
      { loaded: 3, alreadyCached: 1 },
    )
    const ask = async () => (await door.send('GET', '/api/v1/status?test_task_name=test_task_name')).json()
    expect(await ask()).toEqual({
      data: {
        [a!]: {
          task_name: 'test_task_name',
          path: '/a',
          exit_code: 'exit status 0',
          success_count: 3,
          total_file: 4,
          created_at: '2024-08-19T17:46:15.124+08:00',
        },
        [b!]: expect.objectContaining({ path: '/b', exit_code: '' }),
      },
      status: 'running',
      total_task: 2,
    })
    door.operations.patch(b!, { status: 'failed', exit: { reason: 'exited', code: 1 } })
    expect(await ask()).toMatchObject({ status: 'notallsuccess' })
    door.operations.patch(a!, { status: 'failed' })
    expect(await ask()).toMatchObject({ status: 'failed' })
    door.operations.patch(a!, { status: 'succeeded' })
    door.operations.patch(b!, { status: 'succeeded' })
    expect(await ask()).toMatchObject({ status: 'success' })
  })

  test('is running while a lost run will run again', async () => {
    const door = createDoor()
    const [id] = await submitted(door)
    door.operations.patch(id!, { status: 'queued', exit: { reason: 'lost' } }, {}, true)
    const body = await (await door.send('GET', `/api/v1/status?taskid=${id}`)).json()
    expect(body).toMatchObject({ status: 'running', data: { [id!]: { exit_code: 'restarted' } } })
  })

  test('filters by all that is given', async () => {
    const door = createDoor()
    const [load] = await submitted(door)
    const [free] = await submitted(door, { action: 'GooseFSFree', path: '/a', task_name: 'test_task_name' })
    door.operations.patch(free!, { status: 'succeeded' })
    const ids = async (query: string) =>
      Object.keys(((await (await door.send('GET', `/api/v1/status?${query}`)).json()) as { data: object }).data ?? {})
    expect(await ids('task_name=test_task_name')).toEqual([load, free])
    expect(await ids('task_name=test_task_name&action=4')).toEqual([free])
    expect(await ids('task_name=test_task_name&action=GooseFSDistributeLoad')).toEqual([load])
    expect(await ids('task_name=test_task_name&status=running')).toEqual([load])
    expect(await ids(`taskId=${free}`)).toEqual([free])
    expect(await ids('action=0')).toEqual([load])
    expect(await ids('status=success')).toEqual([free])
    expect(await ids(`task_id=${free}&action=0`)).toEqual([])
  })

  test('says when there are more than are looked at', async () => {
    const door = createDoor()
    await submitted(door)
    door.operations.cut = true
    expect((await door.send('GET', '/api/v1/status?action=0')).headers.get('x-gander-note')).toContain('more tasks')
  })

  test('a made-up name shows as none', async () => {
    const door = createDoor()
    const [id] = await submitted(door, { action: 0, path: '/a' })
    const body = await (await door.send('GET', `/api/v1/status?task_id=${id}`)).json()
    expect(body).toMatchObject({ data: { [id!]: { task_name: '' } } })
  })

  test.each(['status', 'output'])('/%s wants a filter, and finds or not', async view => {
    const door = createDoor()
    expect(await mistake(await door.send('GET', `/api/v1/${view}`))).toMatchObject({
      status: 400,
      error: 'task_id or task_name is required',
    })
    expect((await mistake(await door.send('GET', `/api/v1/${view}/?task_name=`))).status).toBe(400)
    expect((await mistake(await door.send('GET', `/api/v1/${view}?task_name=nobody`))).status).toBe(404)
    expect((await mistake(await door.send('GET', `/api/v1/${view}?task_name=a&status=maybe`))).status).toBe(400)
    expect((await mistake(await door.send('GET', `/api/v1/${view}?task_name=a&action=9`))).status).toBe(400)
  })
})

describe('a filter that cannot be used', () => {
  const refusal = async (query: string) => mistake(await createDoor().send('GET', `/api/v1/status?${query}`))

  test.each([
    ['action=7', 'action must be one of GooseFSDistributeLoad,', 'or a number from 0 to 4, got "7"'],
    ['task_name=a&status=done', 'status must be one of running, success, failed', ', got "done"'],
    ['task_name=A&task_name=B', 'task_name must be given once', ', got ["A","B"]'],
  ])('%s is told with field, expectation and value', async (query, start, end) => {
    const { status, error } = await refusal(query)
    expect(status).toBe(400)
    expect(error.startsWith(start), error).toBe(true)
    expect(error.endsWith(end), error).toBe(true)
  })

  test.each([
    ['task_id=683877b1-d293-4b89-b5c0-4f5742502dd5', 'task_id "683877b1-d293-4b89-b5c0-4f5742502dd5"'],
    ['taskId=nonsense&status=failed', 'taskId "nonsense", status "failed"'],
    ['test_task_name=n&action=0', 'test_task_name "n", action "0"'],
  ])('%s finds nothing, and is named as it was sent', async (query, words) => {
    expect(await refusal(query)).toEqual({ status: 404, error: `there is no task with ${words}` })
  })
})

describe('output', () => {
  const BYTES = Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff, 0x0d, 0x0a])

  test('of one task is passed through byte for byte', async () => {
    const door = createDoor()
    const [id] = await submitted(door)
    door.operations.print(id!, BYTES)
    const response = await door.send('GET', `/api/v1/output/${id}`)
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(Buffer.from(await response.arrayBuffer())).toEqual(BYTES)
  })

  test('in JSON has U+FFFD for what is no UTF-8', async () => {
    const door = createDoor()
    const [id] = await submitted(door)
    door.operations.print(id!, BYTES)
    const response = await door.send('GET', '/api/v1/output?task_name=test_task_name')
    expect(await response.json()).toEqual({ [id!]: '\ufeffa\ufffd\r\n' })
  })

  test('in JSON over 1 MiB is cut to its end and says so', async () => {
    const door = createDoor()
    const [id] = await submitted(door)
    const line = `${'路'.repeat(33)}\n`
    door.operations.print(id!, line.repeat(20_000))
    const response = await door.send('GET', `/api/v1/output?task_id=${id}`)
    const text = ((await response.json()) as Record<string, string>)[id!]!
    const [first, ...rest] = text.split('\n')
    expect(first).toMatch(/^\[cut: 2000000 bytes/)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_048_576)
    expect(Buffer.byteLength(text)).toBeGreaterThan(1_048_000)
    expect(new Set(rest.slice(0, -1))).toEqual(new Set([line.trimEnd()]))
    const whole = await door.send('GET', `/api/v1/output/${id}`)
    expect((await whole.arrayBuffer()).byteLength).toBe(2_000_000)
  })
})

describe('GET /api/v1/gfs/report', () => {
  test('is one JSON string', async () => {
    const response = await createDoor().send('GET', '/api/v1/gfs/report')
    expect(response.headers.get('content-type')).toContain('application/json')
    expect(await response.json()).toMatch(/^GooseFS cluster summary: \n {4}Master Address: /)
  })

  test('is an object with ?format=json', async () => {
    expect(await (await createDoor().send('GET', '/api/v1/gfs/report?format=json')).json()).toMatchObject({
      liveWorkers: 10,
    })
  })

  test('that fails is a 500', async () => {
    const door = createDoor()
    door.operations.reply.status = 'failed'
    door.operations.notes = ['no agent of cluster default is connected']
    const response = await door.send('GET', '/api/v1/gfs/report')
    expect(response.headers.get('x-gander-note')).toBe('no agent of cluster default is connected')
    expect((await mistake(response)).status).toBe(500)
  })
})

test('a report without any agent is a failed command, of a named unknown cluster 404', async () => {
  const door = createDoor({ defaultCluster: 'nowhere' })
  expect(await mistake(await door.send('GET', '/api/v1/gfs/report'))).toMatchObject({
    status: 500,
    error: 'no agent of cluster nowhere has connected yet',
  })
  expect((await mistake(await door.send('GET', '/api/v1/gfs/report?cluster=x'))).status).toBe(404)
})

test('/hc says ok', async () => {
  const response = await createDoor({ mode: 'token' }).send('GET', '/hc')
  expect(await response.text()).toBe('ok')
})
