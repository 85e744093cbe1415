// what callers get: waiting, following, reading output while it grows, pages, roles
import { describe, expect, it, vi } from 'vitest'
import type { LiveEvent } from '../../bot/engine/operations/port.ts'
import { MINUTE, SECOND } from '../../shared/time.ts'
import { ANN, BOB, findings, measured, ROOT, VIC } from '../core/world.ts'
import { createEngineRoom } from './room.ts'

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

async function runningLoad() {
  const room = createEngineRoom()
  await room.connect()
  const { job, tasks } = await room.submit(['/a'])
  const task = tasks[0]?.id ?? ''
  return { room, job, task, allocation: await room.start(task) }
}

describe('waiting for a job', () => {
  it('answers when it has ended', async () => {
    const { room, job, allocation } = await runningLoad()
    const waited = room.operations.waitForJob(ROOT, String(job.number), {
      waitMs: MINUTE,
      signal: new AbortController().signal,
    })
    await room.end(allocation)
    expect(await waited).toMatchObject({ status: 'succeeded', verdict: { kind: 'cached', ok: true } })
    expect(room.frames.listeners).toBe(0)
  })

  it('answers the present state when the time is over or the caller is gone', async () => {
    const { room, job } = await runningLoad()
    const abort = new AbortController()
    const waits = [new AbortController().signal, abort.signal].map(signal =>
      room.operations.waitForJob(ROOT, job.id, { waitMs: MINUTE, signal }),
    )
    abort.abort()
    expect(await waits[1]).toMatchObject({ status: 'running' })
    room.move(MINUTE)
    expect(await waits[0]).toMatchObject({ status: 'running' })
    expect(room.frames.listeners).toBe(0)
  })
})

describe('following', () => {
  it('begins with the present state, goes on with changes, and stops when aborted', async () => {
    const { room, job, allocation } = await runningLoad()
    const abort = new AbortController()
    const heard: LiveEvent[] = []
    const all = (async () => {
      for await (const event of room.operations.follow(ROOT, { ref: job.id }, abort.signal)) {
        heard.push(event)
        if (event.type !== 'agent' && event.type !== 'gap' && event.job.endedAt !== undefined) abort.abort()
      }
    })()
    await room.report({
      type: 'progress',
      allocation,
      progress: { at: '2024-05-01T08:00:00.000Z', source: 'lines', filesDone: 1, filesTotal: 3 },
    })
    await room.end(allocation)
    await all
    expect(heard.map(event => event.type)).toEqual(['status', 'progress', 'status'])
    expect(heard.at(-1)).toMatchObject({ job: { status: 'succeeded' }, tasks: [{ verdict: { kind: 'cached' } }] })
    expect(room.frames.listeners).toBe(0)
  })

  it('tells a listener that was too slow, and begins anew with the present state', async () => {
    const { room, allocation } = await runningLoad()
    const abort = new AbortController()
    const events = room.operations.follow(ROOT, {}, abort.signal)[Symbol.asyncIterator]()
    await events.next()
    for (let at = 0; at < 400; at += 1) {
      await room.report({
        type: 'progress',
        allocation,
        progress: { at: '2024-05-01T08:00:00.000Z', source: 'lines', filesDone: at },
      })
    }
    const types: string[] = []
    for (let round = 0; round < 8 && !types.includes('gap'); round += 1) types.push((await events.next()).value?.type)
    expect(types).toContain('gap')
    expect((await events.next()).value).toMatchObject({ type: 'status' })
    abort.abort()
    await events.return?.()
  })
})

describe('output', () => {
  it('is read while it grows, and ends only when its last byte is here', async () => {
    const { room, task, allocation } = await runningLoad()
    const [reader] = await room.operations.openOutput(ROOT, { taskId: task }, 'output')
    if (reader === undefined) throw new Error('no reader')
    const { signal } = new AbortController()
    const stream = { allocation, kind: 'output' } as const
    const more = reader.more(0, signal)
    await room.output.append(stream, 0, Buffer.from('one '))
    room.desk.grown(stream)
    expect(await more).toBe(true)
    expect(text(await reader.read(0, 99))).toBe('one ')
    // the last word comes before the last bytes
    await room.end(allocation, { outputBytes: 7 })
    const last = reader.more(4, signal)
    await room.output.append(stream, 4, Buffer.from('two'))
    room.desk.grown(stream)
    expect(await last).toBe(true)
    expect(await reader.more(7, signal)).toBe(false)
    expect([room.frames.listeners, room.growth.listeners]).toEqual([0, 0])
  })

  it('that never comes is not waited for for ever', async () => {
    const { room, task, allocation } = await runningLoad()
    const [reader] = await room.operations.openOutput(ROOT, { taskId: task }, 'output')
    await room.end(allocation, { outputBytes: 7 })
    let over: boolean | undefined
    const more = reader?.more(0, new AbortController().signal).then(answer => {
      over = answer
    })
    await vi.waitFor(() => expect(room.delays()).toContain(30 * SECOND))
    expect(over).toBeUndefined()
    room.move(MINUTE)
    await more
    expect(over).toBe(false)
  })
})

