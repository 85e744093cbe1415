// load and free in view 001: submitted, looked at, resumed, stopped, listed
import { describe, expect, test } from 'vitest'
import type { Ending } from '../../../shared/wire.ts'
import { ANN, ending, findings, measured } from '../../core/world.ts'
import { type AlluxioRoom, createAlluxioRoom } from './room.ts'

const LINES = { loaded: 3, alreadyCached: 2, failed: 1, attemptsFailed: 0, started: 5, submitFailed: 0 }
const FAILED: Partial<Ending> = {
  exit: { reason: 'exited', code: 1 },
  findings: findings({
    before: measured(3, 0),
    after: measured(3, 1),
    missing: [{ path: '/a/x', cause: 'gone' }],
    missingTotal: 2,
    missingByCause: { gone: 2 },
  }),
}
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/

const optionsOf = ({ room, tasksOf }: AlluxioRoom, jobId: string) =>
  tasksOf(jobId).map(id => {
    const { action, path, options } = room.state.tasks.get(id) ?? {}
    return { action, path, options }
  })

describe('submitting', () => {
  test.each([
    ['load', { paths: ['/a', '/b/'], alias: 'n' }, { action: 'load', options: {} }, ['/a', '/b/']],
    [
      'load',
      { paths: ['/a'], alias: 'n', options: { replicas: '3', batchSize: '200', skipIfExists: 'true' } },
      { action: 'load', options: { replication: 3, batchSize: 200 } },
      ['/a'],
    ],
    [
      'load',
      { paths: ['/a'], alias: 'n', options: { loadPolicy: 'IF_CHANGED', sync: true } },
      { action: 'forceload', options: {} },
      ['/a'],
    ],
    [
      'load',
      { paths: ['/a'], alias: 'n', options: null, index: null, more: 1 },
      { action: 'load', options: {} },
      ['/a'],
    ],
    [
      'load',
      { paths: ['cosn://root/x', 's3://bucket/dir/y/', '/z', 'gfs://m:9200/q'], alias: 'n' },
      { action: 'load', options: {} },
      ['/x', '/s3/y', '/z', '/q'],
    ],
    ['free', { paths: ['/a', 's3://bucket/dir'], alias: 'n' }, { action: 'free', options: {} }, ['/a', '/s3']],
  ] as const)('%s %j', async (noun, body, task, paths) => {
    const room = await createAlluxioRoom()
    const answer = await room.send('POST', noun, body)
    expect(answer).toMatchObject({ status: 200, body: { alias: 'n' } })
    expect(answer.body.id).toMatch(UUID)
    expect(answer.body).toEqual({ id: answer.body.id, jobId: answer.body.id, alias: 'n' })
    expect(optionsOf(room, answer.body.id)).toEqual(paths.map(path => ({ ...task, path })))
    // what was named is shown as it was named
    const told = await room.send('GET', `${noun}?alias=n`)
    expect(told.body).toMatchObject({ id: answer.body.id, alias: 'n', paths: body.paths })
  })

  test.each(['load', 'free'] as const)('%s by an index is named by it, and each line is a task', async noun => {
    const room = await createAlluxioRoom()
    room.cluster.lines.set('/lists/today', ['/a', '', '  /b ', 's3://bucket/dir/c'])
    const { status, body } = await room.send('POST', noun, { index: 'cosn://root/lists/today' })
    expect({ status, body }).toEqual({
      status: 200,
      body: { id: body.id, jobId: body.id, index: 'cosn://root/lists/today' },
    })
    expect(optionsOf(room, body.id).map(({ path }) => path)).toEqual(['/a', '/b', '/s3/c'])
    const told = await room.send('GET', `${noun}?index=${encodeURIComponent('cosn://root/lists/today')}`)
    expect(told.body).toMatchObject({ id: body.id, index: 'cosn://root/lists/today', state: 'WAITING' })
    for (const key of ['paths', 'alias']) expect(told.body).not.toHaveProperty(key)
  })

  test('a filter keeps the files whose whole path fits, as the cluster or as the ask calls them', async () => {
    const room = await createAlluxioRoom()
    room.cluster.files.set('/s3', ['/s3/x.parquet', '/s3/x.parquet.tmp', '/s3/y.orc', '/s3/z.parquet'])
    for (const [filter, picked] of [
      ['.*\\.parquet', ['/s3/x.parquet', '/s3/z.parquet']],
      ['s3://bucket/dir/y.*', ['/s3/y.orc']],
      ['(?i)/S3/Y\\.ORC', ['/s3/y.orc']],
    ] as const) {
      const alias = `n ${filter}`
      const { body } = await room.send('POST', 'load', {
        paths: ['s3://bucket/dir'],
        alias,
        options: { fileFilterRegex: filter },
      })
      expect(
        optionsOf(room, body.id).map(({ path }) => path),
        filter,
      ).toEqual(picked)
      await room.finish(body.id)
    }
    const told = await room.send('GET', `load?alias=${encodeURIComponent('n .*\\.parquet')}`)
    expect(told.body.paths).toEqual(['s3://bucket/dir'])
  })

  test('plain paths are taken in when no agent is there, and say that they wait', async () => {
    const { send } = await createAlluxioRoom({ alone: true })
    const { status, headers } = await send('POST', 'load/', { paths: ['/a'], alias: 'n' })
    expect(status).toBe(200)
    expect(headers.get('x-gander-note')).toMatch(/no agent of cluster default is connected/)
    expect(await send('POST', 'load', { paths: ['cosn://root/x'], alias: 'm' })).toMatchObject({ status: 500 })
  })

  test.each([
    ['3.8', 200],
    ['3.10', 200],
    ['4.0', 200],
    ['3.7', 400],
    ['3.6', 400],
  ])('edition %s answers paths without an alias with %i', async (edition, status) => {
    const { send } = await createAlluxioRoom({ edition })
    const answer = await send('POST', 'load', { paths: ['/a'] })
    expect(answer.status).toBe(status)
    if (status === 200) expect(answer.body.alias).toMatch(/^gfs-[0-9a-f]{8}$/)
    expect((await send('POST', 'load', { alias: 'a' })).status).toBe(400)
  })

  test('a repeated Idempotency-Key is the same job and no conflict', async () => {
    const { send } = await createAlluxioRoom()
    const key = { 'idempotency-key': 'k' }
    const first = await send('POST', 'load', { paths: ['/a'], alias: 'n' }, key)
    const second = await send('POST', 'load', { paths: ['/a'], alias: 'n' }, key)
    expect(second).toMatchObject({ status: 200, body: first.body })
  })
})

