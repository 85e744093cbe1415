// the tables of view 001 that a CLI cluster fulfils: mounts, TTL, priorities, workers, and the lists that are always empty
import { expect, test } from 'vitest'
import { createAlluxioRoom } from './room.ts'

test.each([
  ['GET rebalance', { results: [] }],
  ['GET rebalance/', { results: [] }],
  ['GET file_index', { results: [] }],
  ['GET ttl', { results: [] }],
  [
    'GET mount',
    {
      results: [
        { path: '/', ufs: 'cosn://root/' },
        { path: '/s3', ufs: 's3://bucket/dir', options: { 'fs.s3a.accessKeyId': '****' } },
      ],
    },
  ],
  ['GET mount?path=/s3/', { path: '/s3', ufs: 's3://bucket/dir', options: { 'fs.s3a.accessKeyId': '****' } }],
  ['GET mount?path=/', { path: '/', ufs: 'cosn://root/' }],
])('%s', async (ask, body) => {
  const { send } = await createAlluxioRoom()
  const [method = '', path = ''] = ask.split(' ')
  expect(await send(method, path)).toMatchObject({ status: 200, body })
})

test.each([
  [{ path: '/x', ufs: 's3://b/x' }, {}],
  [{ path: '/x', ufsUri: 's3://b/x', readonly: true }, { readonly: true }],
  [{ path: '/x', ufs_uri: 's3://b/x', shared: 'true' }, { shared: true }],
  [{ path: '/x', uri: 's3://b/x', options: { k: 'v', n: 1, t: true } }, { options: { k: 'v', n: '1', t: 'true' } }],
])('a mount of %j is made, seen and removed', async (body, wanted) => {
  const { send, cluster } = await createAlluxioRoom()
  expect(await send('POST', 'mount', body)).toMatchObject({ status: 200, body: {} })
  const asked = {
    verb: 'mount',
    manner: 'cli',
    path: '/x',
    ufs: 's3://b/x',
    readonly: false,
    shared: false,
    options: {},
  }
  expect(cluster.asked.at(-1)).toEqual({ ...asked, ...wanted })
  expect((await send('GET', 'mount?path=/x')).body).toEqual({ path: '/x', ufs: 's3://b/x' })
  expect((await send('POST', 'mount', body)).status).toBe(409)
  expect(await send('DELETE', 'mount/', { path: '/x' })).toMatchObject({ status: 200, body: {} })
  expect((await send('DELETE', 'mount', { path: '/x' })).status).toBe(410)
})

test("the CLI's own refusal decides when the listing did not", async () => {
  const { send, cluster } = await createAlluxioRoom()
  cluster.refuses.set('mount', { ok: false, why: 'taken', message: 'mounted meanwhile' })
  expect(await send('POST', 'mount', { path: '/x', ufs: 's3://b/x' })).toMatchObject({ status: 409 })
  cluster.refuses.set('unmount', { ok: false, why: 'absent', message: 'gone meanwhile' })
  expect(await send('DELETE', 'mount', { path: '/s3' })).toMatchObject({ status: 410 })
})

test('a static table is still shown', async () => {
  const { send } = await createAlluxioRoom({ features: { mount: 'static' } })
  expect((await send('GET', 'mount')).body.results).toHaveLength(2)
})

test.each([
  [{ time: '1h' }, 3_600_000, '1h'],
  [{ ttl: '90m' }, 5_400_000, '90m'],
  [{ time: '1.5d' }, 129_600_000, '36h'],
  [{ time: '250ms' }, 250, '250ms'],
  [{ time: 5000 }, 5_000, '5s'],
  [{ time: '86400000' }, 86_400_000, '1d'],
  [{ time: ' 10 S ' }, 10_000, '10s'],
])('a TTL of %j is set, remembered, changed and removed', async (time, ms, text) => {
  const { send, cluster } = await createAlluxioRoom()
  expect(await send('POST', 'ttl', { path: '/data', ...time })).toMatchObject({ status: 200, body: {} })
  expect(cluster.asked.at(-1)).toEqual({ verb: 'set-ttl', path: '/data', ms })
  expect((await send('GET', 'ttl?path=/data')).body).toEqual({ path: '/data', time: text })
  expect((await send('GET', 'ttl')).body).toEqual({ results: [{ path: '/data', time: text }] })
  await send('POST', 'ttl', { path: '/data', time: '2m' })
  expect((await send('GET', 'ttl')).body).toEqual({ results: [{ path: '/data', time: '2m' }] })
  expect(await send('DELETE', 'ttl', { path: '/data' })).toMatchObject({ status: 200, body: {} })
  expect((await send('GET', 'ttl')).body).toEqual({ results: [] })
  expect((await send('GET', 'ttl?path=/data')).status).toBe(404)
  expect((await send('DELETE', 'ttl', { path: '/data' })).status).toBe(400)
})

