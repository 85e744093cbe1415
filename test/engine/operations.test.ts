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

describe('an ask that is answered at once', () => {
  it('has all of its output, also when the last bytes come after the last word', async () => {
    const room = createEngineRoom()
    await room.connect()
    const { signal } = new AbortController()
    const placed = new Promise<string>(resolve => {
      room.frames.subscribe(({ events }) => {
        for (const event of events) if (event.type === 'allocation.placed') resolve(event.allocation.taskId)
      })
    })
    const asked = room.operations.runNow(
      ROOT,
      { action: 'list', paths: ['/a'], options: {} },
      { waitMs: MINUTE, signal },
    )
    const allocation = await room.start(await placed)
    await room.end(allocation, { outputBytes: 4 })
    await vi.waitFor(() => expect(room.growth.listeners).toBe(1))
    await room.output.append({ allocation, kind: 'output' }, 0, Buffer.from('late'))
    room.desk.grown({ allocation, kind: 'output' })
    expect(text((await asked).output)).toBe('late')
  })
})

describe('the causes of a verdict', () => {
  const gone = { missingTotal: 1, missingByCause: { gone: 1 } } as const

  it('are sentences for whoever looks, and are not kept', async () => {
    const { room, job, task, allocation } = await runningLoad()
    await room.end(allocation, { findings: findings({ after: measured(2, 1), ...gone }) })
    const [seen] = (await room.operations.listTasks(ROOT, job.id, {})).items
    const { verdict } = await room.operations.getJob(ROOT, job.id)
    for (const one of [seen?.verdict, verdict])
      expect(one?.reasons).toMatchObject([{ cause: 'gone', files: 1, text: { en: expect.stringContaining('gone') } }])
    expect(room.state.tasks.get(task)?.verdict).not.toHaveProperty('reasons')
  })

  it('are none for what a stopped load did not get to', async () => {
    const { room, job, task, allocation } = await runningLoad()
    await room.operations.stopTask(ROOT, task)
    await room.end(allocation, {
      exit: { reason: 'stopped' },
      findings: findings({ before: measured(4, 0), after: measured(4, 1) }),
    })
    const stopped = await room.operations.getJob(ROOT, job.id)
    expect(stopped).toMatchObject({ status: 'stopped', verdict: { ok: false, kind: 'partly', missingTotal: 3 } })
    expect(stopped.verdict).not.toHaveProperty('reasons')
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
    const named = (await room.operations.findTasks(ROOT, { name: 'n' })).items
    expect(named.map(({ task }) => task.id).sort()).toEqual(second.tasks.map(({ id }) => id).sort())
    expect(
      (await room.operations.findTasks(ROOT, { taskId: first.tasks[0]?.id })).items.map(({ task }) => task.status),
    ).toEqual(['failed'])
  })

  it('takes paths that differ in slashes, and clusters, for the same', async () => {
    const room = createEngineRoom()
    const ask = (path: string, cluster: string) =>
      room.operations.submitJob(ROOT, { action: 'load', paths: [path], name: 'n', cluster, options: {} })
    await ask('/data/images', 'c1')
    await ask('/data//images', 'c2')
    const last = await ask('/data/images/', 'c1')
    const { items } = await room.operations.findTasks(ROOT, { name: 'n' })
    expect(items.map(({ task }) => task.id)).toEqual(last.tasks.map(({ id }) => id))
  })
})

describe('tasks found without an id or a name', () => {
  it('are those of all jobs that fit, oldest first, each path of a name once', async () => {
    const room = createEngineRoom()
    const submit = async (action: 'load' | 'free', path: string, name?: string) =>
      (await room.operations.submitJob(ROOT, { action, paths: [path], options: {}, ...(name && { name }) })).tasks[0]
        ?.id
    await submit('load', '/a', 'n')
    const [again, bare, free] = [
      await submit('load', '/a', 'n'),
      await submit('load', '/a'),
      await submit('free', '/b'),
    ]
    const find = async (query: object) => {
      const { items, cut } = await room.operations.findTasks(ROOT, query)
      expect(cut).toBe(false)
      return items.map(({ task }) => task.id)
    }
    expect(await find({ action: 'load' })).toEqual([again, bare])
    expect(await find({ status: ['queued'] })).toEqual([again, bare, free])
    expect(await find({ action: 'metadata' })).toEqual([])
    await room.operations.stopTask(ROOT, free ?? '')
    expect(await find({ status: ['stopped', 'failed'] })).toEqual([free])
  })
})

