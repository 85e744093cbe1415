// slots of schedules: written down once, judged by their rules, and followed to the end of their jobs
import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE, SECOND, toInstant, toMs } from '../../shared/time.ts'
import { createClockwork, firing, slotAt, slotNotices, toScheduleDraft, troubles } from './clock.ts'
import { GROUP, hear, typed } from './talk.ts'
import { ANN, BOB, codeOf, createWorld, EXIT_0, findings, measured, must, ROOT, VIC } from './world.ts'

const ROBOT = { settings: { robot: true } }

describe('a due slot', () => {
  test('is written down in the frame of its job, which carries schedule and slot', () => {
    const world = createWorld()
    world.agent()
    const clock = createClockwork(world)
    const { events } = clock.due([firing(1)])
    expect(events.filter(({ type }) => /^(slot|job)\./.test(type)).map(({ type }) => type)).toEqual([
      ...['slot.recorded', 'job.created', 'job.asked', 'slot.changed'],
    ])
    const slot = clock.slot(1)
    expect(slot).toMatchObject({ status: 'fired', kind: 'clock', slot: slotAt(1), firedAt: slotAt(1) })
    expect(slot.plan).toBeUndefined()
    expect(world.job(must(slot.jobId))).toMatchObject({
      ...{ name: 'nightly', named: true, via: 'schedule', requester: 'ann', number: slot.jobNumber },
      scheduled: { id: clock.scheduleId, run: 1, slot: slotAt(1), notify: 'alarm' },
    })
    expect([...world.state.tasks.find('job', must(slot.jobId))].map(({ path }) => path)).toEqual(['/d/1'])
    expect(clock.course()).toMatchObject({ runs: 1, through: slotAt(1), lastRunAt: slotAt(1) })
  })

  test('runs once, however often and in whatever company it is said to be due', () => {
    const world = createWorld()
    world.agent()
    const clock = createClockwork(world, { overlap: 'allow' })
    clock.due([firing(1)])
    clock.dueNow([firing(1)])
    clock.due([firing(1), firing(2)])
    clock.dueNow([firing(2), firing(1)])
    expect(clock.standing()).toEqual(['fired', 'fired'])
    expect(world.state.jobs.size).toBe(2)
  })

  test('is void when it was computed for what the schedule was before, or while it is paused', () => {
    const world = createWorld()
    const clock = createClockwork(world)
    const { version } = clock.row()
    world.ask({ type: 'schedule.put', actor: ANN, scheduleId: clock.scheduleId, draft: toScheduleDraft() })
    world.skip(HOUR)
    world.ask({ type: 'schedule.due', due: [{ scheduleId: clock.scheduleId, version, firings: [firing(1)] }] })
    expect(clock.slots()).toEqual([])
    world.ask({ type: 'schedule.pause', actor: ANN, scheduleIds: [clock.scheduleId], paused: true })
    clock.dueNow([firing(1)])
    expect(clock.slots()).toEqual([])
  })

  test('never joins an open job of its name', () => {
    const world = createWorld()
    world.submit(['/other'], { name: 'nightly' })
    const clock = createClockwork(world, { overlap: 'allow' })
    clock.due([firing(1)])
    clock.due([firing(2)])
    expect([...world.state.jobs.rows()].map(({ counts }) => counts.total)).toEqual([1, 1, 1])
  })

  test('many of one second: each has a job of its own number, and the same path is loaded once', () => {
    const world = createWorld()
    world.agent()
    const clocks = ['a', 'b', 'c'].map(name => createClockwork(world, {}, { draft: { name } }))
    world.skip(HOUR)
    const due = clocks.map(({ scheduleId, row }) => ({ scheduleId, version: row().version, firings: [firing(1)] }))
    world.ask({ type: 'schedule.due', due })
    const jobs = [...world.state.jobs.rows()]
    expect(jobs.map(({ number }) => number)).toEqual([1, 2, 3])
    expect([...world.state.tasks.rows()].map(({ attachedTo }) => attachedTo === undefined)).toEqual([
      true,
      false,
      false,
    ])
  })

  test('what cannot be submitted is written down with the reason, and told', () => {
    const world = createWorld({ settings: { robot: true, clusters: ['c1'] } })
    const work = { kind: 'ask', action: 'load', paths: ['/d'], options: {}, cluster: 'c9' } as const
    const clock = createClockwork(world, {}, { draft: { work } })
    clock.due([firing(1)])
    expect(clock.slot(1)).toMatchObject({ status: 'unstarted', message: 'There is no cluster "c9"; known are c1.' })
    clock.due([firing(2, { plan: { problem: 'paths[0] is bad' } })])
    expect(clock.slot(2)).toMatchObject({ status: 'unstarted', message: 'paths[0] is bad' })
    // the same again is not told again
    clock.due([firing(3, { plan: { problem: 'paths[0] is bad' } })])
    expect(troubles(world)).toEqual(['unstarted robot', 'unstarted robot'])
    expect(world.state.jobs.size).toBe(0)
  })

  test('a statement that nobody can read fails at each slot', () => {
    const world = createWorld()
    const work = { kind: 'unreadable', statement: 'laod /a', problem: 'must begin with a word such as load' } as const
    const clock = createClockwork(world, {}, { draft: { work } })
    clock.due([firing(1)])
    expect(clock.slot(1)).toMatchObject({ status: 'unstarted', message: work.problem })
  })

  test('* loads anew whatever was loaded whole in its cluster', () => {
    const world = createWorld()
    world.agent()
    const { taskIds } = world.submit(['/a', '/b'])
    for (const id of taskIds) {
      world.start(id)
      world.end(id)
    }
    const clock = createClockwork(world, {}, { draft: { work: { kind: 'warmed', statement: '*' } } })
    clock.due([firing(1)])
    const tasks = [...world.state.tasks.find('job', must(clock.slot(1).jobId))]
    expect(tasks.map(({ path, options }) => [path, options.refresh])).toEqual([
      ['/a', true],
      ['/b', true],
    ])
  })

  test('an agent that is away is told, and the job waits', () => {
    const world = createWorld(ROBOT)
    const clock = createClockwork(world)
    clock.due([firing(1)])
    expect(clock.standing()).toEqual(['fired'])
    expect(slotNotices(world)).toMatchObject([
      { trouble: 'no-agent', place: 'robot', cluster: 'default', jobNumber: 1 },
    ])
  })

  test('an agent that is back before it was told is not told: a daemon that starts has none for a moment', () => {
    const world = createWorld(ROBOT)
    const clock = createClockwork(world)
    clock.due([firing(1)])
    world.agent({ cluster: 'other' })
    expect(slotNotices(world)).toHaveLength(1)
    world.agent()
    expect(slotNotices(world)).toEqual([])
  })
})

