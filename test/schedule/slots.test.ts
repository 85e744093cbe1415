// slots: against croner where the rules agree, against a walk through Intl where clocks are moved, and by their laws
import { Cron } from 'croner'
import fc from 'fast-check'
import nodeCron from 'node-cron'
import { describe, expect, it } from 'vitest'
import type { Calendar, Timing } from '../../bot/engine/calendar.ts'
import { createDayMatcher } from '../../bot/schedule/cron.ts'
import { readExpression } from '../../bot/schedule/expression/read.ts'
import { nextWall, patternOf } from '../../bot/schedule/pattern.ts'
import { slots } from '../../bot/schedule/slots.ts'
import { instantOf, toLocal, wallOf } from '../../bot/schedule/wall.ts'
import { DAY, HOUR, MINUTE } from '../../shared/time.ts'
import { MADE } from './expressions-made.ts'
import { movesOf, ODD_ZONES, slotsByWalk, wallThere } from './zone-walk.ts'

const SEED = 20_261_122
type Slots = Pick<Calendar, 'next' | 'between'>

const timing = (expression: string, zone: string, more: Partial<Timing> = {}): Timing => ({
  ...{ expression, cron: readExpression(expression, 'standard').cron, zone, jitterSeconds: 0 },
  ...more,
})
const at = (text: string): number => Date.parse(text)
const local = (zone: string, found: readonly number[]): string[] => found.map(slot => toLocal(slot, zone))

const AROUND = fc
  .tuple(
    fc.constantFrom(...ODD_ZONES),
    fc.nat(6),
    fc.integer({ min: -18, max: 18 }),
    fc.constantFrom(0, 0, 0, -1, 1, 40_000),
  )
  .map(([zone, pick, fives, ms]) => {
    const moves = movesOf(zone)
    const move = moves[(pick * 5) % moves.length] ?? Number.NaN
    return { zone, move, from: move - 3 * HOUR, until: move + 3 * HOUR, after: move + fives * 5 * MINUTE + ms }
  })

/** Around a moved clock: the same slots as the walk finds, however they are asked for. */
function holdsAround(judged: Slots, runs: number): void {
  fc.assert(
    fc.property(MADE, AROUND, ({ ours, judge }, { zone, from, until, after }) => {
      const asked = timing(ours, zone)
      const expected = slotsByWalk(judge, { zone, from, until })
      const most = expected.length + 1
      const found = judged.between(asked, { after: from, until, most })
      expect(local(zone, found)).toEqual(local(zone, expected))
      const later = expected.filter(slot => slot > after)
      if (later.length > 0) expect(judged.next(asked, after)).toBe(later[0])
    }),
    { seed: SEED, numRuns: runs, endOnFailure: true },
  )
}

describe('slots around moved clocks', () => {
  it(`are those of a walk through Intl (seed ${SEED})`, () => holdsAround(slots, 200))

  const searched = (from: (instant: number, zone: string) => number): Slots => ({
    ...slots,
    next({ cron, zone }, after) {
      const wall = nextWall(patternOf(cron), from(after, zone))
      return wall === undefined ? undefined : instantOf(wall, zone)
    },
    between(asked, { after, until, most }) {
      const found: number[] = []
      for (let slot = this.next(asked, after); slot !== undefined && slot <= until; slot = this.next(asked, slot))
        if (found.push(slot) >= most) break
      return found
    },
  })

  it.each<[fault: string, faulty: Slots]>([
    ['a search begins anew in an hour that comes again', searched(wallOf)],
    [
      'gaps are skipped',
      searched((after, zone) =>
        wallOf(after + HOUR, zone) - wallOf(after, zone) > HOUR ? wallOf(after + HOUR, zone) : wallOf(after, zone),
      ),
    ],
    ['the zone is not looked at', { ...slots, next: (asked, after) => slots.next({ ...asked, zone: 'UTC' }, after) }],
  ])('would show it when %s', (_, faulty) => {
    expect(() => holdsAround(faulty, 300)).toThrow(/Property failed/)
  })
})