describe('a task of another job', () => {
  it('is not found, whatever of it is asked for', async () => {
    const room = createEngineRoom()
    const [one, other] = [await room.submit(['/a']), await room.submit(['/b'])]
    for (const kind of ['output', 'missing'] as const) {
      const of = { ref: one.job.id, taskId: other.tasks[0]?.id }
      await expect(room.operations.openOutput(ROOT, of, kind)).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
    }
  })
})

describe('a job that waits', () => {
  it('says why as long as it does', async () => {
    const room = createEngineRoom()
    const notes = async (ref: string) => (await room.operations.getJob(ROOT, ref)).notes
    const first = await room.submit(['/a', '/b', '/c'])
    expect(await notes('1')).toEqual(first.notes)
    expect(first.notes).toEqual(['no agent of cluster default is connected; the job waits'])
    await room.connect()
    await room.operations.drainAgent(ROOT, room.agent.id, true)
    const second = await room.submit(['/d'])
    expect(second.notes).toEqual(['no agent of cluster default is ready; the job waits'])
    expect(await notes('2')).toEqual(second.notes)
    await room.operations.drainAgent(ROOT, room.agent.id, false)
    // the first one has both places, and one path of it waits
    expect(await notes('1')).toEqual([])
    expect(await notes('2')).toEqual(['place 2 in the queue of cluster default'])
    const third = await room.submit(['/e'])
    expect(third.notes).toEqual(['place 3 in the queue of cluster default'])
    expect(await notes('3')).toEqual(third.notes)
    await room.operations.stopJob(ROOT, '1')
    for (const { id } of first.tasks) {
      const allocation = room.allocationOf(id)
      if (allocation !== '') await room.end(allocation)
    }
    expect(await notes('3')).toEqual([])
  })
})

describe('a report', () => {
  const openJobs = async (room: ReturnType<typeof createEngineRoom>) =>
    (await room.operations.listJobs(ROOT, { status: ['queued', 'running'] })).items
  const ask = (room: ReturnType<typeof createEngineRoom>, signal = new AbortController().signal) =>
    room.operations.clusterReport(VIC, 'default', signal)

  it('of a cluster without an agent is refused at once, and leaves no job behind', async () => {
    const room = createEngineRoom({ settings: { clusters: ['default'] } })
    const reason = 'no agent of cluster default is connected'
    await expect(ask(room)).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      message: expect.stringContaining(reason),
      notes: [expect.stringContaining(reason)],
    })
    await room.connect()
    await room.operations.drainAgent(ROOT, room.agent.id, true)
    await expect(ask(room)).rejects.toMatchObject({ message: expect.stringContaining('is ready') })
    expect((await room.operations.listJobs(ROOT, {})).items).toEqual([])
  })

  it('that takes too long, or whose asker has gone, is stopped', async () => {
    const room = createEngineRoom()
    await room.connect()
    const slow = ask(room)
    await vi.waitFor(() => expect(room.delays()).toContain(30 * SECOND))
    room.move(30 * SECOND)
    await expect(slow).rejects.toMatchObject({ code: 'COMMAND_FAILED', message: expect.stringContaining('30 s') })
    expect((await openJobs(room)).map(({ desired }) => desired)).toEqual(['stop'])
    const gone = new AbortController()
    const left = ask(room, gone.signal)
    await vi.waitFor(async () => expect(await openJobs(room)).toHaveLength(2))
    gone.abort()
    await expect(left).rejects.toMatchObject({ code: 'COMMAND_FAILED' })
    // it waited for the only place of its kind
    expect((await room.operations.getJob(ROOT, '2')).status).toBe('stopped')
  })

  it('that fails says why: what was printed, else how it ended', async () => {
    const room = createEngineRoom()
    await room.connect()
    const failed = ask(room)
    await vi.waitFor(async () => expect(await openJobs(room)).toHaveLength(1))
    const task = (await room.operations.listTasks(ROOT, '1', {})).items[0]?.id ?? ''
    await room.end(await room.start(task), { exit: { reason: 'exited', code: 3 } })
    await expect(failed).rejects.toMatchObject({ message: expect.stringMatching(/failed: .*\w/) })
  })
})

describe('what is run at once', () => {
  it('is the same run when it is asked for again with its key, and hands on its notes', async () => {
    const room = createEngineRoom()
    const { signal } = new AbortController()
    const ask = { action: 'list' as const, paths: ['/a'], options: {} }
    const run = () => room.operations.runNow(ROOT, ask, { waitMs: 0, signal, how: { idempotencyKey: 'k' } })
    const [first, second] = [await run(), await run()]
    expect(second.task.id).toBe(first.task.id)
    expect(first).toMatchObject({
      timedOut: true,
      notes: ['no agent of cluster default is connected; the job waits'],
      task: { status: 'queued' },
    })
    expect(second.notes).toEqual(first.notes)
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