describe('late slots', () => {
  const three = [firing(1), firing(2), firing(3)]

  test('run-once runs the newest, late, and tells it; the others are missed', () => {
    const world = createWorld(ROBOT)
    world.agent()
    const clock = createClockwork(world)
    clock.due(three, { lateMs: 20 * MINUTE, others: { count: 7, since: slotAt(-7) } })
    expect(clock.standing()).toEqual(['missed merged', 'missed merged', 'fired'])
    expect(clock.slot(1).others).toEqual({ count: 7, since: slotAt(-7) })
    expect(slotNotices(world)).toMatchObject([{ trouble: 'late', count: 10, slot: slotAt(3) }])
  })

  test('skip runs none and tells it', () => {
    const world = createWorld(ROBOT)
    const clock = createClockwork(world, { misfire: 'skip' })
    clock.due(three, { lateMs: 2 * MINUTE })
    expect(clock.standing()).toEqual(['missed late', 'missed late', 'missed late'])
    expect(slotNotices(world)).toMatchObject([{ trouble: 'missed', count: 3 }])
    expect(world.state.jobs.size).toBe(0)
  })

  test.each([
    [30 * MINUTE, 'fired'],
    [31 * MINUTE, 'missed late'],
  ])('the bound on how late: %d ms', (lateMs, standing) => {
    const world = createWorld()
    const clock = createClockwork(world, { misfireWithinSeconds: 30 * 60 })
    clock.due([firing(1)], { lateMs })
    expect(clock.standing()).toEqual([standing])
  })

  test('a minute is not late, and nobody is told of a busy second', () => {
    const world = createWorld(ROBOT)
    world.agent()
    const clock = createClockwork(world, { misfire: 'skip' })
    const seconds = [1, 2, 3].map(n => ({
      ...firing(1),
      slot: toInstant(toMs(slotAt(1)) + n * SECOND),
      dueAt: toInstant(toMs(slotAt(1)) + n * SECOND),
    }))
    clock.due(seconds, { lateMs: 50 * SECOND })
    expect(clock.standing()).toEqual(['missed merged', 'missed merged', 'fired'])
    expect(troubles(world)).toEqual([])
  })

  test('what was missed before one that is in time is told', () => {
    const world = createWorld(ROBOT)
    world.agent()
    const clock = createClockwork(world)
    clock.due(three)
    expect(clock.standing()).toEqual(['missed merged', 'missed merged', 'fired'])
    expect(slotNotices(world)).toMatchObject([{ trouble: 'missed', count: 2, slot: slotAt(2) }])
  })

  test.each([{ misfire: 'skip' }, { misfireWithinSeconds: 90 }] as const)(
    'what was missed before one that is in time is late where its policy runs nothing so late: %j',
    policy => {
      const clock = createClockwork(createWorld(), policy)
      clock.due(three)
      expect(clock.standing()).toEqual(['missed late', 'missed late', 'fired'])
    },
  )

  test('never tells nobody', () => {
    const world = createWorld(ROBOT)
    createClockwork(world, { misfire: 'skip', notify: 'never' }).due(three, { lateMs: HOUR })
    expect(troubles(world)).toEqual([])
  })
})