describe('submitting what is there', () => {
  test.each(['load', 'free'] as const)('%s: open is left alone, whatever of it is the same', async noun => {
    const room = await createAlluxioRoom()
    const id = await room.submit(noun, { paths: ['/a', '/b'], alias: 'n' })
    for (const body of [
      { paths: ['/a', '/b'], alias: 'n' },
      { paths: ['/b/', '/a'], alias: 'other' },
      { paths: ['/elsewhere'], alias: 'n' },
    ]) {
      const answer = await room.send('POST', noun, body)
      expect(answer).toEqual({
        status: 409,
        headers: expect.anything(),
        body: { id, jobId: id, alias: 'n', status: expect.stringContaining(id) },
      })
    }
    expect(room.tasksOf(id)).toHaveLength(2)
    expect([...room.room.state.jobs.rows()]).toHaveLength(1)
  })

  test('failed and stopped jobs are taken up again in the same job; succeeded ones are not met', async () => {
    const room = await createAlluxioRoom()
    const ask = { paths: ['/a', '/b'], alias: 'n' }
    const id = await room.submit('load', ask)
    const [one = '', two = ''] = room.tasksOf(id)
    await room.room.end(await room.room.start(one))
    await room.room.end(await room.room.start(two), FAILED)
    expect((await room.send('GET', 'load?alias=n')).body.state).toBe('FAILED')
    expect(await room.send('POST', 'load', ask)).toMatchObject({ status: 409, body: { id } })
    // only what had not finished runs again
    expect(room.tasksOf(id).map(task => room.room.state.tasks.get(task)?.status)).toEqual(['succeeded', 'queued'])
    expect((await room.send('DELETE', 'load', { alias: 'n' })).body).toEqual({ id, state: 'STOPPED' })
    const allocation = await room.room.start(two).catch(() => '')
    await room.room.end(allocation || room.room.allocationOf(two), { exit: { reason: 'stopped' } })
    expect((await room.send('GET', `load?id=${id}`)).body.state).toBe('STOPPED')
    expect(await room.send('POST', 'load', ask)).toMatchObject({ status: 409, body: { id } })
    await room.room.end(await room.room.start(two))
    expect((await room.send('GET', 'load?alias=n')).body.state).toBe('SUCCEEDED')
    const again = await room.send('POST', 'load', ask)
    expect(again.status).toBe(200)
    expect(again.body.id).not.toBe(id)
    expect((await room.send('GET', 'load?alias=n')).body.id).toBe(again.body.id)
  })

  test('a load and a free of the same paths and name do not meet', async () => {
    const room = await createAlluxioRoom()
    const load = await room.submit('load', { paths: ['/a'], alias: 'n' })
    const free = await room.submit('free', { paths: ['/a'], alias: 'other' })
    expect(free).not.toBe(load)
    expect((await room.send('GET', 'free?alias=n')).status).toBe(404)
    expect((await room.send('GET', `free?id=${load}`)).status).toBe(404)
    expect((await room.send('DELETE', 'free', { id: load })).status).toBe(410)
  })
})

