// messages: heard once, carried out once, answered once; who asked hears of it
import { describe, expect, test } from 'vitest'
import { toInstant } from '../../shared/time.ts'
import { GROUP, hear, OTHER, only, toDraft, toHeard, typed, typesOf } from './talk.ts'
import { ANN, BOB, codeOf, createWorld, ROOT, START, toSubmit, VIC } from './world.ts'

describe('a message', () => {
  test('is heard once, with its conversation, and counted', () => {
    const world = createWorld()
    expect(hear(world, 'm1').repeated).toBeUndefined()
    expect(hear(world, 'm1')).toMatchObject({ repeated: true, events: [] })
    expect(only(world.state.messages.rows())).toEqual({
      ...{ id: 'm1', conversationId: 'cid1', staffId: 's1', nick: 'Zhang', text: 'says m1', at: toInstant(START) },
      status: 'heard',
    })
    expect(world.state.conversations.get('cid1')).toMatchObject({
      kind: 'group',
      title: 'data',
      heardAt: toInstant(START),
    })
    expect(world.state.meters.get('stream')).toMatchObject({ used: 1, month: '2024-05' })
  })

  test('of a newer session replaces an older one, and an older one does not replace a newer one', () => {
    const world = createWorld()
    const session = (minutes: number) => ({ url: `u${minutes}`, expiresAt: toInstant(START + minutes * 60_000) })
    hear(world, 'm1', { session: session(60) })
    hear(world, 'm2', { session: session(90) })
    hear(world, 'm3', { session: session(30) })
    const { session: _none, ...without } = toHeard('m4')
    world.ask({ type: 'message.heard', heard: without })
    expect(world.state.conversations.get('cid1')?.session?.url).toBe('u90')
    hear(world, 'm5', { conversation: { id: 'cid2', kind: 'group' }, session: session(0) })
    expect(world.state.conversations.get('cid2')?.session).toBeUndefined()
  })

  test('direct says whom it is with', () => {
    const world = createWorld()
    hear(world, 'm1', { conversation: { id: 'd1', kind: 'direct' } })
    expect(world.state.conversations.get('d1')).toMatchObject({ kind: 'direct', staffId: 's1' })
  })

  test('is answered once, and its letters are queued in that frame', () => {
    const world = createWorld()
    hear(world, 'm1')
    const question = { code: 'A7K2', line: '释放 /a' }
    const answer = { type: 'message.answered', key: 'm1', letters: [toDraft('one'), toDraft('two')], question } as const
    expect(typesOf(world.ask(answer).events)).toEqual(['message.answered', 'letter.queued', 'letter.queued'])
    expect(world.ask(answer)).toMatchObject({ repeated: true, events: [] })
    expect(world.ask({ ...answer, key: 'unknown' })).toMatchObject({ repeated: true, events: [] })
    expect(world.state.messages.get('m1')).toMatchObject({ status: 'answered', question })
    expect(world.state.messages.get('m1')?.text).toBeUndefined()
    expect(Array.from(world.state.letters.rows(), row => row.parts[0]?.text)).toEqual(['one', 'two'])
  })

  test('from a group that is not listed is told so for a day', () => {
    const world = createWorld()
    hear(world, 'm1')
    world.ask({ type: 'message.answered', key: 'm1', letters: [], toldUnlisted: true })
    expect(world.state.conversations.get('cid1')?.toldUnlisted).toBe('2024-05-01')
    hear(world, 'm2')
    expect(world.state.conversations.get('cid1')?.toldUnlisted).toBe('2024-05-01')
  })
})