describe('slots far from moved clocks', () => {
  const ZONES = ['UTC', 'Asia/Shanghai', 'Asia/Kolkata', ...ODD_ZONES]
  const ASKED = fc.tuple(MADE, fc.constantFrom(...ZONES), fc.integer({ min: at('2008-01-01'), max: at('2029-12-31') }))

  it(`are those of croner in the same zone (seed ${SEED})`, () => {
    let compared = 0
    fc.assert(
      fc.property(ASKED, ([{ ours, judge }, zone, after]) => {
        const asked = timing(ours, zone)
        const found = slots.between(asked, { after, until: Number.POSITIVE_INFINITY, most: 4 })
        const end = found.at(-1) ?? Number.POSITIVE_INFINITY
        const isMoved = zone !== 'UTC' && movesOf(zone).some(move => move > after - 3 * DAY && move < end + 3 * DAY)
        if (isMoved || end > at('2030-06-01')) return
        compared += 1
        const runs = new Cron(judge, { timezone: zone }).nextRuns(4, new Date(after)).map(run => run.getTime())
        expect(local(zone, found)).toEqual(local(zone, runs))
      }),
      { seed: SEED, numRuns: 400 },
    )
    expect(compared).toBeGreaterThan(100)
  })

  it('come strictly later, and in order', () => {
    fc.assert(
      fc.property(ASKED, fc.nat(40), ([{ ours }, zone, after], more) => {
        const asked = timing(ours, zone)
        const first = slots.next(asked, after) ?? Number.NaN
        expect(first).toBeGreaterThan(after)
        expect(slots.next(asked, first - 1)).toBe(first)
        expect(slots.next(asked, after + more * HOUR)).toBeGreaterThanOrEqual(first)
        const all = slots.between(asked, { after, until: first + more * HOUR, most: 300 })
        const again = all.map((_, place) => slots.next(asked, all[place - 1] ?? after))
        expect(again).toEqual(all)
      }),
      { seed: SEED, numRuns: 200 },
    )
  })
})

describe('a slot', () => {
  const NEW_YORK = 'America/New_York'
  it.each<[rule: string, expression: string, zone: string, after: string, slots: string[]]>([
    ...([
      [
        'in a gap runs at its end',
        '30 2 * * *',
        NEW_YORK,
        '2026-03-07T12:00Z',
        ['2026-03-08 03:00:00 -04:00', '2026-03-09 02:30:00 -04:00'],
      ],
      [
        'in a gap runs once, and not besides one at its end',
        '*/20 2,3 * * *',
        NEW_YORK,
        '2026-03-08T06:00Z',
        ['2026-03-08 03:00:00 -04:00', '2026-03-08 03:20:00 -04:00'],
      ],
      [
        'that comes twice runs the first time',
        '30 1 * * *',
        NEW_YORK,
        '2026-11-01T04:00Z',
        ['2026-11-01 01:30:00 -04:00', '2026-11-02 01:30:00 -05:00'],
      ],
      [
        'every half hour is not repeated either',
        '*/30 * * * *',
        NEW_YORK,
        '2026-11-01T05:10Z',
        ['2026-11-01 01:30:00 -04:00', '2026-11-01 02:00:00 -05:00'],
      ],
      [
        'is not looked for within what comes twice',
        '*/5 * * * *',
        NEW_YORK,
        '2026-11-01T06:10Z',
        ['2026-11-01 02:00:00 -05:00'],
      ],
      [
        'on a day that Samoa left out runs at its end',
        '0 12 30 12 *',
        'Pacific/Apia',
        '2011-12-30T00:00Z',
        ['2011-12-31 00:00:00 +14:00'],
      ],
      [
        'at a midnight that Brazil left out runs at one',
        '0 0 * * *',
        'America/Sao_Paulo',
        '2018-11-03T12:00Z',
        ['2018-11-04 01:00:00 -02:00', '2018-11-05 00:00:00 -02:00'],
      ],
      [
        'in half an hour left out',
        '15 2 * * *',
        'Australia/Lord_Howe',
        '2026-10-03T00:00Z',
        ['2026-10-04 02:30:00 +11:00', '2026-10-05 02:15:00 +11:00'],
      ],
      [
        'of either day',
        '0 0 13 * FRI',
        'UTC',
        '2026-11-12T12:00Z',
        ['2026-11-13 00:00:00 +00:00', '2026-11-20 00:00:00 +00:00'],
      ],
      [
        'in a later year',
        '0 0 2 29 2 ? 2030-2040',
        '+08:00',
        '2026-11-12T12:00Z',
        ['2032-02-29 02:00:00 +08:00', '2036-02-29 02:00:00 +08:00', '2040-02-29 02:00:00 +08:00'],
      ],
    ] as [string, string, string, string, string[]][]),
  ])('%s: %s', (_, expression, zone, after, expected) => {
    const found = slots.between(timing(expression, zone), {
      after: at(after),
      until: at('2099-12-31'),
      most: expected.length,
    })
    expect(local(zone, found)).toEqual(expected)
  })

  it('may be the first and the last instant of its schedule', () => {
    const [startAt, endAt] = ['2026-11-22T02:00:00.000Z', '2026-11-24T02:00:00.000Z']
    const asked = timing('0 2 * * *', 'UTC', { startAt, endAt })
    const all = { after: 0, until: Number.MAX_SAFE_INTEGER }
    expect(slots.between(asked, { ...all, most: 9 }).map(slot => slot - at(startAt))).toEqual([0, DAY, 2 * DAY])
    expect(slots.next(asked, at(endAt))).toBeUndefined()
  })

  it('is none after the last year, and none before the first', () => {
    expect(slots.next(timing('@yearly', 'UTC'), at('2099-06-01'))).toBeUndefined()
    expect(slots.next(timing('@yearly', 'UTC'), at('1066-10-14'))).toBe(at('1970-01-01'))
  })
})