describe('a clock that is set back', () => {
  test('runs nothing twice; what was only missed may come by again, under its number', () => {
    const world = createWorld()
    world.agent()
    const clock = createClockwork(world, { overlap: 'allow' })
    // ten hours ahead, by mistake
    clock.due([firing(8), firing(9), firing(10)], { lateMs: MINUTE })
    world.skip(-3 * HOUR)
    clock.dueNow([firing(8)])
    expect(clock.course().through).toBe(slotAt(8))
    expect(clock.standing()).toEqual(['fired', 'missed merged', 'fired'])
    expect(clock.slots().map(({ number }) => number)).toEqual([1, 2, 3])
    world.skip(3 * HOUR)
    clock.dueNow([firing(9), firing(10)])
    expect(clock.standing()).toEqual(['fired', 'fired', 'fired'])
    expect(world.state.jobs.size).toBe(3)
  })

  test('what was forgotten is not run again; what was passed over is, when its time comes', () => {
    const world = createWorld({ settings: { keepJobs: 1 } })
    world.agent()
    const clock = createClockwork(world)
    const run = (hour: number): void => {
      clock.due([firing(hour)])
      const newest = clock.slots().at(-1)
      if (newest?.slot === slotAt(hour)) clock.finish(newest.number)
    }
    for (let hour = 1; hour <= 30; hour += 1) run(hour)
    expect(clock.slots().length).toBeLessThan(23)
    // a year ahead by mistake, for so long that all of it is forgotten
    clock.due([firing(8_999), firing(9_000)], { others: { count: 1_000, since: slotAt(31) } })
    clock.finish(clock.slots().at(-1)?.number ?? 0)
    for (let hour = 9_001; hour <= 9_040; hour += 1) run(hour)
    expect(clock.course().forgotten).toMatchObject([
      { from: slotAt(1), through: slotAt(30) },
      { from: slotAt(9_000), through: slotAt(9_019) },
    ])
    const before = world.state.jobs.size
    for (const hour of [3, 30, 9_000, 9_010]) clock.due([firing(hour)])
    expect(world.state.jobs.size).toBe(before)
    run(31)
    run(8_999)
    expect(world.state.jobs.size).toBe(before + 2)
  })

  test('a late slot that is not run in the end is told as missed', () => {
    const world = createWorld(ROBOT)
    world.agent()
    const clock = createClockwork(world)
    clock.due([firing(1)])
    clock.due([firing(2)], { lateMs: HOUR / 2 })
    expect(clock.standing()).toEqual(['fired', 'skipped overlap'])
    expect(slotNotices(world)).toMatchObject([{ trouble: 'missed', count: 1, slot: slotAt(2) }])
    clock.due([firing(3, { quiet: { until: slotAt(9), mode: 'skip' } })], { lateMs: HOUR / 2 })
    expect(slotNotices(world)).toMatchObject([{ slot: slotAt(2) }, { trouble: 'missed', count: 1, slot: slotAt(3) }])
  })
})

