// view 001 as curl speaks to it, over the whole product: daemon, agent, simulated GooseFS
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../agent/until.ts'
import { createStack, type Stack } from '../../helpers/stack.ts'

const UFS = 'cosn://playground-1250000000'
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
let stack: Stack
let home = ''

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'gander-alluxio-'))
  const config = join(home, 'gander.yaml')
  writeFileSync(
    config,
    'clusters:\n  - { name: default, type: cli, features: { priority: pin } }\n  - { name: fixed, type: cli, features: { mount: static, ttl: off } }\ncompat: { alluxio: "3.8" }\n',
  )
  stack = await createStack({ daemonEnv: { GANDER_CONFIG: config } })
})
afterAll(async () => {
  await stack.close()
  rmSync(home, { recursive: true, force: true })
})

/** As `curl -X METHOD -d BODY`: a form by its type, whatever is in it. */
async function curl(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await stack.api(method, `/api/v1/${path}`, body, { ...(body === undefined ? {} : FORM), ...headers })
  expect(answer.headers['content-type']).toMatch(/^application\/json/)
  return { status: answer.status, body: answer.json }
}

const stateOf = (query: string, state: string, noun = 'load') =>
  until(`${query} to be ${state}`, async () => {
    const { body } = await curl('GET', `${noun}/?${query}`)
    return body.state === state && body
  })

describe('load', () => {
  test('is submitted by address, measured, shown as it was named, and seen by the other views', async () => {
    await stack.put('/e2e/load', 4, '1000')
    const given = `${UFS}/e2e/load/`
    const { status, body } = await curl('POST', 'load/', { paths: [given], alias: 'e2e', options: { replicas: '1' } })
    expect({ status, body }).toEqual({ status: 200, body: { id: body.id, jobId: body.id, alias: 'e2e' } })
    const done = await stateOf('alias=e2e', 'SUCCEEDED')
    expect(done).toMatchObject({
      ...{ id: body.id, paths: [given], loadedBytes: 4_000, skippedBytes: 0, totalBytes: 4_000 },
      ...{ loadedNonEmptyFiles: 4, failedFiles: 0, scannedFiles: 4, skipIfExists: false },
    })
    expect(done.startTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$/)
    expect(done.timeElapsedMilliseconds).toBeGreaterThan(0)
    expect((await stack.job(body.id)).name).toBe('e2e')
    expect((await stack.task(body.id)).path).toBe('/e2e/load')
    const theirs = await stack.submit({ action: 'load', paths: ['/e2e/load'], name: 'theirs' })
    const ids = (await curl('GET', `load?lastKey=${body.id}`)).body.results.map(({ id }: { id: string }) => id)
    expect(ids).toContain(theirs.id)
    expect(ids).not.toContain(body.id)
    await stack.ended(theirs.id)
  })

  test('is stopped in the middle and taken up again in the same job', async () => {
    await stack.put('/e2e/stop', 5)
    await stack.knob('jobworker=paused')
    const ask = { paths: ['/e2e/stop'], alias: 'again' }
    const { body } = await curl('POST', 'load', ask)
    await stateOf('alias=again', 'RUNNING')
    expect(await curl('POST', 'load', { ...ask, alias: 'other' })).toMatchObject({ status: 409, body: { id: body.id } })
    expect(await curl('DELETE', 'load/', { alias: 'again' })).toEqual({
      status: 200,
      body: { id: body.id, state: 'STOPPED' },
    })
    await stateOf('alias=again', 'STOPPED')
    expect(stack.processes('distributedLoad', '/e2e/stop')).toEqual([])
    expect((await curl('DELETE', 'load', { alias: 'again' })).status).toBe(410)
    await stack.knob('jobworker=')
    expect(await curl('POST', 'load', ask)).toMatchObject({ status: 409, body: { id: body.id, alias: 'again' } })
    expect(await stateOf('alias=again', 'SUCCEEDED')).toMatchObject({ id: body.id, totalBytes: 5 * 4_096 })
    expect((await stack.task(body.id)).attempts).toBe(2)
  })

  test('an index is read from the cache, a pattern picks files, and the failed ones are told', async () => {
    await stack.put('/e2e/one', 2)
    await stack.put('/e2e/two', 2)
    await stack.goosefs('playground', 'put', '/e2e/list', '--text', `/e2e/one\n\n${UFS}/e2e/two\n/e2e/nowhere\n`)
    const { status, body } = await curl('POST', 'load', { index: `${UFS}/e2e/list` })
    expect({ status, body }).toMatchObject({ status: 200, body: { index: `${UFS}/e2e/list` } })
    const query = `index=${encodeURIComponent(`${UFS}/e2e/list`)}`
    const failed = await stateOf(query, 'FAILED')
    expect(failed).toMatchObject({ index: `${UFS}/e2e/list`, loadedNonEmptyFiles: 4 })
    expect(Object.keys(failed.errorMessage)).toEqual(['/e2e/nowhere'])
    const picked = await curl('POST', 'load', {
      paths: ['/e2e'],
      options: { fileFilterRegex: '.*/(one|two)/part-00001' },
    })
    expect(picked.body.alias).toMatch(/^gfs-[0-9a-f]{8}$/)
    await stateOf(`id=${picked.body.id}`, 'SUCCEEDED')
    expect((await stack.tasks(picked.body.id)).map(({ path }) => path)).toEqual([
      '/e2e/one/part-00001',
      '/e2e/two/part-00001',
    ])
  })

  test('IF_CHANGED refreshes first', async () => {
    await stack.put('/e2e/changed', 1)
    const { body } = await curl('POST', 'load', { paths: ['/e2e/changed'], options: { loadPolicy: 'IF_CHANGED' } })
    expect((await stack.ended(body.id)).action).toBe('forceload')
  })
})

