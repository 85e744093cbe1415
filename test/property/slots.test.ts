// random histories of schedules: clocks that jump, runs that end, people who meddle; no slot is lost or run twice
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Event } from '../../bot/core/events.ts'
import type { SlotRow } from '../../bot/core/state.ts'
import { AppError } from '../../shared/errors.ts'
import { HOUR, toInstant, toMs } from '../../shared/time.ts'
import { createClockwork, firing, slotAt, toScheduleDraft } from '../core/clock.ts'
import { ANN, createWorld, START, VERBS, type Verbs, type World } from '../core/world.ts'

const RULES = [
  { overlap: 'skip' },
  { overlap: 'queue', misfire: 'skip' },
  { overlap: 'allow' },
  { overlap: 'stop-old' },
  { overlap: 'skip', waitFor: { path: '/m', withinMinutes: 30, everySeconds: 60, otherwise: 'load' } },
] as const

type Step =
  | { readonly do: 'time'; readonly minutes: number }
  | { readonly do: 'due'; readonly quiet: boolean }
  | { readonly do: 'end'; readonly which: number; readonly good: boolean }
  | {
      readonly do: 'look' | 'run' | 'backfill' | 'pause' | 'resume' | 'edit' | 'purge' | 'retry' | 'again'
      readonly which: number
    }

const which = fc.nat({ max: 5 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('time' as const),
      minutes: fc.constantFrom(1, 20, 60, 61, 150, 600, -45, -300),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('due' as const), quiet: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('end' as const), which, good: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('look', 'run', 'backfill', 'pause', 'resume', 'edit', 'purge', 'retry', 'again'),
      which,
    }) as fc.Arbitrary<Step>,
  },
)
const histories = fc.record({
  rules: fc.constantFrom(...RULES),
  keepJobs: fc.constantFrom(1, 100_000),
  steps: fc.array(step, { maxLength: 60 }),
})
type History = typeof histories extends fc.Arbitrary<infer One> ? One : never

/** Hours from the beginning whose slots are due since `through`, as the timer hands them in. */
function hoursDue(through: string, now: number): number[] {
  const first = Math.floor((toMs(through) - START) / HOUR) + 1
  const last = Math.floor((now - START) / HOUR)
  return Array.from(
    { length: Math.max(0, Math.min(100, last - first + 1)) },
    (_, at) => Math.max(first, last - 99) + at,
  )
}

/** Plays a history and answers the laws that it breaks. */
function play({ rules, keepJobs, steps }: History, verbs: Partial<Verbs> = {}): string[] {
  const world = createWorld({ settings: { robot: true, keepJobs }, verbs })
  world.agent({ work: 3 })
  const clock = createClockwork(world, rules)
  const begun = new Map<string, number>()
  const broken = new Set<string>()
  for (const one of steps) {
    const before = world.history.length
    try {
      take(world, clock, one)
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown
    }
    for (const { events } of world.history.slice(before))
      for (const slot of begunIn(events)) begun.set(slot, (begun.get(slot) ?? 0) + 1)
    for (const law of breaches(world, clock)) broken.add(law)
  }
  if ([...begun.values()].some(times => times > 1)) broken.add('a slot of the clock is run once')
  return [...broken]
}

const begunIn = (events: readonly Event[]): string[] =>
  events.flatMap(event => {
    if (event.type !== 'job.created' || event.job.scheduled?.kind !== 'clock') return []
    return [event.job.scheduled.slotId]
  })

function take(world: World, clock: ReturnType<typeof createClockwork>, one: Step): void {
  const { scheduleId } = clock
  const fired = clock.slots().filter(({ status, jobId }) => status === 'fired' && jobId !== undefined)
  const picked = 'which' in one && fired.length > 0 ? fired[one.which % fired.length] : undefined
  if (one.do === 'time') return void world.wait(one.minutes * 60_000)
  if (one.do === 'due') {
    const { paused } = clock.row()
    const { through } = clock.course()
    const from = toMs(through) > world.now ? toInstant(world.now - HOUR) : through
    const hours = hoursDue(from, world.now)
    const quiet = { until: toInstant(world.now + 90 * 60_000), mode: 'wait' } as const
    if (paused || hours.length === 0) return
    const firings = hours.map(hour =>
      firing(hour, { marker: '/m', readyBy: slotAt(hour + 1), ...(one.quiet && { quiet }) }),
    )
    return void clock.dueNow(firings)
  }
  if (one.do === 'end' && picked !== undefined) return finish(world, picked, one.good)
  if (one.do === 'look')
    for (const slot of clock.slots()) world.ask({ type: 'slot.looked', slotId: slot.id, look: { bytes: 1, files: 1 } })
  if (one.do === 'run')
    world.ask({ type: 'schedule.run', actor: ANN, scheduleId, firing: firing((world.now - START) / HOUR) })
  if (one.do === 'backfill')
    world.ask({ type: 'schedule.backfill', actor: ANN, scheduleId, firings: [firing(-2), firing(-1)], only: 'missing' })
  if (one.do === 'pause' || one.do === 'resume')
    world.ask({ type: 'schedule.pause', actor: ANN, scheduleIds: [scheduleId], paused: one.do === 'pause' })
  if (one.do === 'edit')
    world.ask({ type: 'schedule.put', actor: ANN, scheduleId, draft: toScheduleDraft(clock.row().policy) })
  // whoever hands in what was judged before: a clock that was set back, a daemon that came back
  if (one.do === 'again' && !clock.row().paused) {
    const hour = Math.floor((world.now - START) / HOUR) - (one.which % 3)
    clock.dueNow([firing(hour - 1), firing(hour)])
  }
  const jobId = picked?.jobId
  if (jobId === undefined || world.state.jobs.get(jobId) === undefined) return
  if (one.do === 'purge') world.ask({ type: 'job.purge', actor: ANN, jobId })
  if (one.do === 'retry') world.ask({ type: 'job.retry', actor: ANN, jobId, only: 'all' })
}

