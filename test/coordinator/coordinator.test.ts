// a coordinator's agent: what it hands in, what it makes of what it sees, and how it stops and comes back
import { afterEach, describe, expect, it } from 'vitest'
import { toAgentId } from '../../bot/coordinator/description.ts'
import { Id } from '../../shared/ids.ts'
import { until } from '../agent/until.ts'
import { ROOT } from '../core/world.ts'
import { createForwardingDoor } from './forwarding-door.ts'
import { openCoordinatorRoom as open } from './room.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
})

/** Work that runs. */
async function running(action: 'load' | 'free') {
  const room = await open()
  const { job } = await room.ask(action, '/a')
  const there = await room.given('/a')
  await until('its start', async () => (await room.task(job)).status === 'running')
  return { room, job, there }
}

/** Work that runs, and of which the coordinator knows nothing any more. */
async function forgotten(action: 'load' | 'free') {
  const { room, job } = await running(action)
  room.fake.jobs.splice(0)
  return { room, job }
}

const DONE = { loadedBytes: 30, totalBytes: 30, loadedNonEmptyFiles: 3, failedFiles: 0, scannedFiles: 3 }

describe('an order', () => {
  it('is handed in under the name of its task, followed, and ends as the coordinator says', async () => {
    const room = await open()
    const { job, task } = await room.ask('load', '/a', { replication: 2 })
    const there = await room.given('/a')
    expect(JSON.parse(room.fake.asked('POST')[0]?.body.toString() ?? '')).toEqual({
      ...{ paths: ['/a'], alias: `gander-${task}`, options: { replicas: 2 } },
    })
    there.more = { ...DONE, loadedBytes: 10, loadedNonEmptyFiles: 1 }
    const half = await until('progress', async () => (await room.task(job)).progress)
    expect(half).toMatchObject({ filesDone: 1, filesTotal: 3, bytesDone: 10, bytesTotal: 30, percent: 33 })
    there.more = DONE
    there.state = 'SUCCEEDED'
    const ended = await room.ended(job)
    expect(ended).toMatchObject({
      ...{ status: 'succeeded', attempts: 1, exit: { reason: 'exited', code: 0 }, agent: 'coordinator' },
      ...{ files: { loaded: 3, alreadyCached: 0, failed: 0, total: 3 }, verdict: { ok: null, kind: 'unverified' } },
    })
    expect(ended.notes.join()).toContain("the coordinator's own counters: 3 of 3 files, 30 of 30 bytes, 0 failed")
    expect(ended.steps.map(step => [step.name, step.endedAt !== undefined])).toEqual([['load', true]])
    const lines = (await room.output(task)).trimEnd().split('\n')
    expect(lines.map(line => JSON.parse(line).loadedBytes)).toEqual(expect.arrayContaining([10, 30]))
    expect(new Set(lines.map(line => line.replace(/"timeElapsedMilliseconds":\d+/, ''))).size).toBe(lines.length)
  })

  it.each([
    ['forceload', {}, '/api/v1/load', { loadPolicy: 'IF_CHANGED' }],
    ['load', { refresh: true }, '/api/v1/load', { loadPolicy: 'IF_CHANGED' }],
    ['free', {}, '/api/v1/free', undefined],
  ] as const)('%s %o goes to %s', async (action, options, path, words) => {
    const room = await open()
    const { job, task } = await room.ask(action, 's3://b/x y', options)
    const there = await room.given('s3://b/x y')
    const [posted] = room.fake.asked('POST')
    expect(posted?.url).toBe(path)
    expect(JSON.parse(posted?.body.toString() ?? '')).toEqual({
      ...{ paths: ['s3://b/x y'], alias: `gander-${task}` },
      ...(words && { options: words }),
    })
    there.state = 'SUCCEEDED'
    expect((await room.ended(job)).status).toBe('succeeded')
  })

  it.each([
    ['metadata', '/a', {}, 'a coordinator has no call that only loads metadata'],
    ['list', '/a', {}, 'listing needs an agent with a CLI'],
    ['report', '', {}, 'a report needs an agent with a CLI'],
    ['load', '/a', { dryRun: true }, 'a dry run needs an agent with a CLI'],
  ] as const)('%s of %s with %o fails with one sentence', async (action, path, options, sentence) => {
    const room = await open()
    const { job } = await room.ask(action, path, options)
    const ended = await room.ended(job)
    expect(ended).toMatchObject({ status: 'failed', exit: { reason: 'refused' } })
    expect(ended.exit?.message).toContain(sentence)
    expect(room.fake.heard).toEqual([])
  })

  it('that failed there is failed, with its words; so is one of which files failed', async () => {
    const room = await open()
    const one = await room.ask('load', '/a')
    const two = await room.ask('load', '/b')
    Object.assign(await room.given('/a'), { state: 'FAILED', more: { ...DONE, errorMessage: 'no such mount' } })
    Object.assign(await room.given('/b'), { state: 'SUCCEEDED', more: { ...DONE, failedFiles: 1 } })
    expect(await room.ended(one.job)).toMatchObject({
      ...{ status: 'failed', attempts: 1, exit: { reason: 'exited', code: 1, message: 'no such mount' } },
    })
    expect(await room.ended(two.job)).toMatchObject({ status: 'failed', files: { failed: 1 }, exit: { code: 0 } })
  })

  it('that is refused there has failed, and nothing ran', async () => {
    const room = await open()
    room.fake.script = ({ method }, response) => {
      if (method !== 'POST') return false
      response.writeHead(400).end('{"status":"path outside every mount"}')
      return true
    }
    const { job, task } = await room.ask('free', '/a')
    expect(await room.ended(job)).toMatchObject({
      ...{ status: 'failed', exit: { message: 'the coordinator refused it with 400: path outside every mount' } },
    })
    expect(await room.output(task)).toBe('{"status":"path outside every mount"}\n')
  })

  it.each(['3.6', '3.7'] as const)('that edition %s has already is followed there', async edition => {
    const room = await open({ edition })
    const id = crypto.randomUUID()
    room.fake.jobs.push({
      ...{ id, kind: 'load', alias: 'theirs', index: '', paths: ['/a'], state: 'RUNNING' },
      ...{ options: {}, more: {}, resumed: 0 },
    })
    const { job } = await room.ask('load', '/a')
    await until('its start', async () => (await room.task(job)).status === 'running')
    Object.assign(await room.given('/a'), { state: 'SUCCEEDED', more: DONE })
    expect((await room.ended(job)).notes).toContain(`the coordinator had this already: ${id}`)
    expect(room.fake.jobs).toHaveLength(1)
  })

  it('that is asked for again is taken up again there', async () => {
    const room = await open()
    const { job } = await room.ask('load', '/a')
    const there = await room.given('/a')
    there.state = 'FAILED'
    await room.ended(job)
    await room.operations.retryJob(ROOT, job, 'failed')
    await until('another try', () => there.resumed === 1)
    there.state = 'SUCCEEDED'
    expect(await room.ended(job)).toMatchObject({ status: 'succeeded', attempts: 2 })
  })
})