describe('walls', () => {
  it('are right a millisecond before the clock is moved, when nothing else was asked before', () => {
    const moved = at('2026-03-29T01:00:00Z')
    const shown = [moved - 1, moved, moved + 1, moved - DAY].map(instant => wallOf(instant, 'Europe/Vienna') - instant)
    expect(shown).toEqual([HOUR, 2 * HOUR, 2 * HOUR, HOUR])
  })

  it('show what Intl shows', () => {
    const zones = fc.constantFrom('Asia/Shanghai', 'Asia/Kathmandu', ...ODD_ZONES)
    fc.assert(
      fc.property(
        zones,
        fc.integer({ min: at('1975-01-01') / MINUTE, max: at('2037-01-01') / MINUTE }),
        (zone, minute) => {
          expect(wallOf(minute * MINUTE, zone)).toBe(wallThere(minute * MINUTE, zone))
        },
      ),
      { seed: SEED, numRuns: 400 },
    )
  })
})

describe('node-cron', () => {
  it('still tells the next match from any instant, which its pages do not promise', () => {
    const next = createDayMatcher('13 * 5')
    expect(new Date(next(at('2026-11-14')) ?? 0).toISOString()).toBe('2027-08-13T00:00:00.000Z')
    expect(createDayMatcher('31 2,12 *')(at('2026-11-14'))).toBe(at('2026-12-31'))
    expect(nodeCron.getTasks().size).toBe(0)
  })

  it('takes every canonical expression, and matches at the same times of day', () => {
    fc.assert(
      fc.property(MADE, fc.integer({ min: at('2020-01-01'), max: at('2040-01-01') }), ({ ours }, after) => {
        const { cron } = readExpression(ours, 'standard')
        const six = cron.split(' ').slice(0, 6)
        expect(nodeCron.validate(six.join(' '))).toBe(true)
        // it wants both days where either is enough
        if (six[3] !== '*' && six[5] !== '*') return
        const task = nodeCron.createTask(six.join(' '), () => {}, { timezone: 'UTC' })
        void task.destroy()
        const { timeMatcher } = task as unknown as { timeMatcher: { getNextMatch(after: Date): Date } }
        expect(slots.next(timing(ours, 'UTC'), after)).toBe(timeMatcher.getNextMatch(new Date(after)).getTime())
      }),
      { seed: SEED, numRuns: 200 },
    )
  })
})
