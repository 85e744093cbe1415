// asks of people: submit, join, attach, stop, retry, tokens, drain, by cases
import { describe, expect, test } from 'vitest'
import { MOST_NAMED } from '../../bot/core/attach.ts'
import type { Event } from '../../bot/core/events.ts'
import { createOrderBook } from '../../bot/engine/desk.ts'
import { AppError } from '../../shared/errors.ts'
import { MINUTE, toInstant } from '../../shared/time.ts'
import { LARGEST_FRAME_BYTES } from '../../shared/wire.ts'
import { ANN, BOB, createWorld, EXIT_0, ending, findings, measured, must, ROOT, VIC } from './world.ts'

const refusal = (deed: () => unknown): string => {
  try {
    deed()
  } catch (thrown) {
    if (thrown instanceof AppError) return `${thrown.code}: ${thrown.message}`
    throw thrown
  }
  return 'none'
}

describe('submit', () => {
  test('numbers count up, names are made up from the id, and the queue is told', () => {
    const world = createWorld()
    const first = world.submit(['/a'])
    expect(first.notes).toEqual(['no agent of cluster default is connected; the job waits'])
    expect(world.job(first.jobId)).toMatchObject({
      number: 1,
      named: false,
      name: expect.stringMatching(/^gfs-[0-9a-f]{8}$/),
    })
    world.agent({ work: 1 })
    expect(world.submit(['/b']).notes).toEqual(['place 1 in the queue of cluster default'])
    const third = world.submit(['/c'])
    expect(third.notes).toEqual(['place 2 in the queue of cluster default'])
    expect(world.job(third.jobId).number).toBe(3)
    expect(world.submit(['/c'], { action: 'list' }).notes).toEqual([])
  })

  test('what comes under the name of an open job joins it; of an ended, stopping or other one it does not', () => {
    const world = createWorld()
    const { jobId } = world.submit(['/a'], { name: 'n' })
    expect(world.submit(['/b'], { name: 'n' }).jobId).toBe(jobId)
    expect(world.submit(['/b'], { name: 'n', action: 'metadata', actor: ROOT }).jobId).toBe(jobId)
    expect(world.job(jobId)).toMatchObject({ action: 'mixed', counts: { total: 3 } })
    const other = world.submit(['/b'], { name: 'n', actor: BOB }).jobId
    expect(other).not.toBe(jobId)
    expect(world.submit(['/b'], { name: 'n', cluster: 'elsewhere' }).jobId).not.toBe(jobId)
    world.ask({ type: 'job.stop', actor: ANN, jobId })
    expect(world.submit(['/b'], { name: 'n' }).jobId).not.toBe(jobId)
  })

  test('the same key gives the same job, another request under it is refused, a refused request keeps none', () => {
    const world = createWorld()
    const idempotency = { key: 'k', fingerprint: 'f' }
    expect(refusal(() => world.submit([], { idempotency }))).toMatch(/^INVALID_INPUT/)
    const first = world.submit(['/a', '/b'], { idempotency })
    expect(world.submit(['/a', '/b'], { idempotency })).toMatchObject({
      jobId: first.jobId,
      taskIds: first.taskIds,
      repeated: true,
      events: [],
    })
    expect(refusal(() => world.submit(['/c'], { idempotency: { key: 'k', fingerprint: 'g' } }))).toMatch(/^CONFLICT/)
    expect(world.submit(['/a'], { idempotency, actor: BOB }).jobId).not.toBe(first.jobId)
  })

  test.each([
    ['a viewer', { actor: VIC }, ['/a'], 'FORBIDDEN'],
    ['no paths', {}, [], 'INVALID_INPUT'],
    ['paths for a report', { action: 'report' as const }, ['/a'], 'INVALID_INPUT'],
    ['a dry run of free', { action: 'free' as const, options: { dryRun: true } }, ['/a'], 'INVALID_INPUT'],
    ['an unknown cluster', { cluster: 'x' }, ['/a'], 'CLUSTER_NOT_FOUND'],
  ])('refuses %s', (_name, more, paths, code) => {
    const world = createWorld({ settings: { clusters: ['c1'] } })
    expect(refusal(() => world.submit(paths, more))).toMatch(new RegExp(`^${code}: .*\\.$`))
    expect(world.state.jobs.size).toBe(0)
  })

  test('a report makes one task without a path; the only known cluster is taken', () => {
    const world = createWorld({ settings: { clusters: ['c1'] } })
    const { taskIds, jobId } = world.submit([], { action: 'report' })
    expect(world.task(taskIds[0]!)).toMatchObject({ path: '', verify: false })
    expect(world.job(jobId).cluster).toBe('c1')
  })

  test('ten thousand paths take their time only once', () => {
    const world = createWorld()
    world.agent({ work: 4 })
    const { taskIds, jobId } = world.submit(Array.from({ length: 10_000 }, (_, n) => `/data/t${n % 100}/p${n}`))
    expect(world.job(jobId)).toMatchObject({
      counts: { total: 10_000, queued: 10_000 },
      live: 4,
      waiting: { work: 9_996 },
    })
    world.start(taskIds[0]!)
    expect(world.end(taskIds[0]!).events.map(event => event.type)).toEqual([
      'agent.taken',
      'allocation.ended',
      'task.ended',
      'allocation.placed',
    ])
    expect(world.submit(['/data/t1/p1/deeper']).events[0]?.type).toBe('job.created')
    world.ask({ type: 'job.stop', actor: ANN, jobId })
    expect(world.job(jobId).counts).toMatchObject({ stopped: 9_995, queued: 4, succeeded: 1 })
  })
})

