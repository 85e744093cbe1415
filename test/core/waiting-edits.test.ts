// edits of a schedule while slots of it wait: each of its rules reaches them, and none reaches what has its job
import { describe, expect, test } from 'vitest'
import type { Firing, ScheduleDraft } from '../../bot/core/schedule-commands.ts'
import { HOUR, MINUTE, SECOND, toInstant, toMs } from '../../shared/time.ts'
import { createClockwork, firing, type Rules, slotAt, slotNotices, toScheduleDraft, troubles } from './clock.ts'
import { ANN, codeOf, createWorld, must } from './world.ts'

const UNTIL = slotAt(6)
const QUIET = { until: UNTIL, mode: 'wait' } as const
const WAIT_FOR = { path: '/m', withinMinutes: 120, everySeconds: 60, otherwise: 'skip' } as const

type Edited = { readonly rules?: Rules; readonly draft?: Partial<ScheduleDraft> }

function createStage(rules: Rules = {}, agents = 1) {
  const world = createWorld({ settings: { robot: true } })
  for (let n = 0; n < agents; n += 1) world.agent()
  const clock = createClockwork(world, rules)
  return {
    world,
    clock,
    look: (number: number, seen?: { path?: string; bytes?: number }) =>
      world.ask({
        ...{ type: 'slot.looked', slotId: clock.slot(number).id },
        ...(seen?.path !== undefined && { path: seen.path }),
        ...(seen !== undefined && { look: { bytes: seen.bytes ?? 1, files: 1 } }),
      }),
    /** The schedule is put as this, its slots that wait as these firings say. */
    edit: (firings: readonly Firing[], { rules = {}, draft = {} }: Edited = {}) =>
      world.ask({
        ...{ type: 'schedule.put', actor: ANN, scheduleId: clock.scheduleId },
        draft: toScheduleDraft(rules, draft),
        replanned: firings.map(one => ({ slotId: `${clock.scheduleId} clock ${one.slot}`, firing: one })),
      }),
  }
}

describe('quiet hours', () => {
  function inQuiet(rules: Rules = {}, more: Partial<Firing> = {}) {
    const stage = createStage(rules)
    stage.clock.due([firing(1, { quiet: QUIET, ...more })])
    stage.world.skip(30 * MINUTE)
    return stage
  }

  test('that are taken away let the run go at once', () => {
    const { world, clock, edit } = inQuiet()
    edit([firing(1)])
    expect(clock.slot(1)).toMatchObject({ status: 'fired', firedAt: toInstant(world.now) })
  })

  test('that are moved end when they end now, earlier and later', () => {
    const { world, clock, edit } = inQuiet()
    edit([firing(1, { quiet: { ...QUIET, until: slotAt(8) } })])
    world.wait(toMs(UNTIL) - world.now)
    expect(clock.standing()).toEqual(['waiting quiet'])
    edit([firing(1, { quiet: { ...QUIET, until: slotAt(7) } })])
    world.wait(HOUR - 1)
    expect(clock.standing()).toEqual(['waiting quiet'])
    world.wait(1)
    expect(clock.standing()).toEqual(['fired'])
  })

  test('that skip from now on skip it', () => {
    const { clock, edit } = inQuiet()
    edit([firing(1, { quiet: { ...QUIET, mode: 'skip' } })])
    expect(clock.standing()).toEqual(['skipped quiet'])
  })

  test('that skip a run which was late already: that it was missed is told', () => {
    const { world, clock, edit } = createStage()
    clock.due([firing(1, { quiet: QUIET })], { lateMs: HOUR })
    edit([firing(1, { quiet: { ...QUIET, mode: 'skip' } })])
    expect([clock.standing(), troubles(world)]).toEqual([['skipped quiet'], ['missed robot']])
  })

  test('that are over by now say nothing any more', () => {
    const { world, clock, edit } = inQuiet()
    edit([firing(1, { quiet: { mode: 'skip', until: toInstant(world.now) } })])
    expect(clock.standing()).toEqual(['fired'])
  })

  test('let it go to the rules behind them', () => {
    const { world, clock, edit, look } = inQuiet({ waitFor: WAIT_FOR }, { marker: '/m' })
    edit([firing(1, { marker: '/m' })], { rules: { waitFor: { ...WAIT_FOR, withinMinutes: 10 } } })
    // counted from the slot it is late, but nobody has looked yet
    expect(clock.slot(1)).toMatchObject({
      why: 'marker',
      awaited: { deadlineAt: toInstant(world.now + 5 * MINUTE) },
    })
    look(1, {})
    expect(clock.standing()).toEqual(['fired'])
  })

  test('that are new hold what waits for its marker, and of those that wait the last one is run', () => {
    const { clock, edit } = createStage({ waitFor: WAIT_FOR, overlap: 'allow' })
    clock.due([firing(1, { marker: '/m' })])
    clock.due([firing(2, { marker: '/m' })])
    const firings = [2, 1].map(hour => firing(hour, { marker: '/m', quiet: QUIET }))
    edit(firings, { rules: { waitFor: WAIT_FOR, overlap: 'allow' } })
    expect(clock.standing()).toEqual(['skipped merged', 'waiting quiet'])
    expect(clock.slot(2).awaited?.deadlineAt).toBe(slotAt(8))
  })
})

