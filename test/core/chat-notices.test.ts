// what is told of a job's end and of a long load: to whom, once, and only as long as it is true
import { describe, expect, test } from 'vitest'
import { toTold } from '../../bot/core/notices.ts'
import { matches } from '../../bot/core/pattern.ts'
import type { Route } from '../../bot/core/routes.ts'
import type { NoticeRow } from '../../bot/core/state.ts'
import { MINUTE, SECOND, toInstant, toMs } from '../../shared/time.ts'
import { GROUP, OTHER, only, typed, typesOf } from './talk.ts'
import { ANN, createWorld, findings, measured, ROOT, type World } from './world.ts'

const ASKERS = [GROUP, GROUP, OTHER].map((place, n) => ({ place, staffId: `s${n}`, nick: '' }))
type Ended = Parameters<typeof toTold>[0]
const ended = (more: Partial<Ended> = {}): Ended => ({
  ...{ status: 'succeeded', desired: 'run', via: 'chat', name: 'night-1', named: false, askers: ASKERS, ...more },
})
const show = (job: Ended, routes?: readonly Route[], robot = true): string[] =>
  toTold(job, { robot, ...(routes !== undefined && { routes }) }).map(
    ({ place, form, alarm }) => `${place}${form === 'named' ? ' named' : ''}${alarm ? ' !' : ''}`,
  )

const FAILED = { status: 'failed' } as const
const STOPPED = { status: 'stopped', desired: 'stop' } as const
const NAMED = { named: true, via: 'http', askers: [] } as const

const HOME = 'conversation home=='
const of = (notify: 'alarm' | 'always' | 'never'): Partial<Ended> => ({
  ...{ via: 'schedule', named: true, askers: [] },
  scheduled: {
    ...{ id: 'x', name: 'nightly', slotId: 'x', slot: toInstant(0), run: 1, kind: 'clock', notify },
    home: { place: HOME, staffId: 's0', nick: '' },
  },
})

describe('without routes', () => {
  test.each<[string, Partial<Ended>, string[]]>([
    ['what was asked in chat is told where it was asked', {}, [GROUP, OTHER]],
    ['so is a failure', FAILED, [`${GROUP} !`, `${OTHER} !`]],
    ['and what was reached only in part', { status: 'partial' }, [`${GROUP} !`, `${OTHER} !`]],
    ['and what was lost', { status: 'lost' }, [`${GROUP} !`, `${OTHER} !`]],
    ['what a person stopped is no alarm', STOPPED, [GROUP, OTHER]],
    ['what ended as stopped by itself is one', { status: 'stopped' }, [`${GROUP} !`, `${OTHER} !`]],
    ['what others asked for over HTTP is told to nobody', { via: 'http', askers: [] }, []],
    ['but for who joined in', { via: 'http' }, [GROUP, OTHER]],
    ['a name is told to the robot', NAMED, ['robot named']],
    ['with its failure', { ...NAMED, ...FAILED }, ['robot named !']],
    ['a stop is one there', { ...NAMED, ...STOPPED }, ['robot named !']],
    ['a name asked for in chat is told to both', { named: true }, [GROUP, OTHER, 'robot named']],
    ['a schedule is quiet', of('alarm'), []],
    ['until it fails', { ...of('alarm'), ...FAILED }, [`${HOME} !`, 'robot !']],
    ['a schedule that a person stopped is told where it was made', { ...of('alarm'), ...STOPPED }, [HOME]],
    ['always tells of success too', of('always'), [HOME, 'robot']],
    ['never tells nobody of failure', { ...of('never'), ...FAILED }, []],
    [
      'who asked for the run hears of it, whatever is told to others',
      { ...of('never'), askers: ASKERS },
      [GROUP, OTHER],
    ],
    [
      'of its failure hear they and all others',
      { ...of('alarm'), ...FAILED, askers: ASKERS },
      [`${GROUP} !`, `${OTHER} !`, `${HOME} !`, 'robot !'],
    ],
  ])('%s', (_what, job, told) => {
    expect(show(ended(job))).toEqual(told)
  })

  test('nothing goes to a robot that is not there', () => {
    expect(show(ended(NAMED), undefined, false)).toEqual([])
  })
})

describe('a schedule with routes', () => {
  const elsewhere: readonly Route[] = [{ when: 'alarm', via: ['schedule'], to: ['cidX=='] }]
  const none: readonly Route[] = [{ when: 'ended', via: ['cli'], to: ['cidX=='] }]
  const homeless = (notify: 'alarm' | 'always' | 'never') => {
    const { home: _, ...scheduled } = of(notify).scheduled!
    return { ...of(notify), scheduled }
  }
  test.each<[string, Partial<Ended>, readonly Route[], string[]]>([
    [
      'tells an alarm where it was made and where the routes say',
      { ...of('alarm'), ...FAILED },
      elsewhere,
      [`${HOME} !`, 'conversation cidX== !'],
    ],
    ['its success is quiet whatever they say', of('alarm'), [{ when: 'ended', to: ['robot'] }], []],
    ['but always goes to the robot beside them', of('always'), none, [HOME, 'robot']],
    [
      'an alarm that no route takes, of nobody, goes to the robot',
      { ...homeless('alarm'), ...FAILED },
      none,
      ['robot !'],
    ],
    ['never is never', { ...homeless('never'), ...FAILED }, elsewhere, []],
  ])('%s', (_what, job, routes, told) => {
    expect(show(ended(job), routes)).toEqual(told)
  })
})