describe('one load per path', () => {
  const follows = (
    asked: [
      first: Parameters<ReturnType<typeof createWorld>['submit']>,
      second: Parameters<ReturnType<typeof createWorld>['submit']>,
    ],
  ) => {
    const world = createWorld()
    const leader = world.submit(...asked[0]).taskIds[0]
    return world.task(world.submit(...asked[1]).taskIds[0]!).attachedTo === leader
  }
  test.each([
    ['the same path', [['/a']], [['/a']], true],
    ['doubled and trailing slashes', [['/a/b']], [['/a//b/']], true],
    ['a child', [['/a']], [['/a/b/c']], true],
    ['the root', [['/']], [['/x']], true],
    ['a URI', [['cosn://k']], [['cosn://k/x']], true],
    ['a parent', [['/a/b']], [['/a']], false],
    ['a neighbour with the same beginning', [['/a']], [['/ab']], false],
    ['another action', [['/a']], [['/a'], { action: 'forceload' }], false],
    ['metadata', [['/a'], { action: 'metadata' }], [['/a'], { action: 'metadata' }], false],
    ['other copies', [['/a']], [['/a'], { options: { replication: 2 } }], false],
    ['the same copies, said', [['/a']], [['/a'], { options: { replication: 1 } }], true],
    ['a stronger refresh', [['/a']], [['/a'], { options: { refresh: true } }], false],
    ['a weaker refresh', [['/a'], { options: { refresh: true } }], [['/a']], true],
    ['one that is to be measured', [['/a'], { options: { verify: false } }], [['/a']], false],
    ['a dry run', [['/a']], [['/a'], { options: { dryRun: true } }], false],
    ['a load, by a dry run', [['/a'], { options: { dryRun: true } }], [['/a']], false],
    ['listings as they are known', [['/a'], { options: { freshness: 'known' } }], [['/a']], false],
    [
      'listings as they are known, by one that wants no others',
      [['/a'], { options: { freshness: 'known' } }],
      [['/a/b'], { options: { freshness: 'known' } }],
      true,
    ],
    ['refreshed listings', [['/a']], [['/a'], { options: { freshness: 'known' } }], true],
    [
      'listings as they are known, by one that is not measured',
      [['/a'], { options: { freshness: 'known' } }],
      [['/a'], { options: { verify: false } }],
      true,
    ],
    ['one that does not force', [['/a']], [['/a'], { options: { force: true } }], true],
    ['one that forces', [['/a'], { options: { force: true } }], [['/a']], true],
    ['nested paths with slashes too many', [['//a/b/']], [['/a//b///c']], true],
    ['another cluster', [['/a']], [['/a'], { cluster: 'other' }], false],
    ['another person', [['/a']], [['/a'], { actor: BOB }], true],
  ] as const)('%s', (_name, first, second, expected) => {
    expect(follows([first, second] as never)).toBe(expected)
  })

  test('twice in one request: the second follows; a child follows its parent wherever it stands', () => {
    const world = createWorld()
    const { taskIds } = world.submit(['/a/b', '/a', '/a', '/c'])
    expect(taskIds.map(id => world.task(id).attachedTo)).toEqual([taskIds[1], undefined, taskIds[1], undefined])
  })

  test('the second asker is told whose load it is, in the answer and at the task', () => {
    const world = createWorld()
    world.agent({ work: 8 })
    world.submit(['/a'])
    const second = world.submit(['/a//b/', '/a', '/new', '/new/x'], { actor: BOB })
    expect(second.notes).toEqual(['attached: #1 loads /a already'])
    expect(second.taskIds.map(id => world.task(id).notes)).toEqual([
      ['attached: #1 loads /a already'],
      ['attached: #1 loads /a already'],
      [],
      ['attached: #2 loads /new already'],
    ])
    for (const path of ['/p', '/q', '/r']) world.submit([path])
    const many = world.submit(['/p', '/a', '/q', '/r', '/new'], { actor: BOB })
    expect(many.notes).toHaveLength(4)
    expect(many.notes?.at(-1)).toBe('attached: 2 more loads that are under way already')
  })

  test('who is handed over to another load is told of that one', () => {
    const world = createWorld()
    const first = world.submit(['/a'])
    const [b] = world.submit(['/a'], { actor: BOB }).taskIds as [string]
    const [c] = world.submit(['/a/c'], { actor: BOB }).taskIds as [string]
    world.ask({ type: 'job.stop', actor: ANN, jobId: first.jobId })
    expect(world.task(c)).toMatchObject({ attachedTo: b, waiting: false })
    expect(world.task(c).notes).toEqual(['attached: #1 loads /a already', 'attached: #2 loads /a already'])
  })

  test('verdicts are cut from the leader; what has no cut loads by itself', () => {
    const world = createWorld()
    world.agent({ work: 4 })
    const [leader] = world.submit(['/a']).taskIds
    world.start(leader!)
    const later = world.submit(['/a/x', '/a/y', '/a'])
    expect(later.events.filter(event => event.type === 'allocation.followed')).toHaveLength(2)
    const [x, y, same] = later.taskIds
    expect(world.task(x!)).toMatchObject({ status: 'running', attachedTo: leader })
    world.end(leader!, {
      findings: findings({ after: measured(3, 2), missingTotal: 1, missingByCause: { gone: 1 } }),
      cuts: [{ task: x!, findings: findings({ after: measured(1, 1) }) }],
    })
    expect([leader, x, y, same].map(id => world.task(id!).status)).toEqual(['failed', 'succeeded', 'queued', 'failed'])
    expect(world.task(y!).attachedTo).toBeUndefined()
    expect(world.task(y!).attempts).toBe(1)
  })

  test('what was measured before somebody asked says nothing about what they asked for', () => {
    const world = createWorld()
    world.agent({ work: 1 })
    const [leader] = world.submit(['/a']).taskIds as [string]
    world.start(leader)
    world.skip(MINUTE)
    const early = world.submit(['/a', '/a/x']).taskIds as [string, string]
    world.skip(MINUTE)
    world.step(leader, 'verify')
    world.skip(MINUTE)
    const late = world.submit(['/a', '/a/x']).taskIds as [string, string]
    expect(late.map(id => world.task(id).attachedTo)).toEqual([leader, leader])
    const cut = findings({ after: measured(1, 1) })
    world.end(leader, { cuts: [early[1], late[1]].map(task => ({ task, findings: cut })) })
    expect([leader, ...early].map(id => world.task(id).verdict?.kind)).toEqual(['cached', 'cached', 'cached'])
    expect(late.map(id => world.task(id).verdict)).toEqual([undefined, undefined])
    expect(late.map(id => world.task(id).attachedTo)).toEqual([undefined, late[0]])
    world.start(late[0])
    world.step(late[0], 'verify')
    world.end(late[0], { cuts: [{ task: late[1], findings: cut }] })
    expect(late.map(id => world.task(id).verdict?.kind)).toEqual(['cached', 'cached'])
  })

  test('a path below the leader’s of which the lists name no file may not exist: its own load finds out', () => {
    const world = createWorld()
    world.agent({ work: 1 })
    const [leader, below] = world.submit(['/a', '/a/typo']).taskIds as [string, string]
    world.start(leader)
    const none = findings({ after: measured(0, 0) })
    world.end(leader, { findings: none, cuts: [{ task: below, findings: none }] })
    expect(world.task(leader).verdict?.kind).toBe('empty')
    expect(world.task(below)).toMatchObject({ status: 'queued' })
    expect(world.task(below)).not.toHaveProperty('attachedTo')
    expect(world.task(below)).not.toHaveProperty('verdict')
  })

  test('a verify step heard of late counts from when it began; one of an attempt before does not count', () => {
    const world = createWorld()
    const agent = world.agent({ work: 1 })
    const [leader] = world.submit(['/a']).taskIds as [string]
    world.start(leader)
    world.step(leader, 'verify')
    world.hello(agent, [])
    const before = toInstant(world.now)
    world.skip(MINUTE)
    const [follower] = world.submit(['/a']).taskIds as [string]
    world.start(leader)
    world.step(leader, 'verify', before)
    world.end(leader)
    expect(world.task(follower)).toMatchObject({ status: 'queued', attempts: 1 })
    world.start(follower)
    world.wait(MINUTE)
    const [next] = world.submit(['/a']).taskIds as [string]
    world.hello(agent, [])
    world.start(follower)
    world.step(follower, 'verify')
    world.end(follower)
    expect(world.task(next).status).toBe('succeeded')
  })

  test('a retried follower is served by what was measured after the retry', () => {
    const world = createWorld()
    world.agent({ work: 2 })
    const asked = world.submit(['/a/x'])
    const [task] = asked.taskIds as [string]
    world.start(task)
    world.end(task, { findings: findings({ after: measured(3, 1) }) })
    const [leader] = world.submit(['/a']).taskIds as [string]
    world.start(leader)
    world.skip(MINUTE)
    const began = toInstant(world.now)
    world.skip(MINUTE)
    world.ask({ type: 'job.retry', actor: ANN, jobId: asked.jobId, only: 'failed' })
    expect(world.task(task).attachedTo).toBe(leader)
    world.step(leader, 'verify', began)
    world.end(leader, { cuts: [{ task, findings: findings({ after: measured(1, 1) }) }] })
    expect(world.task(task)).toMatchObject({ status: 'queued', attempts: 2 })
  })

  test('one that came while the load was under way gets a load of its own when the leader’s was not enough, once', () => {
    const world = createWorld()
    world.agent({ work: 1 })
    const [leader, early] = world.submit(['/a', '/a/e']).taskIds as [string, string]
    world.start(leader)
    world.step(leader, 'load')
    world.skip(MINUTE)
    const [late, good] = world.submit(['/a/x', '/a/y']).taskIds as [string, string]
    world.skip(MINUTE)
    world.step(leader, 'verify')
    const bad = findings({ after: measured(2, 1), missingTotal: 1, missingByCause: { unknown: 1 } })
    const cuts = [early, late, good].map(task => ({
      task,
      findings: task === good ? findings({ after: measured(1, 1) }) : bad,
    }))
    world.end(leader, { findings: bad, cuts })
    expect([leader, early, late, good].map(id => world.task(id).status)).toEqual([
      'failed',
      'failed',
      'queued',
      'succeeded',
    ])
    world.start(late)
    world.step(late, 'load')
    world.step(late, 'verify')
    world.end(late, { findings: bad })
    expect(world.task(late)).toMatchObject({ status: 'failed', attempts: 1 })
  })

  test('while the leader waits for causes that pass, what asked after its measurement goes on following', () => {
    const world = createWorld()
    world.agent({ work: 1 })
    const [leader] = world.submit(['/a']).taskIds as [string]
    world.start(leader)
    world.step(leader, 'verify')
    world.skip(MINUTE)
    const [late] = world.submit(['/a/x']).taskIds as [string]
    const passing = findings({ after: measured(3, 1), missingTotal: 2, missingByCause: { 'no-space': 2 } })
    const cuts = [{ task: late, findings: findings({ after: measured(1, 1) }) }]
    world.end(leader, { findings: passing, cuts })
    expect(world.task(late)).toMatchObject({ status: 'queued', attachedTo: leader })
    world.wait(MINUTE)
    world.start(leader)
    world.step(leader, 'verify')
    world.end(leader, { cuts })
    expect(world.task(late).status).toBe('succeeded')
  })

  test('a stopped leader hands over to its oldest follower, the others follow that one; a stopped follower leaves', () => {
    const world = createWorld()
    world.agent({ work: 1 })
    const first = world.submit(['/a'])
    const [b, c, d] = world.submit(['/a', '/a/c', '/a'], { actor: BOB }).taskIds
    world.start(first.taskIds[0]!)
    world.ask({ type: 'task.stop', actor: BOB, taskId: d! })
    expect(world.task(d!)).toMatchObject({ status: 'stopped' })
    expect(world.task(d!).attachedTo).toBeUndefined()
    const { events } = world.ask({ type: 'job.stop', actor: ANN, jobId: first.jobId })
    expect(events.map(event => event.type)).toEqual([
      'job.stop-requested',
      'job.asked',
      'task.stop-requested',
      'allocation.stop-requested',
    ])
    world.end(first.taskIds[0]!, { exit: { reason: 'stopped' }, findings: findings({ after: measured(3, 1) }) })
    expect(world.task(first.taskIds[0]!)).toMatchObject({ status: 'stopped', verdict: { kind: 'partly' } })
    expect(world.task(b!)).toMatchObject({ status: 'queued', attempts: 1, waiting: false })
    expect(world.task(c!)).toMatchObject({ status: 'queued', attachedTo: b })
  })

  test('what is handed over follows the parent among it, however old that is; the place in the queue goes by age', () => {
    const world = createWorld()
    const first = world.submit(['/a'])
    const [x, y, parent, z] = world.submit(['/a/x', '/a/y', '/a', '/a/z'], { actor: BOB }).taskIds as string[]
    world.ask({ type: 'job.stop', actor: ANN, jobId: first.jobId })
    expect(world.task(parent!)).toMatchObject({ waiting: true })
    expect([x, y, z].map(id => world.task(id!).attachedTo)).toEqual([parent, parent, parent])
    const other = createWorld()
    const leader = other.submit(['/a'])
    const { taskIds } = other.submit(['/a/long', '/a/x'], { actor: BOB })
    other.ask({ type: 'job.stop', actor: ANN, jobId: leader.jobId })
    other.agent({ work: 1 })
    expect(taskIds.map(id => other.task(id).waiting)).toEqual([false, true])
  })

  test('leaders of one job that are stopped together hand over to none of each other', () => {
    const world = createWorld()
    const first = world.submit(['/a/b'], { name: 'n' })
    const [follower] = world.submit(['/a/b/c'], { actor: BOB }).taskIds
    world.submit(['/a'], { name: 'n' })
    world.ask({ type: 'job.stop', actor: ANN, jobId: first.jobId })
    expect(world.job(first.jobId).status).toBe('stopped')
    expect(world.task(follower!)).toMatchObject({ status: 'queued', waiting: true })
    expect(world.task(follower!).attachedTo).toBeUndefined()
  })

  test('of very many followers only some are named to the agent; the others get loads of their own, and all end', () => {
    const world = createWorld()
    world.agent({ work: 8 })
    const [leader] = world.submit(['/a']).taskIds as [string]
    world.start(leader)
    const many = world.submit(
      Array.from({ length: 700 }, (_, n) => `/a/p${n}`),
      { actor: BOB },
    )
    const named = (events: readonly Event[]) =>
      events.flatMap(event => (event.type === 'allocation.followed' ? [event.follower.task] : []))
    expect(named(many.events)).toEqual(many.taskIds.slice(0, MOST_NAMED))
    expect(named(world.submit(['/a/later'], { actor: BOB }).events)).toEqual([])
    const order = must(createOrderBook(world).orderOf(world.run(leader).id)).order
    expect(order.followers.map(one => one.task)).toEqual(many.taskIds.slice(0, MOST_NAMED))
    const cuts = order.followers.map(({ task }) => ({ task, findings: findings({ after: measured(1, 1) }) }))
    world.end(leader, { cuts })
    expect(world.job(many.jobId).counts).toMatchObject({ succeeded: MOST_NAMED, queued: 200 })
    for (let round = 0; world.job(many.jobId).endedAt === undefined; round += 1) {
      expect(round).toBeLessThan(300)
      for (const row of [...world.state.allocations.rows()]) if (row.status === 'queued') world.end(row.taskId)
    }
    expect(world.job(many.jobId)).toMatchObject({ status: 'succeeded', counts: { succeeded: 700 } })
  })

  test('ten thousand tasks are handed over at once, and follow the parent that is among them', () => {
    const world = createWorld()
    world.agent({ work: 1 })
    const first = world.submit(['/a'])
    const paths = Array.from({ length: 9_999 }, (_, n) => `/a/t${n % 100}/p${n}`)
    const many = world.submit([...paths, '/a'], { actor: BOB })
    world.start(first.taskIds[0]!)
    world.ask({ type: 'job.stop', actor: ANN, jobId: first.jobId })
    const { events } = world.end(first.taskIds[0]!, { exit: { reason: 'stopped' }, findings: findings({}) })
    expect(world.job(many.jobId)).toMatchObject({ live: 1, waiting: { work: 0 }, counts: { queued: 10_000 } })
    const parent = must(many.taskIds.at(-1))
    expect(world.run(parent)).toMatchObject({ attempt: 1, status: 'queued' })
    expect(world.state.tasks.countOf('followers', parent)).toBe(9_999)
    expect(events.filter(event => event.type === 'task.queued')).toHaveLength(1)
    const { order } = must(createOrderBook(world).orderOf(world.run(parent).id))
    expect(order.followers).toHaveLength(MOST_NAMED)
  })

  test('long paths are named only as far as one frame carries them', () => {
    const world = createWorld()
    world.agent({ work: 1 })
    const deep = `/a${`/${'ü"'.repeat(100)}`.repeat(13)}`
    const { taskIds } = world.submit(['/a', ...Array.from({ length: 400 }, (_, n) => `${deep}/${n}`)])
    const { order } = must(createOrderBook(world).orderOf(world.run(taskIds[0]!).id))
    expect(order.followers.length).toBeGreaterThan(10)
    expect(Buffer.byteLength(JSON.stringify({ type: 'run', order }))).toBeLessThan(LARGEST_FRAME_BYTES / 2)
  })

  test('stopping a job that waits hands nothing over to what is stopped with it', () => {
    const world = createWorld()
    const first = world.submit(['/a', '/a/b', '/a'])
    const [other] = world.submit(['/a'], { actor: BOB }).taskIds
    world.ask({ type: 'job.stop', actor: ANN, jobId: first.jobId })
    expect(world.job(first.jobId)).toMatchObject({ status: 'stopped', counts: { stopped: 3 } })
    expect(world.task(other!)).toMatchObject({ status: 'queued', waiting: true })
  })
})