test('free takes out of the cache and tells no bytes', async () => {
  await stack.put('/e2e/free', 3)
  const load = await curl('POST', 'load', { paths: ['/e2e/free'], alias: 'to-free' })
  await stack.ended(load.body.id)
  const { status, body } = await curl('POST', 'free', { paths: [`${UFS}/e2e/free`], alias: 'to-free' })
  expect(status).toBe(200)
  expect(body.id).not.toBe(load.body.id)
  const done = await stateOf('alias=to-free', 'SUCCEEDED', 'free')
  expect(done).toEqual({
    ...{ id: body.id, alias: 'to-free', startTime: expect.any(String), state: 'SUCCEEDED', paths: [`${UFS}/e2e/free`] },
    ...{ timeElapsedMilliseconds: expect.any(Number), freedFiles: 1, failedFiles: 0, totalFiles: 1 },
  })
  expect((await curl('DELETE', 'free', { id: body.id })).status).toBe(410)
})

test('mounts are made, seen, refused twice and removed', async () => {
  const ask = { path: '/e2e-mount', ufs: 's3://bucket/dir', options: { 's3a.secretKey': 'hush-hush', region: 'x' } }
  expect(await curl('POST', 'mount/', ask)).toEqual({ status: 200, body: {} })
  const { body } = await curl('GET', 'mount?path=/e2e-mount')
  expect(body).toMatchObject({ path: '/e2e-mount', ufs: 's3://bucket/dir', options: { region: 'x' } })
  expect(JSON.stringify(body)).not.toContain('hush')
  expect((await curl('GET', 'mount')).body.results.map(({ path }: { path: string }) => path)).toContain('/')
  expect((await curl('POST', 'mount', ask)).status).toBe(409)
  expect((await curl('POST', 'mount', { ...ask, path: '/e2e-other' })).status).toBe(409)
  expect(await curl('DELETE', 'mount', { path: '/e2e-mount' })).toEqual({ status: 200, body: {} })
  expect((await curl('DELETE', 'mount/', { path: '/e2e-mount' })).status).toBe(410)
  expect((await curl('GET', 'mount?path=/e2e-mount')).status).toBe(404)
})

test('a TTL is set, changed, remembered by the daemon, and removed once', async () => {
  await stack.put('/e2e/ttl', 1)
  expect(await curl('POST', 'ttl', { path: `${UFS}/e2e/ttl`, time: '1h' })).toEqual({ status: 200, body: {} })
  expect(await stack.goosefs('fs', 'stat', '/e2e/ttl')).toMatch(/ttl=3600000, .*ttlAction=FREE/)
  expect(await curl('POST', 'ttl/', { path: '/e2e/ttl', ttl: '90m' })).toEqual({ status: 200, body: {} })
  expect((await curl('GET', 'ttl?path=/e2e/ttl')).body).toEqual({ path: '/e2e/ttl', time: '90m' })
  await stack.daemon.end('SIGKILL')
  stack.daemon.start()
  await stack.daemonReady()
  await stack.agentReady(0)
  expect((await curl('GET', 'ttl')).body).toEqual({ results: [{ path: '/e2e/ttl', time: '90m' }] })
  expect(await curl('DELETE', 'ttl', { path: '/e2e/ttl' })).toEqual({ status: 200, body: {} })
  expect((await curl('DELETE', 'ttl', { path: '/e2e/ttl' })).status).toBe(400)
  expect((await curl('GET', 'ttl')).body).toEqual({ results: [] })
})

test('priorities pin, workers are shown, and a cluster may offer less', async () => {
  await stack.put('/e2e/pin', 1)
  expect(await curl('POST', 'priority', { path: '/e2e/pin', priority: 'High' })).toEqual({ status: 200, body: {} })
  expect((await curl('GET', 'priority?path=/e2e/pin')).body).toEqual({ path: '/e2e/pin', priority: 'HIGH' })
  expect(await curl('DELETE', 'priority', { path: '/e2e/pin' })).toEqual({ status: 200, body: {} })
  const { body } = await curl('GET', 'nodes/')
  expect(body.results).toMatchObject([{ id: expect.stringMatching(/^worker-[0-9a-f-]{36}$/), status: 'ONLINE' }])
  expect((await curl('GET', `nodes?id=${body.results[0].id}`)).body).toEqual(body.results[0])
  expect((await curl('DELETE', `nodes?id=${body.results[0].id}`)).status).toBe(501)
  expect((await curl('GET', 'ttl?cluster=fixed')).status).toBe(501)
  expect((await curl('POST', 'mount', '', { 'x-gfs-cluster': 'fixed' })).status).toBe(501)
  expect((await curl('GET', 'mount?cluster=nobody')).status).toBe(404)
  expect((await curl('GET', 'mount?cluster=default', undefined, { 'x-gfs-cluster': 'fixed' })).status).toBe(400)
})
