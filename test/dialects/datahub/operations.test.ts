// what view 003 asks of the verbs, over the engine: ids, whose agents, the log, who is online, healthy and abnormal tags
import { describe, expect, test } from 'vitest'
import type { AgentDescription } from '../../../shared/agent.ts'
import { createIds } from '../../../shared/ids.ts'
import type { Actor, JobRequest } from '../../../shared/job.ts'
import { SECOND } from '../../../shared/time.ts'
import { ANN, BOB, describeAgent, findings, measured, ROOT, START, VIC } from '../../core/world.ts'
import { createEngineRoom } from '../../engine/room.ts'

const HEX_21 = /^[0-9a-f]{21}$/
const FAILED = { findings: findings({ before: measured(3, 0), after: measured(3, 1), missingTotal: 2 }) }
const SAID = { entrypoints: [], abnormal: [], lines: [] }
const at = (seconds: number): string => new Date(START + seconds * SECOND).toISOString()

function createRoom() {
  const room = createEngineRoom()
  const ids = createIds()
  const { operations } = room
  return {
    ...room,
    ...operations,
    async join(more: Partial<AgentDescription>, connection = String(more.name)): Promise<AgentDescription> {
      const agent = { ...describeAgent(ids.next(START)), ...more }
      await room.desk.hello({ agent, live: [], nextNumber: 1, connection })
      return agent
    },
    gone: (id: string, connection: string) => room.engine.dispatch({ type: 'agent.gone', agentId: id, connection }),
    load: (actor: Actor, name: string, paths: string[], more: Partial<JobRequest> = {}) =>
      operations.submitJob(actor, { action: 'load', paths, options: {}, name, ...more }),
    async texts(actor: Actor, from = 0, count = 100): Promise<string[]> {
      return (await operations.userLog(actor, from, count)).map(({ text }) => text)
    },
  }
}

describe('the daemon id', () => {
  test('is made at the first call and stays', async () => {
    const { daemonIdOf } = createRoom()
    const first = await daemonIdOf(VIC)
    expect(first).toMatch(HEX_21)
    expect(await daemonIdOf(VIC)).toBe(first)
    expect(await daemonIdOf(ANN)).not.toBe(first)
  })

  test('of two first calls at once there is one', async () => {
    const { daemonIdOf } = createRoom()
    const [one, ...others] = await Promise.all(Array.from({ length: 10 }, () => daemonIdOf(ANN)))
    expect(one).toMatch(HEX_21)
    expect(new Set([one, ...others]).size).toBe(1)
  })
})