describe('stop and retry', () => {
  test('only the owner or an admin', () => {
    const world = createWorld()
    const { jobId, taskIds } = world.submit(['/a'])
    expect(refusal(() => world.ask({ type: 'job.stop', actor: BOB, jobId }))).toMatch(
      /^FORBIDDEN: Job 1 belongs to ann/,
    )
    expect(refusal(() => world.ask({ type: 'task.stop', actor: VIC, taskId: taskIds[0]! }))).toMatch(/^FORBIDDEN/)
    expect(refusal(() => world.ask({ type: 'job.stop', actor: ROOT, jobId: 'x' }))).toMatch(/^JOB_NOT_FOUND/)
    expect(refusal(() => world.ask({ type: 'task.stop', actor: ROOT, taskId: 'x' }))).toMatch(/^TASK_NOT_FOUND/)
    expect(refusal(() => world.ask({ type: 'job.retry', actor: ANN, jobId, only: 'failed' }))).toMatch(/^CONFLICT/)
    world.ask({ type: 'job.stop', actor: ROOT, jobId })
    expect(world.job(jobId).status).toBe('stopped')
  })

  test('retry goes on in the same job with what failed, or with all', () => {
    const world = createWorld()
    world.agent({ work: 3 })
    const { jobId, taskIds } = world.submit(['/a', '/b', '/c'])
    const [a, b, c] = taskIds as [string, string, string]
    for (const id of taskIds) world.start(id)
    world.end(a)
    world.end(b, { findings: findings({ after: measured(3, 1) }) })
    world.end(c, { exit: { reason: 'exited', code: 0 } })
    expect(world.job(jobId).status).toBe('partial')
    expect(world.ask({ type: 'job.retry', actor: ANN, jobId, only: 'failed' }).taskIds).toEqual([b])
    expect(world.job(jobId)).toMatchObject({ status: 'running', desired: 'run' })
    expect(world.job(jobId).endedAt).toBeUndefined()
    expect(world.task(b)).toMatchObject({ attempts: 2, status: 'queued' })
    expect(world.task(b).verdict).toBeUndefined()
    world.start(b)
    world.end(b)
    expect(world.job(jobId).status).toBe('succeeded')
    expect(world.ask({ type: 'job.retry', actor: ANN, jobId, only: 'all' }).taskIds).toEqual(taskIds)
  })
})