describe('an earlier run that is at work', () => {
  test.each([
    ['skip', ['fired', 'skipped overlap', 'skipped overlap'], ['fired', 'skipped overlap', 'skipped overlap']],
    ['allow', ['fired', 'fired', 'fired'], ['fired', 'fired', 'fired']],
    ['queue', ['fired', 'waiting overlap', 'skipped behind'], ['fired', 'fired', 'skipped behind']],
  ] as const)('%s', (overlap, during, after) => {
    const world = createWorld()
    world.agent({ work: 9 })
    const clock = createClockwork(world, { overlap })
    for (const hour of [1, 2, 3]) clock.due([firing(hour)])
    expect(clock.standing()).toEqual(during)
    clock.finish(1)
    expect(clock.standing()).toEqual(after)
    expect(clock.slot(1).outcome).toMatchObject({
      status: 'succeeded',
      verdict: { kind: 'cached', ok: true },
      after: { cachedPercent: 100 },
    })
  })

  test('stop-old stops it and runs when it is gone; a later one takes the place of who waits', () => {
    const world = createWorld()
    world.agent()
    const clock = createClockwork(world, { overlap: 'stop-old' })
    clock.due([firing(1)])
    const first = [...world.state.tasks.find('job', must(clock.slot(1).jobId))][0]
    world.start(must(first).id)
    clock.due([firing(2)])
    clock.due([firing(3)])
    expect(clock.standing()).toEqual(['fired', 'skipped behind', 'waiting overlap'])
    expect(world.run(must(first).id).desired).toBe('stop')
    clock.finish(1, { exit: { reason: 'stopped' } })
    expect(clock.standing()).toEqual(['fired', 'skipped behind', 'fired'])
    expect(clock.slot(1).outcome?.status).toBe('stopped')
  })

  test.each([
    ['queue', ['fired', 'fired', 'waiting overlap']],
    ['stop-old', ['fired', 'skipped behind', 'fired']],
  ] as const)('%s: nobody overtakes who waited for a run that has just ended', (overlap, standing) => {
    const world = createWorld()
    world.agent()
    const clock = createClockwork(world, { overlap })
    clock.due([firing(1)])
    clock.due([firing(2)])
    // the end of the run is known, and the one behind it was not let go in that frame
    const endedAt = toInstant(world.now)
    world.state.slots.set(clock.slot(1).id, { ...clock.slot(1), outcome: { status: 'succeeded', endedAt } })
    clock.due([firing(3)])
    expect(clock.standing()).toEqual(standing)
  })

  test('a run that is retried is at work again, and its end is written anew', () => {
    const world = createWorld()
    world.agent()
    const clock = createClockwork(world)
    clock.due([firing(1)])
    const bad = {
      before: measured(3, 0),
      after: measured(3, 1),
      missingTotal: 2,
      missingByCause: { gone: 2 },
      missing: [],
    }
    clock.finish(1, { exit: EXIT_0, findings: findings(bad) })
    expect(clock.slot(1).outcome).toMatchObject({ status: 'failed', verdict: { kind: 'partly' } })
    world.ask({ type: 'job.retry', actor: ANN, jobId: must(clock.slot(1).jobId), only: 'failed' })
    clock.due([firing(2)])
    expect(clock.standing()).toEqual(['fired', 'skipped overlap'])
    clock.finish(1)
    expect(clock.slot(1).outcome).toMatchObject({ status: 'succeeded' })
  })

  test('a job that is removed while it runs holds nobody up', () => {
    const world = createWorld()
    const clock = createClockwork(world)
    clock.due([firing(1)])
    world.ask({ type: 'job.purge', actor: ANN, jobId: must(clock.slot(1).jobId) })
    expect(clock.slot(1).outcome?.status).toBe('stopped')
    clock.due([firing(2)])
    expect(clock.standing()).toEqual(['fired', 'fired'])
  })
})