describe('progress', () => {
  test('of a load that succeeded, whole', async () => {
    const room = await createAlluxioRoom()
    const id = await room.submit('load', { paths: ['cosn://root/a'], alias: 'n', options: { skipIfExists: true } })
    room.room.move(1_500)
    const [task = ''] = room.tasksOf(id)
    const allocation = await room.room.start(task)
    room.room.move(10_949)
    await room.room.end(allocation, {
      lines: LINES,
      findings: findings({ before: measured(5, 2), after: measured(5, 5) }),
    })
    expect((await room.send('GET', 'load?alias=n')).body).toEqual({
      ...{ id, alias: 'n', startTime: '2024-05-01T16:00:01.500+08:00', state: 'SUCCEEDED', paths: ['cosn://root/a'] },
      ...{ skipIfExists: true, loadMetadataOnly: false, verify: false, bandwidth: 0 },
      ...{ timeElapsedMilliseconds: 10_949, loadedBytes: 30, skippedBytes: 20, totalBytes: 50 },
      ...{ loadedNonEmptyFiles: 3, failedFiles: 1, scannedFiles: 6, quota: { totalBytes: 0, remaining: 0 } },
    })
  })

  test('of one that waits, runs, and failed: bytes that nobody measured are not told', async () => {
    const room = await createAlluxioRoom()
    const id = await room.submit('load', { paths: ['/a'], alias: 'n' })
    const look = async () => (await room.send('GET', `load/?id=${id.toUpperCase()}`)).body
    expect(await look()).toMatchObject({ state: 'WAITING', startTime: '2024-05-01T16:00:00.000+08:00' })
    const allocation = await room.room.start(room.tasksOf(id)[0] ?? '')
    const running = await look()
    expect(running).toMatchObject({ state: 'RUNNING', loadedNonEmptyFiles: 0, skipIfExists: false })
    for (const key of [
      'loadedBytes',
      'skippedBytes',
      'totalBytes',
      'errorMessage',
      'runningState',
      'index',
      'failedFileListPath',
    ])
      expect(running).not.toHaveProperty(key)
    await room.room.end(allocation, FAILED)
    expect(await look()).toMatchObject({
      state: 'FAILED',
      errorMessage: { '/a': expect.stringMatching(/\w+/) },
      totalBytes: 30,
    })
  })

  test('of a load whose batch size the CLI could not be told', async () => {
    const room = await createAlluxioRoom()
    const id = await room.submit('load', { paths: ['/a'], alias: 'n', options: { batchSize: 5 } })
    await room.finish(id, { notes: ['this CLI knows no batches'] })
    expect((await room.send('GET', 'load?alias=n')).body).toMatchObject({
      state: 'SUCCEEDED',
      errorMessage: { '/a': 'this CLI knows no batches' },
    })
  })

  test('of a free, in its own fields', async () => {
    const room = await createAlluxioRoom()
    const id = await room.submit('free', { paths: ['/a', '/b'], alias: 'old-model' })
    const [one = '', two = ''] = room.tasksOf(id)
    const { findings: _, ...plain } = ending()
    await room.room.end(await room.room.start(one), plain)
    await room.room.end(await room.room.start(two), {
      ...plain,
      exit: { reason: 'exited', code: 255, message: 'no such path' },
    })
    expect((await room.send('GET', 'free?alias=old-model')).body).toEqual({
      ...{ id, alias: 'old-model', startTime: expect.any(String), state: 'FAILED', paths: ['/a', '/b'] },
      ...{ errorMessage: { '/b': 'no such path' }, timeElapsedMilliseconds: 0 },
      ...{ freedFiles: 1, failedFiles: 1, totalFiles: 2 },
    })
  })

  test('jobs of other views are shown by their tasks, and only of their kind', async () => {
    const room = await createAlluxioRoom()
    const { job } = await room.operations.submitJob(ANN, {
      action: 'load',
      paths: ['/a', '/b'],
      options: {},
      name: 'theirs',
    })
    await room.operations.submitJob(ANN, { action: 'metadata', paths: ['/a'], options: {}, name: 'theirs' })
    await room.operations.submitJob(ANN, { action: 'list', paths: ['/a'], options: {} })
    expect((await room.send('GET', 'load?alias=theirs')).body).toMatchObject({ id: job.id, paths: ['/a', '/b'] })
    const { body } = await room.send('GET', 'load')
    expect(body.results.map(({ id }: { id: string }) => id)).toEqual([job.id])
    expect((await room.send('GET', 'free')).body).toEqual({ results: [] })
  })
})