describe('a marker', () => {
  function awaited(rules: Partial<typeof WAIT_FOR> & { stableMinutes?: number } = {}) {
    const waitFor = { ...WAIT_FOR, ...rules }
    const stage = createStage({ waitFor })
    stage.clock.due([firing(1, { marker: '/m', readyBy: slotAt(9) })])
    stage.world.skip(30 * MINUTE)
    const change = (more: object, path = '/m') =>
      stage.edit([firing(1, { marker: path, readyBy: slotAt(9) })], { rules: { waitFor: { ...waitFor, ...more } } })
    return { ...stage, change }
  }

  test('that is not wanted any more is not waited for', () => {
    const { clock, edit } = awaited()
    edit([firing(1)])
    expect(clock.standing()).toEqual(['fired'])
  })

  test('of another path is looked for anew; a look at the old one says nothing', () => {
    const { world, clock, look, change } = awaited({ stableMinutes: 5 })
    look(1, { path: '/m' })
    expect(clock.slot(1).awaited?.seen).toBeDefined()
    change({ path: '/n' }, 'gfs://h:9200/n')
    expect(clock.slot(1).awaited).toEqual({
      ...{ path: 'gfs://h:9200/n', everySeconds: 60, otherwise: 'skip', stableMinutes: 5 },
      deadlineAt: slotAt(3),
    })
    world.skip(6 * MINUTE)
    look(1, { path: '/m' })
    expect(clock.slot(1).awaited?.seen).toBeUndefined()
    look(1, { path: '/n' })
    world.skip(5 * MINUTE)
    look(1, { path: '/n' })
    expect(clock.standing()).toEqual(['fired'])
  })

  test('of another path has some minutes even when its time is over', () => {
    const { world, clock, change } = awaited()
    change({ path: '/n', withinMinutes: 10 }, '/n')
    expect(clock.slot(1).awaited?.deadlineAt).toBe(toInstant(world.now + 5 * MINUTE))
  })

  test('that has longer, or was waited for too long', () => {
    const { world, clock, change } = awaited()
    change({ withinMinutes: 180 })
    expect(clock.slot(1).awaited?.deadlineAt).toBe(slotAt(4))
    change({ withinMinutes: 10, otherwise: 'load' })
    expect(clock.standing()).toEqual(['fired'])
    expect(slotNotices(world)).toMatchObject([{ trouble: 'unmarked', path: '/m' }])
  })

  test('that is there and need not stand still any more lets the run go', () => {
    const { clock, look, change } = awaited({ stableMinutes: 60 })
    look(1, {})
    change({ stableMinutes: undefined })
    expect(clock.standing()).toEqual(['fired'])
  })

  test('keeps the last looks that it has when something else is edited', () => {
    const { world, clock, change } = awaited()
    world.skip(2 * HOUR)
    world.wait(0)
    const { deadlineAt } = must(clock.slot(1).awaited)
    expect(deadlineAt).toBe(toInstant(world.now + 5 * MINUTE))
    change({ everySeconds: 30 })
    expect(clock.slot(1).awaited).toMatchObject({ deadlineAt, everySeconds: 30 })
  })

  test('that came is not waited for again, another one is', () => {
    const rules = { waitFor: WAIT_FOR, overlap: 'queue' } as const
    const { clock, edit, look } = createStage(rules)
    clock.due([firing(1, { marker: '/m' })])
    look(1, {})
    clock.due([firing(2, { marker: '/m' })])
    look(2, {})
    expect(clock.standing()).toEqual(['fired', 'waiting overlap'])
    edit([firing(2, { marker: '/m' })], { rules: { ...rules, readyBy: '08:00' } })
    expect(clock.standing()).toEqual(['fired', 'waiting overlap'])
    edit([firing(2, { marker: '/n' })], { rules: { ...rules, waitFor: { ...WAIT_FOR, path: '/n' } } })
    expect(clock.standing()).toEqual(['fired', 'waiting marker'])
  })

  test('that nobody can look at is not told again with each edit', () => {
    const { world, clock, edit } = createStage({ waitFor: WAIT_FOR }, 0)
    // its quiet hours were over when it was looked at
    const quiet = { ...QUIET, until: slotAt(2) }
    clock.due([firing(1, { marker: '/m', quiet })], { lateMs: 2 * HOUR })
    edit([firing(1, { marker: '/m', quiet })], { rules: { waitFor: { ...WAIT_FOR, everySeconds: 30 } } })
    expect(clock.standing()).toEqual(['waiting marker'])
    expect(troubles(world)).toEqual(['no-agent robot'])
  })
})