test('a TTL by the address of the under storage is one of the path', async () => {
  const { send } = await createAlluxioRoom()
  expect((await send('POST', 'ttl', { path: 's3://bucket/dir/a', time: '1h' })).status).toBe(200)
  expect((await send('GET', 'ttl')).body).toEqual({ results: [{ path: '/s3/a', time: '1h' }] })
  expect((await send('GET', 'ttl?path=s3://bucket/dir/a')).body).toEqual({ path: '/s3/a', time: '1h' })
})

test('priorities are pins where the operator says so', async () => {
  const { send, cluster } = await createAlluxioRoom({ features: { priority: 'pin' } })
  expect(await send('POST', 'priority', { path: '/data', priority: 'high' })).toMatchObject({ status: 200, body: {} })
  expect(cluster.asked.at(-1)).toEqual({ verb: 'pin', path: '/data' })
  expect((await send('GET', 'priority?path=/data')).body).toEqual({ path: '/data', priority: 'HIGH' })
  expect((await send('GET', 'priority')).body).toEqual({ results: [{ path: '/data', priority: 'HIGH' }] })
  expect((await send('POST', 'priority', { path: '/data', priority: 'MEDIUM' })).status).toBe(200)
  expect(cluster.asked.at(-1)).toEqual({ verb: 'unpin', path: '/data' })
  expect((await send('GET', 'priority')).body).toEqual({ results: [] })
  expect((await send('GET', 'priority?path=/data')).status).toBe(404)
  // what has none, or is not there, has no priority afterwards either
  expect((await send('DELETE', 'priority', { path: '/data' })).status).toBe(200)
  expect((await send('DELETE', 'priority', { path: '/nowhere' })).status).toBe(200)
})

test('workers are listed, found by an id that stays the same, and taken out', async () => {
  const { send, cluster } = await createAlluxioRoom()
  cluster.workers.push({ host: 'w1', live: false, heartbeatSeconds: 500 })
  const { body } = await send('GET', 'nodes')
  expect(body.results).toEqual([
    {
      id: expect.any(String),
      address: 'w1:29999',
      status: 'ONLINE',
      heartbeatSeconds: 0,
      capacityBytes: 10,
      usedBytes: 0,
    },
    { id: expect.any(String), address: 'w2', status: 'OFFLINE', heartbeatSeconds: 99 },
  ])
  // UUIDv5 of the cluster's name and the host: known from outside
  expect(body.results[0].id).toBe('worker-0ec95413-c2d8-5c56-9ba6-53c7cf71e72b')
  const [first, second] = body.results
  expect((await send('GET', `nodes?id=${first.id}`)).body).toEqual(first)
  expect(await send('DELETE', `nodes?id=${first.id}`)).toMatchObject({ status: 200, body: {} })
  expect(cluster.asked.at(-1)).toEqual({ verb: 'remove-worker', address: 'w1:30000' })
  expect((await send('DELETE', `nodes/?id=${second.id}`)).status).toBe(200)
  expect(cluster.asked.at(-1)).toEqual({ verb: 'remove-worker', address: 'w2' })
  cluster.refuses.set('remove-worker', { ok: false, why: 'unsupported', message: 'unknown command' })
  expect((await send('DELETE', `nodes?id=${first.id}`)).status).toBe(501)
})

test('what the cluster cannot answer is 500 with its words', async () => {
  const { send, cluster } = await createAlluxioRoom({ features: { priority: 'pin' } })
  const failed = { ok: false, why: 'failed', message: 'master is away' } as const
  for (const verb of ['mounts', 'workers', 'stat', 'set-ttl', 'pin', 'unpin'] as const)
    cluster.refuses.set(verb, failed)
  for (const [ask, body] of [
    ['GET mount', undefined],
    ['GET nodes', undefined],
    ['GET ttl?path=/data', undefined],
    ['POST ttl', { path: '/data', time: '1h' }],
    ['POST priority', { path: '/data', priority: 'HIGH' }],
    ['DELETE priority', { path: '/data' }],
    ['POST load', { paths: ['s3://bucket/dir/x'], alias: 'n' }],
  ] as const) {
    const [method = '', path = ''] = ask.split(' ')
    const answer = await send(method, path, body)
    expect(answer, ask).toMatchObject({ status: 500, body: { status: expect.stringContaining('master is away') } })
  }
})