describe('stopping', () => {
  test.each([
    ['alias', () => ({ alias: 'n' })],
    ['id', (id: string) => ({ id })],
    ['paths as named', () => ({ paths: ['cosn://root/b/', '/a'] })],
    ['paths of the name space', () => ({ paths: ['/b', '/a'] })],
    ['paths beside their alias', () => ({ alias: 'n', paths: ['/whatever'] })],
  ])('by %s, and never twice', async (_, toKey) => {
    const room = await createAlluxioRoom()
    const id = await room.submit('load', { paths: ['/a', 'cosn://root/b'], alias: 'n' })
    const answer = await room.send('DELETE', 'load', toKey(id), { 'content-type': 'application/x-www-form-urlencoded' })
    expect(answer).toMatchObject({ status: 200, body: { id, state: 'STOPPED' } })
    for (const task of room.tasksOf(id))
      await room.room.end(room.room.allocationOf(task), { exit: { reason: 'stopped' }, started: false })
    expect((await room.send('GET', 'load?alias=n')).body.state).toBe('STOPPED')
    expect((await room.send('DELETE', 'load', toKey(id))).status).toBe(410)
  })

  test('by index; not while another path of the set is missing', async () => {
    const room = await createAlluxioRoom()
    room.cluster.lines.set('/list', ['/a', '/b'])
    const id = await room.submit('load', { index: '/list' })
    expect((await room.send('DELETE', 'load', { paths: ['/a'] })).status).toBe(410)
    expect((await room.send('DELETE', 'load', { index: '/list' })).body).toEqual({ id, state: 'STOPPED' })
  })
})

describe('the list', () => {
  test('is in the order of ids, behind a key, as many as wanted', async () => {
    const room = await createAlluxioRoom()
    const ids: string[] = []
    for (let n = 0; n < 5; n += 1) ids.push(await room.submit('load', { paths: [`/p${n}`], alias: `n${n}` }))
    const list = async (query: string): Promise<string[]> =>
      (await room.send('GET', `load${query}`)).body.results.map(({ id }: { id: string }) => id)
    expect(await list('')).toEqual(ids)
    expect(await list('/')).toEqual(ids)
    expect(await list('?count=2')).toEqual(ids.slice(0, 2))
    expect(await list(`?count=2&lastKey=${ids[1]}`)).toEqual(ids.slice(2, 4))
    expect(await list(`?lastKey=${ids[3]?.toUpperCase()}`)).toEqual(ids.slice(4))
    expect(await list(`?lastKey=${ids[4]}`)).toEqual([])
    // a key that nobody has is compared all the same
    expect(await list('?lastKey=00000000-0000-7000-8000-000000000000')).toEqual(ids)
    expect(await list('?lastKey=zzz')).toEqual([])
    expect(await list('?cluster=default')).toEqual(ids)
    const { body, headers } = await room.send('GET', 'load')
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(body.results[0]).toMatchObject({ alias: 'n0', paths: ['/p0'], state: 'WAITING' })
  })

  test('of more jobs than a page has none twice and none missing', async () => {
    const room = await createAlluxioRoom()
    for (let n = 0; n < 401; n += 1)
      await room.operations.submitJob(ANN, { action: n % 2 === 0 ? 'load' : 'free', paths: [`/p${n}`], options: {} })
    for (const [query, count] of [
      ['load', 201],
      ['free', 200],
      ['load?count=200', 200],
      ['load?count=201', 201],
    ] as const) {
      const ids = (await room.send('GET', query)).body.results.map(({ id }: { id: string }) => id)
      expect(ids).toHaveLength(count)
      expect(ids).toEqual([...new Set(ids)].sort())
    }
  })
})