describe('ready by', () => {
  test('of another time is told of anew, of the same is not, and of none never', () => {
    const { world, clock, edit } = createStage({ overlap: 'queue', readyBy: '08:00' })
    clock.due([firing(1)])
    clock.due([firing(2, { readyBy: slotAt(3) })])
    world.wait(HOUR)
    expect(clock.slot(2)).toMatchObject({ why: 'overlap', told: 'over' })
    const told = (readyBy?: string) => {
      edit([firing(2, readyBy === undefined ? {} : { readyBy })], { rules: { overlap: 'queue' } })
      return troubles(world)
    }
    expect(told(slotAt(3))).toEqual(['over robot'])
    expect(told(slotAt(5))).toEqual(['over robot'])
    expect(clock.slot(2)).toMatchObject({ readyBy: slotAt(5), checkAt: slotAt(5) })
    expect(clock.slot(2).told).toBeUndefined()
    world.wait(2 * HOUR)
    expect(troubles(world)).toEqual(['over robot', 'over robot'])
    told()
    expect(clock.slot(2)).not.toHaveProperty('readyBy')
    expect(clock.slot(2)).not.toHaveProperty('told')
  })
})

describe('overlap', () => {
  function queued() {
    const stage = createStage({ overlap: 'queue' })
    stage.clock.due([firing(1)])
    stage.clock.due([firing(2)])
    return stage
  }

  test.each([
    ['allow', ['fired', 'fired']],
    ['skip', ['fired', 'waiting overlap']],
    ['queue', ['fired', 'waiting overlap']],
  ] as const)('is %s from now on', (overlap, standing) => {
    const { clock, edit } = queued()
    edit([firing(2, { plan: { name: 'n', paths: ['/new'] } })], { rules: { overlap } })
    expect(clock.standing()).toEqual(standing)
    if (overlap !== 'allow') clock.finish(1)
    expect(clock.standing()).toEqual(['fired', 'fired'])
  })

  test('stops the old run from now on', () => {
    const { world, clock, edit } = queued()
    edit([firing(2)], { rules: { overlap: 'stop-old' } })
    const { jobId } = clock.slot(1)
    expect(world.job(must(jobId)).desired).toBe('stop')
  })
})

test('a run that has its job, one of a backfill, and one of a paused schedule are not judged anew', () => {
  const { world, clock, edit } = createStage()
  clock.due([firing(3)])
  const scheduleId = clock.scheduleId
  world.ask({ type: 'schedule.backfill', actor: ANN, scheduleId, firings: [firing(1), firing(2)], only: 'all' })
  const [fired, waiting] = [clock.slot(1), clock.slot(2)]
  expect(clock.standing()).toEqual(['fired', 'waiting turn', 'waiting turn'])
  const skips = { quiet: { until: slotAt(9), mode: 'skip' }, marker: '/m', readyBy: slotAt(4) } as const
  const replanned = [fired, waiting].map(slot => ({
    slotId: slot.id,
    firing: { ...firing(3, skips), slot: slot.slot },
  }))
  const draft = toScheduleDraft({ waitFor: WAIT_FOR })
  expect(codeOf(() => world.ask({ type: 'schedule.put', actor: ANN, scheduleId, draft, replanned }))).toBe('CONFLICT')
  const all = [...replanned, { slotId: clock.slot(3).id, firing: firing(2) }]
  world.ask({ type: 'schedule.put', actor: ANN, scheduleId, draft, replanned: all })
  expect(clock.slot(1)).toEqual(fired)
  expect(clock.slot(2)).toEqual({ ...waiting, plan: { name: 'nightly', paths: ['/d/3'] } })
  world.skip(SECOND)
  edit([], { rules: { waitFor: WAIT_FOR }, draft: { paused: true } })
  expect(clock.standing()).toEqual(['fired', 'skipped paused', 'skipped paused'])
})