describe('lists', () => {
  it('come newest first, page by page, and stay right while jobs are added', async () => {
    const room = createEngineRoom()
    for (let at = 0; at < 5; at += 1) await room.submit([`/p${at}`])
    const first = await room.operations.listJobs(ROOT, { limit: 2 })
    await room.submit(['/later'])
    const second = await room.operations.listJobs(ROOT, { limit: 2, after: first.next })
    const third = await room.operations.listJobs(ROOT, { limit: 2, after: second.next })
    expect([first, second, third].map(page => page.items.map(job => job.number))).toEqual([[5, 4], [3, 2], [1]])
    expect(third.next).toBeUndefined()
  })

  it('filter by status, name and path', async () => {
    const room = createEngineRoom()
    await room.connect()
    const done = await room.submit(['/x/y'], 'nightly')
    await room.end(await room.start(done.tasks[0]?.id ?? ''))
    await room.submit(['/z'])
    const numbers = async (query: object) => (await room.operations.listJobs(ROOT, query)).items.map(job => job.number)
    expect(await numbers({ status: ['succeeded'] })).toEqual([1])
    expect(await numbers({ status: ['succeeded', 'queued', 'running'] })).toEqual([2, 1])
    expect(await numbers({ name: 'nightly' })).toEqual([1])
    expect(await numbers({ path: '/x/' })).toEqual([1])
    await expect(numbers({ after: 'rubbish' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})

describe('a name used again', () => {
  it('counts only the newest run of each path', async () => {
    const room = createEngineRoom()
    await room.connect()
    const first = await room.submit(['/a'], 'n')
    await room.end(await room.start(first.tasks[0]?.id ?? ''), {
      findings: findings({
        before: measured(2, 0),
        after: measured(2, 1),
        missingTotal: 1,
        missingByCause: { gone: 1 },
      }),
    })
    const second = await room.submit(['/a', '/b'], 'n')
    const named = await room.operations.findTasks(ROOT, { name: 'n' })
    expect(named.map(({ task }) => task.id).sort()).toEqual(second.tasks.map(({ id }) => id).sort())
    expect(
      (await room.operations.findTasks(ROOT, { taskId: first.tasks[0]?.id })).map(({ task }) => task.status),
    ).toEqual(['failed'])
  })
})

describe('roles', () => {
  it('let viewers read, operators steer their own, admins everything', async () => {
    const room = createEngineRoom()
    const { job } = await room.operations.submitJob(ANN, { action: 'load', paths: ['/a'], options: {} })
    await expect(room.operations.submitJob(VIC, { action: 'load', paths: ['/a'], options: {} })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
    await expect(room.operations.stopJob(BOB, job.id)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(room.operations.drainAgent(ANN, room.agent.id, true)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await room.operations.getJob(VIC, job.id)).toMatchObject({ requester: 'ann' })
    expect(await room.operations.stopJob(ROOT, job.id)).toMatchObject({ status: 'stopped' })
  })

  it('bound tokens by the role of their maker', async () => {
    const room = createEngineRoom()
    await expect(room.operations.createToken(ANN, { name: 't', role: 'admin' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
    const { id, token } = await room.operations.createToken(ANN, { name: 't' })
    expect(token).toBe('secret')
    expect((await room.operations.listTokens(ANN)).items).toEqual([
      expect.not.objectContaining({ token: expect.anything() }),
    ])
    await expect(room.operations.revokeToken(BOB, id)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await room.operations.revokeToken(ANN, id)
    expect((await room.operations.listTokens(ROOT)).items).toEqual([])
  })
})
