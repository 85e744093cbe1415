// what is to be done at a slot: plan, jitter, quiet hours and readiness, on clocks that are moved too
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: macros look like placeholders
import { describe, expect, it } from 'vitest'
import type { Dated, Timing } from '../../bot/engine/calendar.ts'
import { dueAtOf, FIRING } from '../../bot/schedule/firing.ts'

type Change = {
  id?: string
  name?: string
  work?: Dated['work']
  timing?: Partial<Timing>
  policy?: Partial<Dated['policy']>
}

function dated({ timing, policy, ...more }: Change = {}): Dated {
  return {
    id: 's1',
    name: 'night',
    work: { kind: 'ask', action: 'load', paths: ['/data/${yyyyMMdd-1d}'], options: {} },
    ...more,
    timing: { expression: '', cron: '', zone: 'Asia/Shanghai', jitterSeconds: 0, ...timing },
    policy: { overlap: 'skip', misfire: 'run-once', notify: 'alarm', ...policy },
  }
}
const SLOT = '2026-11-21T18:00:00.000Z'
const fire = (change: Change, slot = SLOT) => FIRING.toFiring(dated(change), Date.parse(slot))
const load = (...paths: string[]): Dated['work'] => ({ kind: 'ask', action: 'load', paths, options: {} })

describe('the plan', () => {
  it('fills in name, paths and marker for the slot', () => {
    const waitFor = {
      path: '/data/${yyyyMMdd-1d}/_SUCCESS',
      withinMinutes: 60,
      everySeconds: 60,
      otherwise: 'skip' as const,
    }
    const change = { name: '夜-${MM}', work: load('/a/${dd-1d..0d}', '/a/21', '/b'), policy: { waitFor } }
    expect(fire(change)).toEqual({
      slot: SLOT,
      dueAt: SLOT,
      plan: { name: '夜-11', paths: ['/a/21', '/a/22', '/b'] },
      marker: '/data/20261121/_SUCCESS',
    })
  })

  it('says why there is none', () => {
    expect(fire({ work: load('/a/${dx}') }).plan).toEqual({
      problem: expect.stringMatching(/^paths\[0\] must hold date macros such as .*, got "\$\{dx\}" at character 4\.$/),
    })
    const many = Array.from({ length: 11 }, (_, one) => `/${one}/\${yyyyMMdd-999d..0d}`)
    expect(fire({ work: load(...many) }).plan).toEqual({
      problem: 'paths must stand for at most 10000 paths, got more.',
    })
    const unreadable = { kind: 'unreadable', statement: 'dance', problem: 'It says nothing.' } as const
    expect(fire({ work: unreadable }).plan).toEqual({ problem: 'It says nothing.' })
    expect(fire({ work: { kind: 'warmed', statement: 'load *' } }).plan).toEqual({ name: 'night', paths: [] })
  })
})

describe('jitter', () => {
  it('is the same for the same slot, within its bound, and spread', () => {
    const schedule = dated({ timing: { jitterSeconds: 10 } })
    const slots = Array.from({ length: 2_000 }, (_, minute) => Date.parse(SLOT) + minute * 60_000)
    const delays = slots.map(slot => dueAtOf(schedule, slot) - slot)
    expect(delays).toEqual(slots.map(slot => dueAtOf(schedule, slot) - slot))
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...delays)).toBeLessThanOrEqual(10_000)
    const tenths = Array.from({ length: 10 }, (_, n) => delays.filter(ms => Math.floor(ms / 1_000.1) === n).length)
    for (const tenth of tenths) expect(tenth).toBeGreaterThan(140)
    const others = slots.map(slot => dueAtOf({ ...schedule, id: 's2' }, slot) - slot)
    expect(others.filter((ms, n) => ms === delays[n]).length).toBeLessThan(20)
  })
})

describe('quiet hours', () => {
  const NIGHT = { from: '22:00', to: '06:30', mode: 'wait' } as const
  it.each([
    ['2026-11-21T13:59:59.999Z', undefined],
    ['2026-11-21T14:00:00.000Z', '2026-11-21T22:30:00.000Z'],
    ['2026-11-21T16:00:00.000Z', '2026-11-21T22:30:00.000Z'],
    ['2026-11-21T22:29:59.000Z', '2026-11-21T22:30:00.000Z'],
    ['2026-11-21T22:30:00.000Z', undefined],
  ])('over midnight: at %s until %s', (slot, until) => {
    expect(fire({ timing: { quietHours: NIGHT } }, slot).quiet).toEqual(until && { until, mode: 'wait' })
  })

  it.each([
    // the clock goes from 02:00 to 03:00: the window ends when it does
    ['2026-03-29T00:30:00Z', '01:00', '02:30', '2026-03-29T01:00:00.000Z'],
    ['2026-03-28T23:30:00Z', '00:15', '06:00', '2026-03-29T04:00:00.000Z'],
    // and from 03:00 to 02:00: 02:15 is there twice, and each is in the window
    ['2026-10-25T00:15:00Z', '02:00', '02:30', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25T01:15:00Z', '02:00', '02:30', '2026-10-25T01:30:00.000Z'],
    ['2026-10-25T00:15:00Z', '02:00', '03:00', '2026-10-25T02:00:00.000Z'],
  ])('when a clock is moved: at %s from %s to %s until %s', (slot, from, to, until) => {
    const timing = { zone: 'Europe/Berlin', quietHours: { from, to, mode: 'skip' as const } }
    expect(fire({ timing }, slot).quiet).toEqual({ until, mode: 'skip' })
  })

  it('are asked about the time at which it is due', () => {
    const timing = { jitterSeconds: 3_600, quietHours: { from: '02:00', to: '02:01', mode: 'wait' as const } }
    expect(fire({ timing: { ...timing, jitterSeconds: 0 } }).quiet).toBeDefined()
    expect(fire({ timing }).quiet).toBeUndefined()
  })
})

it.each([
  ['Asia/Shanghai', '08:30', '2026-11-22T00:30:00.000Z'],
  ['Asia/Shanghai', '02:00', '2026-11-22T18:00:00.000Z'],
  ['Asia/Shanghai', '01:59', '2026-11-22T17:59:00.000Z'],
  ['America/Los_Angeles', '10:01', '2026-11-21T18:01:00.000Z'],
])('is to be ready in %s by the next %s, %s', (zone, readyBy, expected) => {
  expect(fire({ timing: { zone }, policy: { readyBy } }).readyBy).toBe(expected)
})
