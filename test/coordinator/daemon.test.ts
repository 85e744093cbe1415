// the daemon as it is shipped, with a gander.yaml that names a coordinator
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { until } from '../agent/until.ts'
import { createFakeCoordinator } from '../helpers/fake-coordinator.ts'
import { createStack, type StackOptions } from '../helpers/stack.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
})

async function open(options: StackOptions = {}) {
  const fake = await createFakeCoordinator()
  undo.push(() => fake.stop())
  const dir = mkdtempSync(join(tmpdir(), 'gander-coordinator-'))
  undo.push(() => rmSync(dir, { recursive: true }))
  const file = join(dir, 'gander.yaml')
  writeFileSync(file, `clusters:\n  - { name: ai, type: alluxio3, coordinator: "${fake.url}" }\n`)
  const stack = await createStack({ agents: 0, ...options, daemonEnv: { GANDER_CONFIG: file } })
  undo.push(() => stack.close())
  const given = (path: string) => until(`${path} at the coordinator`, () => fake.job(path))
  return { fake, stack, given }
}

it('loads through the native view and through view 000, and lists its coordinator as an agent', async () => {
  const { fake, stack, given } = await open()
  const agents = (await stack.api('GET', '/api/v1/agents')).json.items
  expect(agents).toMatchObject([
    { name: 'coordinator', cluster: 'ai', status: 'ready', capabilities: { bin: `${fake.url}/` } },
  ])
  const job = await stack.submit({ action: 'load', paths: ['/a'] })
  const ids = (await stack.api('POST', '/api/v1/gfs', { action: 'GooseFSFree', path: '/b', task_name: 'old' })).json
  Object.assign(await given('/a'), { state: 'SUCCEEDED', more: { loadedNonEmptyFiles: 2, scannedFiles: 2 } })
  Object.assign(await given('/b'), { state: 'FAILED', more: { errorMessage: 'busy' } })
  expect(await stack.ended(job.id)).toMatchObject({ status: 'succeeded', verdict: { kind: 'unverified' } })
  expect((await stack.api('GET', `/api/v1/jobs/${job.id}/output`)).text).toContain('"loadedNonEmptyFiles":2')
  await until('the end of the free', async () => {
    const { json } = await stack.api('GET', `/api/v1/status/${ids[0]}`)
    return json.status === 'exit status 1'
  })
})

it('refuses an ask for what only the daemon adopts', async () => {
  const { stack } = await open()
  const got = await stack.api('POST', '/api/v1/jobs', { action: 'load', paths: ['/a'], options: { adopted: 'id=x' } })
  expect(got).toMatchObject({ status: 400 })
  expect(got.json.message).toContain('adopted')
})

it('goes on after it was killed in the middle', async () => {
  const { fake, stack, given } = await open()
  const job = await stack.submit({ action: 'load', paths: ['/a'] })
  const there = await given('/a')
  await until('its start', async () => (await stack.task(job.id)).status === 'running')
  await stack.daemon.end('SIGKILL')
  stack.daemon.start()
  await stack.daemonReady()
  there.state = 'SUCCEEDED'
  await stack.ended(job.id)
  expect(await stack.task(job.id)).toMatchObject({ status: 'succeeded', attempts: 1 })
  expect(fake.asked('POST')).toHaveLength(1)
})

it('ends what has ended there while it was killed, and stops what is left', async () => {
  const { fake, stack, given } = await open()
  const ended = await stack.submit({ action: 'load', paths: ['/a'] })
  const stopped = await stack.submit({ action: 'free', paths: ['/b'] })
  const there = await given('/a')
  await given('/b')
  for (const { id } of [ended, stopped])
    await until('its start', async () => (await stack.task(id)).status === 'running')
  await stack.daemon.end('SIGKILL')
  there.state = 'SUCCEEDED'
  stack.daemon.start()
  await stack.daemonReady()
  await stack.api('POST', `/api/v1/jobs/${stopped.id}/stop`)
  expect((await stack.ended(ended.id)).status).toBe('succeeded')
  expect((await stack.ended(stopped.id)).status).toBe('stopped')
  expect(fake.job('/b')?.state).toBe('STOPPED')
})

it('gives loads to the coordinator and lists to an agent with a CLI, where both are', async () => {
  const { stack, given, fake } = await open({ agents: 1, agentEnv: { GANDER_CLUSTER: 'ai' } })
  await stack.put('/data', 2)
  const list = await stack.submit({ action: 'list', paths: ['/data'] })
  expect((await stack.ended(list.id)).status).toBe('succeeded')
  expect((await stack.task(list.id)).agent).toBe('agent-0')
  const load = await stack.submit({ action: 'load', paths: ['/data'] })
  Object.assign(await given('/data'), { state: 'SUCCEEDED' })
  await stack.ended(load.id)
  expect((await stack.task(load.id)).agent).toBe('coordinator')
  expect(fake.asked('POST')).toHaveLength(1)
})

it('forwards view 001, takes what it submits in as a job, and goes on with it after a kill', async () => {
  const { fake, stack, given } = await open()
  const bytes = Buffer.from([0x7b, 0xff, 0x00, 0x0a])
  fake.script = ({ url }, response) => {
    if (!url.startsWith('/api/v1/nodes')) return false
    response.writeHead(203, { 'content-type': 'application/x-odd' }).end(bytes)
    return true
  }
  const odd = await stack.api('GET', '/api/v1/nodes/?id=%zz&cluster=ai')
  expect(odd).toMatchObject({ status: 203, bytes, headers: { 'content-type': 'application/x-odd' } })
  expect(fake.heard.at(-1)?.url).toBe('/api/v1/nodes/?id=%zz')
  const got = await stack.api('POST', '/api/v1/load', { paths: ['s3://b/a'], alias: 'nightly' })
  expect(got.json.id).toBe(fake.job('s3://b/a')?.id)
  const [job] = (await stack.api('GET', '/api/v1/jobs?name=nightly')).json.items
  expect(job).toMatchObject({ cluster: 'ai', action: 'load', counts: { total: 1 } })
  await until('its start', async () => (await stack.task(job.id)).status === 'running')
  await stack.daemon.end('SIGKILL')
  stack.daemon.start()
  await stack.daemonReady()
  Object.assign(await given('s3://b/a'), { state: 'SUCCEEDED', more: { loadedNonEmptyFiles: 4, scannedFiles: 4 } })
  await stack.ended(job.id)
  expect(await stack.task(job.id)).toMatchObject({ status: 'succeeded', attempts: 1, files: { loaded: 4 } })
  expect(fake.asked('POST')).toHaveLength(1)
  expect((await stack.api('GET', '/api/v1/load?alias=nightly')).json).toMatchObject({ state: 'SUCCEEDED' })
})

it('follows many loads at once, without a word of warning', async () => {
  const { fake, stack } = await open()
  const paths = Array.from({ length: 40 }, (_, at) => `/many/${at}`)
  const job = await stack.submit({ action: 'load', paths })
  await until('all of them', () => fake.jobs.length === 40)
  for (const there of fake.jobs) there.state = 'SUCCEEDED'
  expect((await stack.ended(job.id)).counts.succeeded).toBe(40)
  expect(stack.daemon.log()).not.toMatch(/MaxListeners|Warning/)
})