describe('quiet hours', () => {
  const until = slotAt(10)
  test('wait: the last slot of the window runs when it is over, before it or not', () => {
    const world = createWorld()
    world.agent()
    const clock = createClockwork(world)
    const quiet = { until, mode: 'wait' } as const
    clock.due([firing(1, { quiet })])
    clock.due([firing(2, { quiet })])
    expect(clock.standing()).toEqual(['skipped merged', 'waiting quiet'])
    expect(world.nextDue()).toBeLessThanOrEqual(toMs(until) + SECOND)
    world.wait(toMs(until) - world.now - 1)
    expect(clock.standing()).toEqual(['skipped merged', 'waiting quiet'])
    world.wait(1)
    expect(clock.standing()).toEqual(['skipped merged', 'fired'])
    expect(clock.slot(2).firedAt).toBe(until)
  })

  test('skip: it is written down as such', () => {
    const world = createWorld()
    const clock = createClockwork(world)
    clock.due([firing(1, { quiet: { until, mode: 'skip' } })])
    expect(clock.standing()).toEqual(['skipped quiet'])
  })
})

describe('a marker', () => {
  const waitFor = { path: '/m', withinMinutes: 30, everySeconds: 60, otherwise: 'skip' } as const
  const awaited = (rules: object = {}) => {
    const world = createWorld(ROBOT)
    world.agent()
    const clock = createClockwork(world, { waitFor: { ...waitFor, ...rules } })
    clock.due([firing(1, { marker: '/m/1' })])
    const look = (bytes?: number) =>
      world.ask({
        type: 'slot.looked',
        slotId: clock.slot(1).id,
        ...(bytes !== undefined && { look: { bytes, files: 1 } }),
      })
    return { world, clock, look }
  }

  test('that is there lets the slot run', () => {
    const { clock, look } = awaited()
    expect(clock.standing()).toEqual(['waiting marker'])
    look()
    expect(clock.standing()).toEqual(['waiting marker'])
    look(0)
    expect(clock.standing()).toEqual(['fired'])
    look(0)
    expect(clock.slots()).toHaveLength(1)
  })

  test('has to stand still so long', () => {
    const { world, clock, look } = awaited({ stableMinutes: 5 })
    look(10)
    world.skip(4 * MINUTE)
    look(20)
    world.skip(4 * MINUTE)
    look(20)
    expect(clock.standing()).toEqual(['waiting marker'])
    world.skip(MINUTE)
    look(20)
    expect(clock.standing()).toEqual(['fired'])
  })

  test('that goes away has to stand still anew', () => {
    const { world, clock, look } = awaited({ stableMinutes: 5 })
    look(10)
    look()
    world.skip(5 * MINUTE)
    look(10)
    expect(clock.standing()).toEqual(['waiting marker'])
  })

  test.each([
    ['skip', 'skipped marker', 'marker'],
    ['load', 'fired', 'unmarked'],
  ] as const)('that does not come in time: %s', (otherwise, standing, trouble) => {
    const { world, clock } = awaited({ otherwise })
    world.wait(30 * MINUTE - 1)
    expect(clock.standing()).toEqual(['waiting marker'])
    world.wait(1)
    expect(clock.standing()).toEqual([standing])
    expect(slotNotices(world)).toMatchObject([{ trouble, path: '/m/1' }])
  })

  test('that may have come while nobody was there is looked at before it is denied', () => {
    const { world, clock, look } = awaited()
    look()
    world.skip(2 * HOUR)
    world.wait(0)
    expect(clock.standing()).toEqual(['waiting marker'])
    look(1)
    expect(clock.standing()).toEqual(['fired'])
    const late = awaited()
    late.world.skip(2 * HOUR)
    late.world.wait(0)
    late.look()
    late.world.wait(5 * MINUTE)
    expect(late.clock.standing()).toEqual(['skipped marker'])
    expect(troubles(late.world)).toEqual(['marker robot'])
  })

  test('that nobody is there to look at is told at once', () => {
    const world = createWorld(ROBOT)
    const clock = createClockwork(world, { waitFor })
    clock.due([firing(1, { marker: '/m/1' })])
    expect(clock.standing()).toEqual(['waiting marker'])
    expect(slotNotices(world)).toMatchObject([{ trouble: 'no-agent' }])
  })
})