describe('entry points', () => {
  test('are those of the agents in the order in which they first came, then of the heartbeat, each once', async () => {
    const { join, gone, daemonIdOf, heard, entrypointsOf } = createRoom()
    const id = await daemonIdOf(ANN)
    const b = await join({ name: 'b', owner: 'ann', entrypoint: 'http://b' })
    await join({ name: 'a', owner: id, entrypoint: 'http://a' })
    await join({ name: 'same', owner: 'ann', entrypoint: 'http://b' })
    await join({ name: 'none', owner: 'ann' })
    await join({ name: 'other', owner: 'bob', entrypoint: 'http://other' })
    await join({ name: 'nobody', entrypoint: 'http://nobody' })
    await heard(ANN, id, { ...SAID, entrypoints: ['http://z', 'http://a'] })
    await gone(b.id, 'b')
    await join({ ...b }, 'again')
    expect(await entrypointsOf(ANN, 'ann')).toEqual(['http://b', 'http://a', 'http://z'])
    expect(await entrypointsOf(ROOT, 'bob')).toEqual(['http://other'])
    await heard(ANN, id, SAID)
    expect(await entrypointsOf(ANN, 'ann')).toEqual(['http://b', 'http://a'])
  })

  test('of agents without an owner are those of the default user', async () => {
    const { join, entrypointsOf } = createRoom()
    await join({ name: 'nobody', entrypoint: 'http://nobody' })
    expect(await entrypointsOf(ROOT, 'root')).toEqual(['http://nobody'])
    expect(await entrypointsOf(ROOT, 'ann')).toEqual([])
  })

  test('of others only for an admin, whether there are such others or not', async () => {
    const { entrypointsOf } = createRoom()
    for (const actor of [ANN, VIC])
      for (const user of ['bob', 'nobody'])
        await expect(entrypointsOf(actor, user)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(entrypointsOf(ROOT, 'nobody')).rejects.toMatchObject({ code: 'USER_NOT_FOUND' })
    // nobody told the configuration of this one, but there they are
    expect(await entrypointsOf(VIC, 'vic')).toEqual([])
  })

  test('the maker of a token is a user', async () => {
    const { entrypointsOf, createToken } = createRoom()
    await createToken(VIC, { name: 't' })
    expect(await entrypointsOf(ROOT, 'vic')).toEqual([])
  })
})

describe('the log', () => {
  test("holds the user's jobs and agents, newest first", async () => {
    const room = createRoom()
    const agent = await room.join({ id: room.agent.id, name: 'a1', owner: 'ann' })
    room.move(SECOND)
    const { tasks } = await room.load(ANN, 'nightly', ['/a', '/b'])
    await room.load(BOB, 'other', ['/c'])
    room.move(SECOND)
    for (const { id } of tasks) {
      await room.start(id)
      await room.end(room.allocationOf(id))
    }
    room.move(SECOND)
    await room.gone(agent.id, 'a1')
    expect(await room.userLog(ANN, 0, 10)).toEqual([
      { at: at(3), text: 'agent a1 of cluster default is down' },
      { at: at(2), text: 'job 1 nightly ended: succeeded, 2 of 2 succeeded' },
      { at: at(1), text: 'job 1 nightly created: load of 2 paths on cluster default' },
      { at: at(0), text: 'agent a1 of cluster default connected' },
    ])
    expect(await room.texts(BOB)).toEqual(['job 2 other created: load of 1 path on cluster default'])
    expect(await room.texts(VIC)).toEqual([])
  })

  test('lines of a heartbeat stand at their time, those of the same second as they arrived', async () => {
    const room = createRoom()
    const id = await room.daemonIdOf(ANN)
    const hear = (...lines: { at?: string; text: string }[]) => room.heard(ANN, id, { ...SAID, lines })
    room.move(300)
    await room.load(ANN, 'one', ['/a'])
    room.move(300)
    await hear({ at: at(0), text: 'in the second' }, { at: at(-9), text: 'old' }, { text: 'now' })
    room.move(300)
    await room.load(ANN, 'two', ['/b'])
    room.move(300)
    await hear({ at: at(0), text: 'too late' }, { at: at(-9), text: 'old too' })
    expect((await room.texts(ANN)).map(text => text.replace(/ created.*/, ''))).toEqual([
      ...['too late', 'job 2 two', 'now', 'in the second', 'job 1 one'],
      ...['old too', 'old'],
    ])
  })

  test('any window is a piece of the whole', async () => {
    const room = createRoom()
    const id = await room.daemonIdOf(ANN)
    await room.join({ id: room.agent.id, name: 'a1', owner: 'ann', capacity: { work: 50, read: 1 } })
    const open: string[] = []
    // jobs that end much later than they were asked for, in another order, among those of somebody else
    for (let n = 0; n < 40; n += 1) {
      room.move(n % 3 === 0 ? 700 : 86_000_000 / 40)
      const { tasks } = await room.load(n % 4 === 0 ? BOB : ANN, `job ${n}`, [`/p${n}`])
      open.push(...tasks.map(task => task.id))
      if (n % 5 === 0) await room.heard(ANN, id, { ...SAID, lines: [{ text: `line ${n}` }] })
      const done = n % 2 === 0 ? open.splice((n * 7) % open.length, 1)[0] : undefined
      if (done === undefined) continue
      await room.start(done)
      await room.end(room.allocationOf(done))
    }
    const all = await room.texts(ANN, 0, 10_000)
    expect(all.filter(text => text.includes('ended')).length).toBeGreaterThan(10)
    for (let from = 0; from <= all.length + 1; from += 1)
      for (const count of [1, 3, 10]) expect(await room.texts(ANN, from, count)).toEqual(all.slice(from, from + count))
  })

  test('keeps the newest thousand lines of a heartbeat, each short and on one line', async () => {
    const room = createRoom()
    const id = await room.daemonIdOf(ANN)
    const lines = Array.from({ length: 1_001 }, (_, n) => ({ text: `line ${n}` }))
    await room.heard(ANN, id, { ...SAID, lines: [...lines, { text: 'a\r\nb\u2028c' }, { text: 'x'.repeat(2_000) }] })
    const texts = await room.texts(ANN, 0, 2_000)
    expect(texts).toHaveLength(1_000)
    expect(texts[0]).toBe(`${'x'.repeat(1_024)}…`)
    expect(texts[1]).toBe('a b c')
    expect(texts.at(-1)).toBe('line 3')
  })

  test('forgets what was purged', async () => {
    const room = createRoom()
    const { job } = await room.load(ANN, 'one', ['/a'])
    await room.stopJob(ANN, job.id)
    await room.purgeJob(ANN, job.id)
    expect(await room.texts(ANN)).toEqual([])
  })
})

describe('online', () => {
  test('while one of the agents is there', async () => {
    const { join, gone, companionStatus } = createRoom()
    expect(await companionStatus(ANN)).toEqual({ online: false, entrypoints: [] })
    const one = await join({ name: 'one', owner: 'ann', entrypoint: 'http://one' })
    await join({ name: 'two', owner: 'ann' })
    await gone(one.id, 'one')
    expect(await companionStatus(ANN)).toEqual({ online: true, entrypoints: ['http://one'] })
    expect(await companionStatus(BOB, 'ann')).toMatchObject({ online: true })
  })

  test('for three intervals after a heartbeat; addresses stay known', async () => {
    const { daemonIdOf, heard, companionStatus, move } = createRoom()
    await heard(ANN, await daemonIdOf(ANN), { ...SAID, entrypoints: ['http://h'] })
    move(30_000)
    expect(await companionStatus(ANN)).toEqual({ online: true, entrypoints: ['http://h'] })
    move(1)
    expect(await companionStatus(ANN)).toEqual({ online: false, entrypoints: ['http://h'] })
  })

  test('nobody knows whom nobody knows', async () => {
    const { companionStatus } = createRoom()
    await expect(companionStatus(ANN, 'nobody')).rejects.toMatchObject({ code: 'USER_NOT_FOUND' })
  })
})

describe('a heartbeat', () => {
  test('is that of the user whose daemon it is, or an admin passes it on', async () => {
    const { daemonIdOf, heard, texts } = createRoom()
    const id = await daemonIdOf(ANN)
    await expect(heard(BOB, id, SAID)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(heard(ROOT, 'x', SAID)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await heard(ROOT, id, { ...SAID, lines: [{ text: 'hello' }] })
    expect(await texts(ANN)).toEqual(['hello'])
    expect(await texts(ROOT)).toEqual([])
  })
})

describe('tags', () => {
  const ITEM = { cluster: 'default', name: 'nightly' }
  async function createItem(paths = ['/a', '/b/', '/c']) {
    const room = createRoom()
    await room.join({ id: room.agent.id, name: 'a1', capacity: { work: 9, read: 1 } })
    const { job, tasks } = await room.load(ANN, 'nightly', paths)
    const finish = async (index: number, last = {}) => {
      const id = tasks[index]?.id ?? ''
      await room.start(id)
      await room.end(room.allocationOf(id), last)
    }
    return { ...room, job, taskIds: tasks.map(({ id }) => id), finish }
  }

  test('are abnormal when their newest attempt failed, by their path', async () => {
    const { finish, tagStatus, taskIds } = await createItem()
    expect(await tagStatus(VIC, ITEM)).toEqual({ total: 0, abnormal: [] })
    await finish(1, FAILED)
    await finish(0)
    expect(await tagStatus(VIC, ITEM)).toEqual({ total: 1, abnormal: ['/b/'] })
    for (const tag of ['/b', '/b/', taskIds[1], taskIds[1]?.toUpperCase()])
      expect(await tagStatus(VIC, { ...ITEM, tag })).toEqual({ total: 1, abnormal: ['/b/'] })
    for (const tag of ['/a', taskIds[2]])
      expect(await tagStatus(VIC, { ...ITEM, tag })).toEqual({ total: 0, abnormal: [] })
  })

  test('a later success of the path under the same name heals it, a stop does not hurt', async () => {
    const { finish, tagStatus, load, start, end, allocationOf, taskIds, stopJob, job } = await createItem()
    await finish(0, FAILED)
    await finish(1, FAILED)
    await stopJob(ANN, job.id)
    const { tasks } = await load(ANN, 'nightly', ['/a/'])
    const [task] = tasks
    await start(task?.id ?? '')
    await end(allocationOf(task?.id ?? ''))
    expect(await tagStatus(VIC, ITEM)).toEqual({ total: 1, abnormal: ['/b/'] })
    // its own task is told as it was
    expect(await tagStatus(VIC, { ...ITEM, tag: taskIds[0] })).toEqual({ total: 1, abnormal: ['/a'] })
  })

  test('a lost run is abnormal until it is placed again', async () => {
    const room = await createItem(['/a'])
    await room.start(room.taskIds[0] ?? '')
    await room.gone(room.agent.id, 'a1')
    room.move(121_000)
    await room.engine.dispatch({ type: 'tick' })
    expect((await room.getJob(ANN, room.job.id)).status).toBe('queued')
    expect(await room.tagStatus(VIC, ITEM)).toEqual({ total: 1, abnormal: ['/a'] })
    await room.join({ name: 'a2' })
    expect(await room.tagStatus(VIC, ITEM)).toEqual({ total: 0, abnormal: [] })
  })

  test('come in pages', async () => {
    const { finish, tagStatus } = await createItem()
    for (const index of [2, 1, 0]) await finish(index, FAILED)
    const page = (page?: number, size?: number) => tagStatus(VIC, { ...ITEM, page, size })
    expect(await page()).toEqual({ total: 3, abnormal: ['/a', '/b/', '/c'] })
    expect(await page(1, 2)).toEqual({ total: 3, abnormal: ['/a', '/b/'] })
    expect(await page(2, 2)).toEqual({ total: 3, abnormal: ['/c'] })
    expect(await page(3, 2)).toEqual({ total: 3, abnormal: [] })
    expect(await page(2)).toEqual({ total: 3, abnormal: [] })
  })

  test('are abnormal while a daemon calls them so', async () => {
    const { daemonIdOf, heard, tagStatus, taskIds } = await createItem()
    const id = await daemonIdOf(ANN)
    const name = (...tags: string[]) => heard(ANN, id, { ...SAID, abnormal: tags })
    await name('default/nightly:/b', `default/nightly:${taskIds[2]}`, 'default/nightly:t', 'repo1/item1:tag1', 'x/y:z')
    expect(await tagStatus(VIC, ITEM)).toEqual({ total: 3, abnormal: ['/b/', '/c', 't'] })
    expect(await tagStatus(VIC, { ...ITEM, tag: 't' })).toEqual({ total: 1, abnormal: ['t'] })
    expect(await tagStatus(VIC, { ...ITEM, tag: '/b' })).toEqual({ total: 1, abnormal: ['/b/'] })
    expect(await tagStatus(VIC, { cluster: 'repo1', name: 'item1' })).toEqual({ total: 1, abnormal: ['tag1'] })
    await name('default/nightly:/c')
    expect(await tagStatus(VIC, ITEM)).toEqual({ total: 1, abnormal: ['/c'] })
    await name()
    expect(await tagStatus(VIC, ITEM)).toEqual({ total: 0, abnormal: [] })
  })

  test('nothing is there that nobody knows', async () => {
    const { tagStatus } = await createItem()
    for (const query of [{ cluster: 'x' }, { name: 'x' }, { tag: '/x' }, { tag: '/' }])
      await expect(tagStatus(VIC, { ...ITEM, ...query })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('an item without a path is well', async () => {
    const { tagStatus, registerJob } = createRoom()
    await registerJob(ANN, { name: 'empty', groups: [] })
    expect(await tagStatus(VIC, { cluster: 'default', name: 'empty' })).toEqual({ total: 0, abnormal: [] })
  })
})