test('a dry run keeps its estimate and has no verdict', () => {
  const world = createWorld()
  world.agent()
  const [id] = world.submit(['/a'], { options: { dryRun: true } }).taskIds
  world.start(id!)
  world.end(id!, { exit: EXIT_0, estimate: { files: 3, bytes: 30, missingBytes: 10 } })
  expect(world.task(id!)).toMatchObject({ status: 'succeeded', estimate: { missingBytes: 10 } })
  expect(world.task(id!).verdict).toBeUndefined()
})

test('tokens: of one’s own, up to one’s own role; an admin all', () => {
  const world = createWorld()
  const make = (actor: typeof ANN, role: 'viewer' | 'operator' | 'admin') =>
    world.ask({ type: 'token.create', actor, name: 't', role, sha256: 's' })
  expect(refusal(() => make(ANN, 'admin'))).toMatch(/^FORBIDDEN/)
  const id = must(make(ANN, 'operator').tokenId)
  expect(refusal(() => world.ask({ type: 'token.revoke', actor: BOB, tokenId: id }))).toMatch(/^FORBIDDEN/)
  // what she made for a dashboard must not lock her out
  const mild = { ...ANN, role: 'viewer' } as const
  expect(refusal(() => world.ask({ type: 'token.revoke', actor: mild, tokenId: id }))).toMatch(/^FORBIDDEN.* viewer/)
  world.ask({ type: 'token.revoke', actor: mild, tokenId: must(make(mild, 'viewer').tokenId) })
  world.ask({ type: 'token.revoke', actor: ROOT, tokenId: id })
  expect(refusal(() => world.ask({ type: 'token.revoke', actor: ROOT, tokenId: id }))).toMatch(/^TOKEN_NOT_FOUND/)
})