describe('what a message asks for', () => {
  test('is done once: the same again tells what was done', () => {
    const world = createWorld()
    hear(world, 'm1')
    const first = world.submit(['/a', '/b'], { actor: typed('m1') })
    expect(world.state.messages.get('m1')?.done).toMatchObject({ jobId: first.jobId, taskIds: 2 })
    const again = world.ask(toSubmit(['/a', '/b'], { actor: typed('m1') }))
    expect(again).toMatchObject({ repeated: true, jobId: first.jobId, notes: first.notes, events: [] })
    expect([world.state.jobs.size, world.state.tasks.size]).toEqual([1, 2])
  })

  test('is the first write only, whatever comes second', () => {
    const world = createWorld()
    const { jobId } = world.submit(['/a'])
    hear(world, 'm1')
    world.ask({ type: 'job.stop', actor: typed('m1', { as: ROOT }), jobId })
    expect(world.ask(toSubmit(['/b'], { actor: typed('m1') }))).toMatchObject({ repeated: true, jobId })
    expect(world.state.jobs.size).toBe(1)
  })

  test('may look and find out as often as it likes, before and after', () => {
    const world = createWorld()
    hear(world, 'm1')
    const actor = typed('m1')
    world.submit([], { actor, action: 'report' })
    world.submit(['/a'], { actor, action: 'list' })
    world.submit(['/a'], { actor, options: { dryRun: true } })
    expect(world.state.messages.get('m1')?.done).toBeUndefined()
    world.submit(['/a'], { actor })
    expect(world.submit(['/a'], { actor, action: 'list' }).repeated).toBeUndefined()
    expect(world.state.jobs.size).toBe(5)
    expect(Array.from(world.state.jobs.rows(), job => job.askers?.length ?? 0)).toEqual([0, 0, 0, 1, 0])
  })

  test('goes through unchanged when the message is not kept', () => {
    const world = createWorld()
    world.submit(['/a'], { actor: typed('m1') })
    world.submit(['/a'], { actor: typed('m1') })
    expect([world.state.jobs.size, world.state.messages.size]).toEqual([2, 0])
  })

  test('that is refused leaves nothing behind', () => {
    const world = createWorld()
    hear(world, 'm1')
    expect(codeOf(() => world.submit(['/a'], { actor: typed('m1', { as: VIC }) }))).toBe('FORBIDDEN')
    expect(world.state.messages.get('m1')?.done).toBeUndefined()
  })
})

describe('who asks', () => {
  test('hears of a new job, of tasks added to it, of a job taken up again, and of one left open', () => {
    const world = createWorld()
    const { jobId } = world.submit(['/a'], { actor: typed('m1'), name: 'n' })
    world.submit(['/b'], { actor: typed('m2', { staffId: 's2' }), name: 'n' })
    const resumed = { name: 'n', resume: true }
    expect(world.submit(['/a'], { actor: typed('m3', { place: OTHER }), ...resumed }).met).toBe('open')
    expect(world.job(jobId).askers).toEqual([
      { place: GROUP, staffId: 's1', nick: 'nick of s1' },
      { place: GROUP, staffId: 's2', nick: 'nick of s2' },
      { place: OTHER, staffId: 's1', nick: 'nick of s1' },
    ])
    world.ask({ type: 'job.stop', actor: ROOT, jobId })
    expect(world.submit(['/a'], { actor: typed('m4', { staffId: 's4' }), ...resumed }).met).toBe('resumed')
    expect(world.job(jobId).askers?.map(asker => asker.staffId)).toEqual(['s1', 's2', 's1', 's4'])
  })

  test('is kept once, the newest twenty', () => {
    const world = createWorld()
    const { jobId } = world.submit(['/a'], { name: 'n' })
    expect(world.job(jobId).askers).toBeUndefined()
    for (let n = 0; n < 25; n += 1) world.submit(['/b'], { actor: typed(`m${n}`, { staffId: `s${n}` }), name: 'n' })
    world.submit(['/b'], { actor: typed('m', { staffId: 's7' }), name: 'n' })
    const askers = world.job(jobId).askers ?? []
    expect([askers.length, askers[0]?.staffId, askers.at(-1)?.staffId]).toEqual([20, 's5', 's7'])
  })

  test('to stop a job hears nothing more; who retries it does', () => {
    const world = createWorld()
    const { jobId } = world.submit(['/a'])
    world.ask({ type: 'job.stop', actor: typed('m1'), jobId })
    expect(world.job(jobId).askers).toBeUndefined()
    world.ask({ type: 'job.retry', actor: typed('m2'), jobId, only: 'all' })
    expect(world.job(jobId).askers).toHaveLength(1)
    expect(codeOf(() => world.ask({ type: 'job.retry', actor: typed('m3', { as: BOB }), jobId, only: 'all' }))).toBe(
      'FORBIDDEN',
    )
    expect(world.job(jobId).askers).toHaveLength(1)
  })

  test('is no change of the work', () => {
    const world = createWorld()
    const { jobId } = world.submit(['/a'], { name: 'n', actor: ANN })
    const before = world.state.counters.get('counters')?.index
    hear(world, 'm1')
    world.submit(['/a'], { actor: typed('m1'), name: 'n', resume: true })
    expect(world.job(jobId).askers).toHaveLength(1)
    expect(world.state.counters.get('counters')?.index).toBe(before)
  })
})