it('believes of several jobs under one name the one that it was told of', async () => {
  const room = await open()
  const { job } = await room.ask('load', '/a')
  ;(await room.given('/a')).state = 'SUCCEEDED'
  await room.ended(job)
  const theirs = { id: crypto.randomUUID(), kind: 'load', alias: 'theirs', index: '', paths: ['/a'] } as const
  room.fake.jobs.push({ ...theirs, paths: ['/a'], state: 'RUNNING', options: {}, more: {}, resumed: 0 })
  await room.operations.retryJob(ROOT, job, 'all')
  await until('a look at it', () => room.fake.asked('GET').some(({ url }) => url.includes(`id=${theirs.id}`)))
  expect((await room.task(job)).status).toBe('running')
  Object.assign(await room.given('/a'), { state: 'FAILED' })
  expect((await room.ended(job)).status).toBe('failed')
})

describe('a stop', () => {
  it('reaches the coordinator, and the task ends when it has ended there', async () => {
    const room = await open()
    const { job, task } = await room.ask('load', '/a')
    await room.given('/a')
    await until('its start', async () => (await room.task(job)).status === 'running')
    await room.operations.stopJob(ROOT, job)
    expect(await room.ended(job)).toMatchObject({ status: 'stopped', cancel: { cancelled: 1, remaining: 0 } })
    expect(room.fake.asked('DELETE').map(({ body }) => JSON.parse(body.toString()))).toEqual([
      { alias: `gander-${task}` },
    ])
    expect(room.fake.job('/a')?.state).toBe('STOPPED')
  })

  it('at the coordinator stops the task', async () => {
    const room = await open()
    const { job } = await room.ask('load', '/a')
    const there = await room.given('/a')
    there.state = 'STOPPED'
    expect(await room.ended(job)).toMatchObject({
      ...{ status: 'stopped', attempts: 1, exit: { reason: 'stopped', message: 'it was stopped at the coordinator' } },
    })
  })

  it('of what was never handed in ends it', async () => {
    const room = await open()
    await room.fake.stop()
    const { job } = await room.ask('load', '/a')
    await until('its place', async () => (await room.task(job)).attempts === 1)
    await room.operations.stopJob(ROOT, job)
    expect(await room.ended(job)).toMatchObject({ status: 'stopped' })
    expect(room.fake.heard).toEqual([])
    await room.fake.start()
  })

  it('that comes while the coordinator is away is said when it is back', async () => {
    const { room, job } = await running('load')
    await room.fake.stop()
    await room.operations.stopJob(ROOT, job)
    await room.fake.start()
    expect((await room.ended(job)).status).toBe('stopped')
    expect(room.fake.asked('DELETE')).toHaveLength(1)
  })
})