describe('ready by', () => {
  const usual = (minutes: number) => {
    const world = createWorld(ROBOT)
    world.agent()
    const clock = createClockwork(world, { readyBy: '08:30' })
    for (const hour of [1, 2, 3]) {
      clock.due([firing(hour)])
      world.skip(minutes * MINUTE)
      clock.finish(hour)
    }
    const readyBy = toInstant(toMs(slotAt(5)) + 30 * MINUTE)
    return { world, clock, readyBy }
  }

  test('is told ahead when the usual duration says no, once, and again when the time is over', () => {
    const { world, clock, readyBy } = usual(40)
    clock.due([firing(5, { readyBy })])
    expect(slotNotices(world)).toMatchObject([
      { trouble: 'ahead', readyBy, expectedAt: toInstant(toMs(slotAt(5)) + 40 * MINUTE) },
    ])
    world.wait(29 * MINUTE)
    world.wait(MINUTE)
    world.wait(MINUTE)
    expect(slotNotices(world).map(({ trouble }) => trouble)).toEqual(['ahead', 'over'])
  })

  test('is not told when it is ready in time', () => {
    const { world, clock, readyBy } = usual(10)
    clock.due([firing(5, { readyBy })])
    world.wait(12 * MINUTE)
    clock.finish(4)
    world.wait(HOUR)
    expect(troubles(world)).toEqual([])
  })

  test('is told ahead when the load itself says how long it takes', () => {
    const { world, clock, readyBy } = usual(10)
    clock.due([firing(5, { readyBy })])
    const [task] = [...world.state.tasks.find('job', must(clock.slot(4).jobId))]
    world.start(must(task).id)
    const { id, agentId } = world.run(must(task).id)
    const progress = {
      at: toInstant(world.now),
      source: 'samples',
      bytesDone: 1,
      bytesTotal: 10,
      bytesPerSecond: 0.001,
    } as const
    world.report(agentId, { type: 'progress', allocation: id, progress: progress as never })
    expect(slotNotices(world)).toMatchObject([{ trouble: 'ahead', readyBy }])
  })

  test('is told when the run failed and nobody mended it', () => {
    const { world, clock, readyBy } = usual(10)
    clock.due([firing(5, { readyBy })])
    clock.finish(4, {
      exit: { reason: 'exited', code: 1 },
      findings: findings({
        before: measured(3, 0),
        after: measured(3, 1),
        missingTotal: 2,
        missingByCause: { gone: 2 },
      }),
    })
    world.wait(30 * MINUTE)
    expect(troubles(world)).toEqual(['over robot'])
  })
})

const ago = (hours: number) => firing(-hours)