describe('with routes', () => {
  test.each<[string, Partial<Ended>, readonly Route[], string[]]>([
    ['none of them match: nobody', { named: true }, [], []],
    ['requester', {}, [{ when: 'ended', to: ['requester'] }], [GROUP, OTHER]],
    ['the robot gets the summary of a name', NAMED, [{ when: 'ended', to: ['robot'] }], ['robot']],
    [
      'a conversation, a person',
      NAMED,
      [{ when: 'ended', to: ['cidX==', 'staff:s9'] }],
      ['conversation cidX==', 'staff s9'],
    ],
    [
      'one place once',
      {},
      [
        { when: 'ended', to: ['cid1', 'requester'] },
        { when: 'alarm', to: ['cid1'] },
      ],
      [GROUP, OTHER],
    ],
    ['alarms only', {}, [{ when: 'alarm', to: ['robot'] }], []],
    ['alarms', FAILED, [{ when: 'alarm', to: ['robot'] }], ['robot !']],
    ['by door', {}, [{ when: 'ended', via: ['http', 'cli'], to: ['robot'] }], []],
    ['by name', NAMED, [{ when: 'ended', name: 'night-*', to: ['robot'] }], ['robot']],
    ['by another name', NAMED, [{ when: 'ended', name: 'day-*', to: ['robot'] }], []],
    ['a made name is no name', {}, [{ when: 'ended', name: '*', to: ['robot'] }], []],
    [
      'a stop goes back to the requester only',
      STOPPED,
      [{ when: 'ended', to: ['robot', 'requester'] }],
      [GROUP, OTHER],
    ],
  ])('%s', (_what, job, routes, told) => {
    expect(show(ended(job), routes)).toEqual(told)
  })

  test('nothing goes to a robot that is not there', () => {
    expect(show(ended(), [{ when: 'ended', to: ['robot', 'requester'] }], false)).toEqual([GROUP, OTHER])
  })
})

test.each([
  ['*', '', true],
  ['n*t?', 'night', false],
  ['n*t?', 'nights', true],
  ['?', '夜', true],
  ['?', '😀', true],
  ['a.c', 'abc', false],
  ['*a*a*a*a*a*a*b', 'a'.repeat(500), false],
  ['**x', 'yx', true],
  ['', 'a', false],
])('pattern %s and %s', (pattern, name, fits) => {
  expect(matches(pattern, name)).toBe(fits)
})

const noticesOf = (world: World): NoticeRow[] => [...world.state.notices.rows()]

function createLoad(more: Parameters<World['submit']>[1] = {}) {
  const world = createWorld({ settings: { robot: true } })
  world.agent()
  const job = world.submit(['/a'], { actor: typed('m1'), ...more })
  world.start(job.taskIds[0]!)
  return { world, jobId: job.jobId, taskId: job.taskIds[0]! }
}
const BAD = {
  findings: findings({ before: measured(3, 0), after: measured(3, 1), missingTotal: 2, missingByCause: { gone: 2 } }),
}