describe('a coordinator that is away', () => {
  it('is handed the order when it is there, once', async () => {
    const room = await open()
    await room.fake.stop()
    const { job } = await room.ask('free', '/a')
    const problem = () => room.operations.listAgents(ROOT).then(({ items }) => items[0]?.capabilities.problem)
    expect(await until('the problem', problem)).toBe('the coordinator cannot be reached: ECONNREFUSED')
    await room.fake.start()
    const there = await room.given('/a')
    there.state = 'SUCCEEDED'
    expect(await room.ended(job)).toMatchObject({ status: 'succeeded', attempts: 1 })
    expect(room.fake.asked('POST')).toHaveLength(1)
    expect(await problem()).toBeUndefined()
  })

  it('in the middle is waited for', async () => {
    const { room, job, there } = await running('load')
    await room.fake.stop()
    await room.fake.start()
    there.state = 'SUCCEEDED'
    expect(await room.ended(job)).toMatchObject({ status: 'succeeded', attempts: 1 })
  })

  it('and forgot a load is handed it again', async () => {
    const { room, job } = await forgotten('load')
    const again = await room.given('/a')
    again.state = 'SUCCEEDED'
    expect(await room.ended(job)).toMatchObject({ status: 'succeeded', attempts: 2 })
  })

  it('and forgot a free leaves it lost', async () => {
    const { room, job } = await forgotten('free')
    expect(await room.ended(job)).toMatchObject({ status: 'lost', attempts: 1 })
    expect(room.fake.asked('POST')).toHaveLength(1)
  })

  it('for too long is given up: the load waits and is tried later', async () => {
    const room = await open({ limits: { giveUpMs: 30 } })
    await room.fake.stop()
    const { job } = await room.ask('load', '/a')
    const waiting = await until('its wait', async () => {
      const task = await room.task(job)
      return task.notes.length > 0 && task
    })
    expect(waiting).toMatchObject({ status: 'queued', attempts: 1 })
    expect(waiting.notes[0]).toContain('the coordinator cannot be reached: ECONNREFUSED')
    await room.fake.start()
  })

  it('that answers with errors of its own is believed after a while', async () => {
    const room = await open()
    room.fake.script = (_, response) => {
      response.writeHead(500).end('{"status":"etcd is away"}')
      return true
    }
    const { job } = await room.ask('load', '/a')
    expect((await room.ended(job)).exit?.message).toBe('the coordinator refused it with 500: etcd is away')
    expect(room.fake.asked('POST')).toHaveLength(4)
  })

  it('that heard of a free and broke off is asked whether it has it', async () => {
    const room = await open()
    let broken = false
    room.fake.script = ({ method }, response) => {
      if (method !== 'POST' || broken) return false
      broken = true
      room.fake.jobs.push({
        ...{ id: crypto.randomUUID(), kind: 'free', alias: `gander-${task}`, index: '', paths: ['/a'] },
        ...{ state: 'SUCCEEDED', options: {}, more: {}, resumed: 0 },
      })
      response.destroy()
      return true
    }
    let task = ''
    await room.fake.stop()
    const asked = await room.ask('free', '/a')
    task = asked.task
    await room.fake.start()
    expect(await room.ended(asked.job)).toMatchObject({ status: 'succeeded', attempts: 1 })
    expect(room.fake.asked('POST')).toHaveLength(1)
  })
})

describe('the daemon that starts again', () => {
  it('goes on with what runs at the coordinator, and hands nothing in twice', async () => {
    const { room, job, there } = await running('load')
    await room.restart()
    there.state = 'SUCCEEDED'
    expect(await room.ended(job)).toMatchObject({ status: 'succeeded', attempts: 1 })
    expect(room.fake.asked('POST')).toHaveLength(1)
  })

  it('stops what was to be stopped', async () => {
    const { room, job } = await running('load')
    await room.fake.stop()
    await room.operations.stopJob(ROOT, job)
    await room.restart()
    await room.fake.start()
    expect((await room.ended(job)).status).toBe('stopped')
    expect(room.fake.job('/a')?.state).toBe('STOPPED')
  })
})