describe('people', () => {
  test('run it now, whatever its rules say, and hear of the end themselves', () => {
    const world = createWorld(ROBOT)
    world.agent()
    const clock = createClockwork(world, {
      waitFor: { path: '/m', withinMinutes: 1, everySeconds: 10, otherwise: 'skip' },
    })
    clock.due([firing(1, { marker: '/m' })])
    hear(world, 'm1')
    const asked = {
      type: 'schedule.run',
      actor: typed('m1'),
      scheduleId: clock.scheduleId,
      firing: firing(1.5),
    } as const
    const { jobId, slotIds } = world.ask(asked)
    expect(world.ask(asked)).toMatchObject({ repeated: true, jobId, scheduleId: clock.scheduleId })
    expect(slotIds).toEqual([clock.slot(2).id])
    expect(clock.slot(2)).toMatchObject({ kind: 'manual', by: 'ann', status: 'fired' })
    clock.finish(2)
    const told = [...world.state.notices.rows()].filter(({ about }) => about === 'ended')
    expect(told.map(({ place }) => place)).toEqual([GROUP])
  })

  test('are refused a run that cannot be submitted, and nothing is written down', () => {
    const world = createWorld()
    const clock = createClockwork(world)
    const asked = {
      type: 'schedule.run',
      actor: ANN,
      scheduleId: clock.scheduleId,
      firing: firing(1, { plan: { problem: 'no such day' } }),
    } as const
    expect(() => world.ask(asked)).toThrow('no such day.')
    expect(clock.slots()).toEqual([])
  })

  test('backfill slots one after the other, oldest first, only those that did not go well', () => {
    const world = createWorld()
    world.agent()
    const clock = createClockwork(world)
    clock.due([firing(2)])
    clock.finish(1)
    const firings = [firing(1), firing(2), firing(3)]
    world.ask({ type: 'schedule.backfill', actor: ANN, scheduleId: clock.scheduleId, firings, only: 'missing' })
    expect(clock.slots().map(({ slot, status }) => [slot, status])).toEqual([
      [slotAt(2), 'fired'],
      [slotAt(1), 'fired'],
      [slotAt(3), 'waiting'],
    ])
    // asked for twice it is run once
    const twice = {
      type: 'schedule.backfill',
      actor: ANN,
      scheduleId: clock.scheduleId,
      firings,
      only: 'missing',
    } as const
    expect(() => world.ask(twice)).toThrow('all of them went well or are under way')
    // the clock goes before what waits for its turn
    clock.due([firing(4)])
    expect(clock.standing()).toEqual(['fired', 'fired', 'waiting turn', 'skipped overlap'])
    clock.finish(2)
    expect(clock.standing()).toEqual(['fired', 'fired', 'fired', 'skipped overlap'])
    const again = {
      type: 'schedule.backfill',
      actor: ANN,
      scheduleId: clock.scheduleId,
      firings: [firing(2)],
      only: 'missing',
    } as const
    expect(codeOf(() => world.ask(again))).toBe('INVALID_INPUT')
  })

  test('pause many or none; what waits is skipped, and a pause owes no slots', () => {
    const world = createWorld()
    world.agent()
    const clock = createClockwork(world, { overlap: 'queue' })
    const other = createClockwork(world, {}, { actor: BOB, draft: { name: 'other' } })
    const scheduleIds = [clock.scheduleId, other.scheduleId]
    expect(codeOf(() => world.ask({ type: 'schedule.pause', actor: ANN, scheduleIds, paused: true }))).toBe('FORBIDDEN')
    expect(
      codeOf(() =>
        world.ask({ type: 'schedule.pause', actor: ROOT, scheduleIds: [...scheduleIds, 'x'], paused: true }),
      ),
    ).toBe('SCHEDULE_NOT_FOUND')
    expect(clock.row().paused).toBe(false)
    clock.due([firing(1)])
    clock.due([firing(2)])
    world.ask({ type: 'schedule.pause', actor: ROOT, scheduleIds, paused: true })
    expect(clock.standing()).toEqual(['fired', 'skipped paused'])
    world.skip(5 * HOUR)
    world.ask({ type: 'schedule.pause', actor: ROOT, scheduleIds, paused: false })
    expect(clock.course().through).toBe(toInstant(world.now))
  })

  test('pause one that is paused: what waits of a backfill is called off, and nothing of the clock begins', () => {
    const world = createWorld()
    world.agent()
    const clock = createClockwork(world)
    const pause = () =>
      world.ask({ type: 'schedule.pause', actor: ANN, scheduleIds: [clock.scheduleId], paused: true }).events
    pause()
    const { version } = clock.row()
    const { scheduleId } = clock
    world.ask({ ...{ type: 'schedule.backfill', actor: ANN, scheduleId, only: 'all' }, firings: [3, 2, 1].map(ago) })
    expect(clock.standing()).toEqual(['fired', 'waiting turn', 'waiting turn'])
    pause()
    expect(clock.standing()).toEqual(['fired', 'skipped paused', 'skipped paused'])
    clock.finish(1)
    expect(clock.standing()).toEqual(['fired', 'skipped paused', 'skipped paused'])
    // as a schedule it is what it was
    expect(clock.row()).toMatchObject({ paused: true, version })
    expect(pause()).toEqual([])
  })

  test('change one that is paused: its backfill goes on with what it says now, unless the change asks for the pause', () => {
    const world = createWorld()
    world.agent()
    const clock = createClockwork(world, {}, { draft: { paused: true } })
    const { scheduleId } = clock
    world.ask({ ...{ type: 'schedule.backfill', actor: ANN, scheduleId, only: 'all' }, firings: [3, 2, 1].map(ago) })
    const change = (more: { paused?: boolean }) => {
      const waiting = clock.slots().filter(({ status }) => status === 'waiting')
      const replanned = waiting.map(({ id: slotId }) => ({ slotId, firing: firing(9) }))
      const draft = toScheduleDraft({ notify: 'always' }, more)
      world.ask({ type: 'schedule.put', actor: ANN, scheduleId, draft, replanned })
    }
    change({})
    expect(clock.standing()).toEqual(['fired', 'waiting turn', 'waiting turn'])
    expect(clock.slot(3).plan).toMatchObject({ paths: ['/d/9'] })
    change({ paused: true })
    expect(clock.standing()).toEqual(['fired', 'skipped paused', 'skipped paused'])
  })

  test('change it: what waits does what it says now', () => {
    const world = createWorld()
    world.agent()
    const waitFor = { path: '/m', withinMinutes: 30, everySeconds: 60, otherwise: 'skip' } as const
    const clock = createClockwork(world, { waitFor })
    clock.due([firing(1, { marker: '/m' })])
    const replanned = [{ slotId: clock.slot(1).id, firing: firing(1, { plan: { name: 'n', paths: ['/new'] } }) }]
    world.ask({ type: 'schedule.put', actor: ANN, scheduleId: clock.scheduleId, draft: toScheduleDraft(), replanned })
    expect([...world.state.tasks.find('job', must(clock.slot(1).jobId))].map(({ path }) => path)).toEqual(['/new'])
    expect(clock.row()).toMatchObject({ version: 2, number: 1 })
    expect(clock.course().runs).toBe(1)
  })

  test('remove it with all its slots; what is at work goes on', () => {
    const world = createWorld()
    world.agent()
    const clock = createClockwork(world, { overlap: 'queue' })
    clock.due([firing(1)])
    clock.due([firing(2)])
    const { jobId } = clock.slot(1)
    world.ask({ type: 'schedule.remove', actor: ANN, scheduleId: clock.scheduleId })
    expect(world.state.slots.size).toBe(0)
    const [task] = [...world.state.tasks.find('job', must(jobId))]
    world.end(must(task).id)
    expect(world.job(must(jobId)).status).toBe('succeeded')
  })

  test('have names of their own where that is asked for, and a name is made where none is given', () => {
    const world = createWorld()
    const { name: _, ...nameless } = toScheduleDraft()
    const put = (draft: Parameters<typeof toScheduleDraft>[1] | undefined, distinct: boolean) =>
      world.ask({
        type: 'schedule.put',
        actor: ANN,
        draft: draft === undefined ? nameless : toScheduleDraft({}, draft),
        distinct,
      })
    put({ name: 'a' }, true)
    expect(() => put({ name: 'a' }, true)).toThrow(
      'name must be one that no schedule has, got "a", which is schedule 1.',
    )
    put({ name: 'a' }, false)
    const { scheduleId } = put(undefined, true)
    expect(world.state.schedules.get(must(scheduleId))?.name).toBe('定时-3')
    put({ name: '定时-5' }, true)
    const { scheduleId: fifth } = put(undefined, true)
    expect(world.state.schedules.get(must(fifth))?.name).toBe('定时-5-2')
  })

  test('may keep what is their own, an admin everything, a viewer nothing', () => {
    const world = createWorld()
    const clock = createClockwork(world)
    const { scheduleId } = clock
    const deeds = [
      { type: 'schedule.put', scheduleId, draft: toScheduleDraft() },
      { type: 'schedule.pause', scheduleIds: [scheduleId], paused: true },
      { type: 'schedule.run', scheduleId, firing: firing(1) },
      { type: 'schedule.backfill', scheduleId, firings: [firing(1)], only: 'all' },
      { type: 'schedule.remove', scheduleId },
    ] as const
    for (const deed of deeds)
      for (const actor of [VIC, BOB]) expect(codeOf(() => world.ask({ ...deed, actor }))).toBe('FORBIDDEN')
    for (const deed of deeds) expect(codeOf(() => world.ask({ ...deed, actor: ROOT }))).toBe('none')
    expect(codeOf(() => world.ask({ type: 'schedule.put', actor: VIC, draft: toScheduleDraft() }))).toBe('FORBIDDEN')
  })

  test('in chat make it once, and it is told of where they made it', () => {
    const world = createWorld()
    hear(world, 'm1')
    const put = { type: 'schedule.put', actor: typed('m1'), draft: toScheduleDraft({ misfire: 'skip' }) } as const
    const { scheduleId } = world.ask(put)
    expect(world.ask(put)).toMatchObject({ repeated: true, scheduleId })
    expect(world.state.schedules.size).toBe(1)
    world.skip(2 * HOUR)
    world.ask({ type: 'schedule.due', due: [{ scheduleId: must(scheduleId), version: 1, firings: [firing(1)] }] })
    expect(slotNotices(world)).toMatchObject([{ place: GROUP, trouble: 'missed', staffId: 's1', count: 1 }])
  })
})