function finish(world: World, { jobId = '' }: SlotRow, good: boolean): void {
  for (const task of [...world.state.tasks.find('job', jobId)]) {
    const live = task.allocationId === undefined ? undefined : world.state.allocations.get(task.allocationId)
    if (live === undefined || live.endedAt !== undefined) continue
    world.end(task.id, good ? {} : { exit: { reason: 'exited', code: 255 }, findings: undefined as never })
  }
}

function breaches({ state }: World, clock: ReturnType<typeof createClockwork>): string[] {
  const slots = clock.slots()
  const active = state.slots.countOf('active', clock.scheduleId)
  const { overlap } = clock.row().policy
  const waiting = (why: string) => slots.filter(slot => slot.status === 'waiting' && slot.why === why)
  const jobs = [...state.jobs.rows()].flatMap(({ scheduled }) => scheduled?.slotId ?? [])
  const laws: [law: string, holds: boolean][] = [
    ['no slot is left to be judged', state.slots.countOf('due', 'all') === 0],
    ['numbers are of one slot each', new Set(slots.map(({ number }) => number)).size === slots.length],
    ['one slot waits for an earlier run', waiting('overlap').length <= 1],
    ['one slot waits for quiet hours', waiting('quiet').length <= 1],
    ['nobody waits for nothing', active > 0 || waiting('overlap').length + waiting('turn').length === 0],
    ['runs of the clock are not side by side', overlap === 'allow' || slots.filter(isAtWork).length <= 1],
    ['a job is the run of one slot', new Set(jobs).size === jobs.length],
    [
      'what is over waits for nothing',
      slots.every(slot => slot.status === 'waiting' || (slot.awaited ?? slot.notBefore ?? slot.plan) === undefined),
    ],
    ['an end is written where it belongs', slots.every(slot => isFollowed(state, slot))],
  ]
  return laws.filter(([, holds]) => !holds).map(([law]) => law)
}

const isAtWork = ({ kind, status, outcome, number }: SlotRow, _at: number, all: readonly SlotRow[]): boolean => {
  // one that was retried stands beside whoever took its place
  const isNewest = all.every(one => one.number <= number || one.kind !== 'clock' || one.status !== 'fired')
  return kind === 'clock' && status === 'fired' && outcome === undefined && isNewest
}

function isFollowed(state: World['state'], { status, jobId, outcome }: SlotRow): boolean {
  const job = jobId === undefined ? undefined : state.jobs.get(jobId)
  if (status !== 'fired' || job === undefined || job.purged) return true
  return job.endedAt === outcome?.endedAt
}

const RUNS = { numRuns: 150, seed: 8 }

describe('slots', () => {
  test('keep their laws in random histories', () => {
    fc.assert(
      fc.property(histories, history => {
        expect(play(history)).toEqual([])
      }),
      RUNS,
    )
  })

  test.each<[string, string, Partial<Verbs>]>([
    [
      'fires again what it fired',
      'a slot of the clock is run once',
      {
        decide(state, command, context) {
          if (command.type === 'schedule.due')
            for (const row of [...state.slots.rows()])
              if (row.kind === 'clock') state.slots.set(row.id, { ...row, status: 'missed' })
          return VERBS.decide(state, command, context)
        },
      },
    ],
    [
      'does not follow its jobs',
      'an end is written where it belongs',
      {
        reconcile: (draft, context) =>
          VERBS.reconcile(draft, context).filter(
            event => !(event.type === 'slot.changed' && event.slot.outcome !== undefined),
          ),
      },
    ],
    [
      'forgets the number',
      'numbers are of one slot each',
      {
        evolve(draft, event, at) {
          VERBS.evolve(draft, event, at)
          if (event.type === 'slot.recorded') {
            const course = draft.courses.get(event.slot.scheduleId)
            if (course) draft.courses.set(course.id, { ...course, runs: 0 })
          }
        },
      },
    ],
    [
      'lets nobody go on',
      'nobody waits for nothing',
      {
        reconcile: (draft, context) =>
          VERBS.reconcile(draft, context).filter(
            event => !(event.type === 'slot.changed' && event.slot.status === 'due'),
          ),
      },
    ],
  ])('a core that %s breaks: %s', (_fault, law, verbs) => {
    const found = fc.check(
      fc.property(histories, history => !play(history, verbs).includes(law)),
      { ...RUNS, numRuns: 1_500, endOnFailure: true },
    )
    expect(found.failed).toBe(true)
  })
})