describe('what was submitted through forwarding', () => {
  async function openBoth(edition: '3.6' | '3.7' = '3.6') {
    const room = await open({ edition })
    const door = await createForwardingDoor({ coordinators: { ai: room.fake.url }, operations: room.operations })
    undo.push(() => door.close())
    const send = (method: string, path: string, body?: unknown) =>
      door.send(method, `${path}?cluster=ai`, body === undefined ? {} : { body: JSON.stringify(body) })
    const jobs = async () => (await room.operations.listJobs(ROOT, {})).items
    return { room, send, jobs }
  }

  it.each(['3.6', '3.7'] as const)('is a job here at once and ends here (edition %s)', async edition => {
    const { room, send, jobs } = await openBoth(edition)
    const got = await send('POST', '/api/v1/load', { paths: ['/a', '/b'], alias: 'nightly' })
    const [job] = await jobs()
    expect(job).toMatchObject({ name: 'nightly', cluster: 'ai', action: 'load', counts: { total: 2 } })
    Object.assign(await room.given('/a'), { state: 'SUCCEEDED', more: DONE })
    await until('the end', async () => (await jobs())[0]?.status === 'succeeded')
    expect(room.fake.asked('POST')).toHaveLength(1)
    expect(JSON.parse(got.text).id).toBe(room.fake.jobs[0]?.id)
  })

  it('of many paths is looked at as the one job that it is', async () => {
    const { room, send, jobs } = await openBoth()
    const paths = Array.from({ length: 50 }, (_, at) => `/a/${at}`)
    await send('POST', '/api/v1/load', { paths, alias: 'many' })
    const [job] = await jobs()
    await until('its start', async () => (await jobs())[0]?.counts.running === 50)
    const before = room.fake.asked('GET').length
    Object.assign(await room.given('/a/0'), { state: 'SUCCEEDED', more: { ...DONE, failedFiles: 1 } })
    await until('the end', async () => (await jobs())[0]?.status === 'failed')
    expect(room.fake.asked('GET').length - before).toBeLessThan(25)
    const [first] = (await room.operations.listTasks(ROOT, job?.id ?? '', {})).items
    expect(first).toMatchObject({ exit: { code: 0 }, files: { loaded: 0, failed: 1 } })
  })

  it('is the same job while it is open, and another afterwards', async () => {
    const { room, send, jobs } = await openBoth()
    const body = { paths: ['/a'], alias: 'nightly' }
    await send('POST', '/api/v1/load', body)
    expect((await send('POST', '/api/v1/load', body)).status).toBe(409)
    expect(await jobs()).toHaveLength(1)
    Object.assign(await room.given('/a'), { state: 'SUCCEEDED' })
    await until('the end', async () => (await jobs())[0]?.status === 'succeeded')
    expect((await send('POST', '/api/v1/load', body)).status).toBe(200)
    expect(await jobs()).toHaveLength(2)
  })

  it('stops both ways', async () => {
    const { room, send, jobs } = await openBoth()
    await send('POST', '/api/v1/load', { paths: ['/a'], alias: 'one' })
    await send('POST', '/api/v1/free', { paths: ['/b'], alias: 'two' })
    const [two, one] = await jobs()
    await room.operations.stopJob(ROOT, one?.id ?? '')
    expect((await room.ended(one?.id ?? '')).status).toBe('stopped')
    expect(room.fake.job('/a')?.state).toBe('STOPPED')
    expect((await send('DELETE', '/api/v1/free', { alias: 'two' })).status).toBe(200)
    expect((await room.ended(two?.id ?? '')).status).toBe('stopped')
  })

  it('fails when the coordinator forgets it, and is a load of ours when it is asked for again', async () => {
    const { room, send, jobs } = await openBoth()
    await send('POST', '/api/v1/load', { paths: ['/a'], alias: 'one' })
    const [job] = await jobs()
    room.fake.jobs.splice(0)
    expect((await room.ended(job?.id ?? '')).exit?.message).toBe('the coordinator does not know this job any more')
    await room.operations.retryJob(ROOT, job?.id ?? '', 'failed')
    const there = await room.given('/a')
    expect(there.alias).toMatch(/^gander-/)
    there.state = 'SUCCEEDED'
    await until('the end', async () => (await jobs())[0]?.status === 'succeeded')
  })

  it('is not followed by a load of the same path, nor follows one', async () => {
    const { room, send, jobs } = await openBoth()
    await room.ask('load', '/a')
    await room.given('/a')
    await send('POST', '/api/v1/load', { paths: ['/a/b'], alias: 'one' })
    const [job] = await jobs()
    expect((await room.task(job?.id ?? '')).attachedTo).toBeUndefined()
  })
})

it('is the same agent after every start, and a valid id', () => {
  expect(Id.safeParse(toAgentId('ai')).success).toBe(true)
  expect(toAgentId('ai')).toBe(toAgentId('ai'))
  expect(toAgentId('ai')).not.toBe(toAgentId('b'))
})