test('tokens: of one user there are at most 200', () => {
  const world = createWorld()
  const make = (actor: typeof ANN) =>
    world.ask({ type: 'token.create', actor, name: 't', role: 'viewer', sha256: 's' }).tokenId
  const [first] = Array.from({ length: 200 }, () => must(make(ANN)))
  expect(refusal(() => make(ANN))).toMatch(/^CONFLICT.*at most 200 tokens/)
  must(make(BOB))
  world.ask({ type: 'token.revoke', actor: ANN, tokenId: must(first) })
  must(make(ANN))
})

test('drain keeps new work away, resume brings it back', () => {
  const world = createWorld()
  const agent = world.agent({ owner: 'ann' })
  const drain = (actor: typeof ANN, draining: boolean) =>
    world.ask({ type: 'agent.drain', actor, agentId: agent.id, draining })
  expect(refusal(() => drain(BOB, true))).toMatch(/^FORBIDDEN/)
  drain(ANN, true)
  const { taskIds, notes } = world.submit(['/a'])
  expect(notes).toEqual(['no agent of cluster default is ready; the job waits'])
  expect(world.task(taskIds[0]!).waiting).toBe(true)
  drain(ROOT, false)
  expect(world.task(taskIds[0]!).waiting).toBe(false)
  expect(ending().started).toBe(true)
})