describe('an end', () => {
  test('is told in the frame in which the job ends, and due five seconds later', () => {
    const { world, jobId, taskId } = createLoad({ name: 'n' })
    const { events } = world.end(taskId)
    expect(typesOf(events)).toContain('notice.queued')
    expect(noticesOf(world).map(({ place, form }) => [place, form])).toEqual([
      [GROUP, 'summary'],
      ['robot', 'named'],
    ])
    const [notice] = noticesOf(world)
    expect(notice).toMatchObject({ endedAt: world.job(jobId).endedAt })
    expect(toMs(notice?.dueAt ?? '') - world.now).toBe(5 * SECOND)
  })

  test('that did not last is void: a retry tells anew', () => {
    const { world, jobId, taskId } = createLoad()
    world.end(taskId, BAD)
    expect(only(noticesOf(world)).alarm).toBe(true)
    world.skip(SECOND)
    const { events } = world.ask({ type: 'job.retry', actor: ANN, jobId, only: 'failed' })
    expect(events).toContainEqual(expect.objectContaining({ type: 'notice.dropped', why: 'void' }))
    expect(noticesOf(world)).toEqual([])
    world.start(taskId)
    world.end(taskId)
    expect(only(noticesOf(world))).toMatchObject({ alarm: false, endedAt: toInstant(world.now) })
  })

  test('of a run that was given up and came back is void too', () => {
    const { world, taskId } = createLoad({ options: { restart: { attempts: 0, delaySeconds: 0 } } })
    const agent = only(world.state.agents.rows())
    const lives: string[] = []
    for (let n = 0; n < 3; n += 1) {
      lives.push(world.run(taskId).id)
      world.report(agent.id, { type: 'started', allocation: lives[n]! })
      world.gone(agent.id)
      world.wait(world.settings.graceMs)
      if (n < 2) world.hello(agent.description)
    }
    expect(world.task(taskId).status).toBe('lost')
    expect(only(noticesOf(world)).alarm).toBe(true)
    world.hello(agent.description, [{ allocation: lives[2]!, state: 'running' }])
    expect(world.task(taskId).status).toBe('running')
    expect(noticesOf(world)).toEqual([])
  })

  test('of what only looks, only finds out, or is removed is not told', () => {
    const world = createWorld({ settings: { robot: true } })
    world.agent({ work: 5, read: 5 })
    const list = world.submit(['/a'], { actor: typed('m1'), action: 'list', name: 'l' })
    world.start(list.taskIds[0]!)
    world.end(list.taskIds[0]!)
    const dry = world.submit(['/a'], { actor: typed('m2'), options: { dryRun: true }, name: 'd' })
    world.start(dry.taskIds[0]!)
    world.end(dry.taskIds[0]!)
    const gone = world.submit(['/g'], { actor: typed('m3'), name: 'g' })
    world.start(gone.taskIds[0]!)
    world.ask({ type: 'job.purge', actor: ROOT, jobId: gone.jobId })
    world.end(gone.taskIds[0]!)
    expect(noticesOf(world)).toEqual([])
  })

  test('of a job that is removed afterwards is not told', () => {
    const { world, jobId, taskId } = createLoad()
    world.end(taskId)
    expect(noticesOf(world)).toHaveLength(1)
    world.ask({ type: 'job.purge', actor: ROOT, jobId })
    expect([world.state.jobs.size, noticesOf(world).length]).toEqual([0, 0])
  })

  test('of a stopped job is told to who asked for it, as no alarm', () => {
    const { world, jobId, taskId } = createLoad()
    world.ask({ type: 'job.stop', actor: typed('m2', { place: OTHER, as: ROOT }), jobId })
    world.end(taskId, { exit: { reason: 'stopped' } })
    expect(noticesOf(world).map(({ place, alarm }) => [place, alarm])).toEqual([[GROUP, false]])
  })

  test('that nobody wrote within a day is given up', () => {
    const { world, taskId } = createLoad()
    world.end(taskId)
    const due = world.nextDue() ?? 0
    expect(due - world.now).toBe(24 * 60 * MINUTE)
    world.wait(due - world.now - 1)
    expect(noticesOf(world)).toHaveLength(1)
    world.wait(1)
    expect(noticesOf(world)).toEqual([])
  })
})

describe('a long load', () => {
  test('is told of once, to every place of its askers, when it has run for half an hour', () => {
    const { world, jobId } = createLoad({ name: 'n' })
    world.submit(['/a'], { actor: typed('m2', { place: OTHER }), name: 'n' })
    world.submit(['/a'], { actor: typed('m3', { staffId: 's3' }), name: 'n' })
    const due = world.nextDue() ?? 0
    expect(due - toMs(world.job(jobId).startedAt ?? '')).toBe(30 * MINUTE)
    world.wait(due - world.now - 1)
    expect(noticesOf(world)).toEqual([])
    world.wait(1)
    expect(noticesOf(world).map(({ place, about }) => [place, about])).toEqual([
      [GROUP, 'halfway'],
      [OTHER, 'halfway'],
    ])
    world.wait(60 * MINUTE)
    expect(noticesOf(world)).toHaveLength(2)
  })

  test('has its card instead where there is one', () => {
    const { world, jobId } = createLoad()
    world.ask({ type: 'card.opened', card: { id: 'c', jobId, place: GROUP, shown: {} } })
    world.wait(31 * MINUTE)
    expect([noticesOf(world).length, world.job(jobId).toldHalfway]).toEqual([0, true])
  })

  test('that ends before it was told of is told of as ended', () => {
    const { world, taskId } = createLoad()
    world.wait(31 * MINUTE)
    expect(only(noticesOf(world)).about).toBe('halfway')
    world.end(taskId)
    expect(only(noticesOf(world)).about).toBe('ended')
  })

  test('that runs again, or that others began, is not', () => {
    const { world, jobId, taskId } = createLoad()
    world.end(taskId, BAD)
    world.skip(40 * MINUTE)
    world.ask({ type: 'job.retry', actor: typed('m2'), jobId, only: 'failed' })
    world.start(taskId)
    const other = createLoad({ actor: ANN, name: 'n' })
    other.world.wait(20 * MINUTE)
    other.world.submit(['/b'], { actor: typed('m3'), name: 'n' })
    for (const one of [world, other.world]) {
      one.wait(31 * MINUTE)
      expect(noticesOf(one).filter(notice => notice.about === 'halfway')).toEqual([])
    }
  })
})
