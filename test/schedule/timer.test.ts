// the clock of the schedules over a desk that remembers, with a clock that is moved: forward, backward, asleep
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: macros look like placeholders
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { DueSchedule, ScheduleNews, ScheduleRow } from '../../bot/engine/schedule-desk.ts'
import { createScheduleDesk } from '../../bot/engine/schedule-desk.ts'
import { createCalendar } from '../../bot/schedule/calendar.ts'
import { dueAtOf } from '../../bot/schedule/firing.ts'
import { createScheduleTimer } from '../../bot/schedule/timer.ts'
import { createLog, SILENT_LOG } from '../../shared/log.ts'
import { DAY, HOUR, MINUTE, SECOND, toInstant, toMs } from '../../shared/time.ts'
import { ROOT, START } from '../core/world.ts'
import { createEngineRoom, createHandClock } from '../engine/room.ts'

type Change = {
  readonly paused?: boolean
  readonly through?: number
  readonly version?: number
  readonly jitterSeconds?: number
}

function createRoom() {
  const hand = createHandClock()
  let now = START
  const clock = { ...hand.clock, now: () => now }
  const calendar = createCalendar({ zone: 'Asia/Shanghai', dialect: 'standard', now: clock.now })
  const rows = new Map<string, ScheduleRow>()
  const throughs = new Map<string, string>()
  const listeners = new Set<(news: ScheduleNews) => void>()
  const asked: (readonly DueSchedule[])[] = []
  const said: string[] = []
  const bend = { due: async (): Promise<void> => {} }
  const desk = {
    active: () => [...rows.values()].filter(row => !row.paused),
    schedule: (id: string) => rows.get(id),
    through: ({ id, createdAt }: ScheduleRow) => throughs.get(id) ?? createdAt,
    async due(due: readonly DueSchedule[]) {
      asked.push(due)
      await bend.due()
      for (const { scheduleId, version, firings } of due) {
        const row = rows.get(scheduleId)
        const through = firings.at(-1)?.slot
        if (row?.version === version && through !== undefined) throughs.set(scheduleId, through)
      }
    },
    onNews(listener: (news: ScheduleNews) => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const log = createLog(
    {
      debug() {},
      info: (_, text) => said.push(text),
      warn: (_, text) => said.push(text),
      error: (_, text) => said.push(text),
    },
    value => value,
  )
  const timer = createScheduleTimer({ desk, calendar, clock, log })
  onTestFinished(() => timer.close())
  const news = (...schedules: string[]) => {
    for (const listener of listeners) listener({ schedules, markers: false })
  }
  const room = {
    ...{ timer, asked, said, bend, rows, throughs, desk, news, listeners },
    delays: hand.delays,
    put(
      id: string,
      expression: string,
      { paused = false, through = now, version = 1, jitterSeconds = 0 }: Change = {},
    ) {
      rows.set(id, {
        ...{
          id,
          number: 1,
          name: id,
          owner: 'ann',
          role: 'operator',
          via: 'http',
          view: 'native',
          version,
          paused,
        },
        work: { kind: 'ask', action: 'load', paths: ['/${yyyyMMdd}'], options: {} },
        timing: calendar.read({ expression, jitterSeconds }),
        policy: { overlap: 'skip', misfire: 'run-once', notify: 'alarm' },
        ...{ createdAt: toInstant(now), updatedAt: toInstant(now) },
      })
      throughs.set(id, toInstant(through))
    },
    /** The timer sleeps again, or is held up, or there is nothing to sleep for. */
    async rest() {
      for (let turn = 0; turn < 2_000; turn += 1) {
        await nextTurn()
        if (hand.delays().length > 0 || timer.status().armed === 0) return
      }
    },
    /** Time passes, second by second, as when nothing is wrong. */
    async pass(ms: number) {
      for (let left = ms; left > 0; left -= SECOND) {
        now += Math.min(left, SECOND)
        hand.move(Math.min(left, SECOND))
        await room.rest()
      }
    },
    /** The clock on the wall is moved, and the next look at it sees that. */
    async jump(ms: number) {
      now += ms
      hand.move(SECOND)
      await room.rest()
    },
    async start() {
      timer.start()
      hand.move(0)
      await room.rest()
    },
    /** How long after the beginning each slot was that was handed in, with its schedule. */
    slots: (id?: string) =>
      asked
        .flat()
        .filter(({ scheduleId }) => id === undefined || id === scheduleId)
        .flatMap(({ firings }) => firings.map(({ slot }) => toMs(slot) - START)),
    now: () => now,
  }
  return room
}

describe('the clock of the schedules', () => {
  it('hands in each slot once, and sleeps no longer than a second while there is any', async () => {
    const room = createRoom()
    room.put('a', '* * * * *')
    room.put('b', '30 * * * * *')
    room.put('off', '* * * * * *', { paused: true })
    await room.start()
    expect(room.timer.status()).toEqual({ armed: 2, lagMs: 0, nextAt: toInstant(START + 30 * SECOND) })
    expect(room.delays()).toEqual([SECOND])
    await room.pass(2 * MINUTE)
    expect(room.slots('a')).toEqual([MINUTE, 2 * MINUTE])
    expect(room.slots('b')).toEqual([30 * SECOND, 90 * SECOND])
    expect(room.asked[0]?.[0]).toEqual({
      ...{ scheduleId: 'b', version: 1 },
      firings: [
        {
          slot: toInstant(START + 30_000),
          dueAt: toInstant(START + 30_000),
          plan: { name: 'b', paths: ['/20240501'] },
        },
      ],
    })
    await room.timer.close()
    expect(room.delays()).toEqual([])
    expect(room.listeners.size).toBe(0)
  })

  it('hears of what is made, changed, paused and removed', async () => {
    const room = createRoom()
    await room.start()
    expect(room.delays()).toEqual([])
    room.put('a', '* * * * *')
    room.news('a')
    await room.pass(MINUTE)
    expect(room.slots()).toEqual([MINUTE])
    room.put('a', '30 * * * * *', { version: 2 })
    room.news('a')
    await room.pass(MINUTE)
    expect(room.slots()).toEqual([MINUTE, 90 * SECOND])
    room.put('a', '30 * * * * *', { version: 3, paused: true })
    room.news('a')
    await room.pass(MINUTE)
    // what was made is made from then on, whatever passed while it was paused
    room.put('a', '30 * * * * *', { version: 4, through: room.now() })
    room.news('a')
    await room.pass(30 * SECOND)
    expect(room.slots().slice(2)).toEqual([3.5 * MINUTE])
    room.rows.delete('a')
    room.news('a')
    await room.pass(MINUTE)
    expect(room.slots()).toHaveLength(3)
    expect(room.timer.status()).toMatchObject({ armed: 0 })
    expect(room.delays()).toEqual([])
  })

  it('names the newest slots after a long sleep, and only counts those before', async () => {
    const room = createRoom()
    room.put('hourly', '0 * * * *')
    room.put('minutes', '* * * * *')
    room.put('seconds', '* * * * * *')
    room.put('bursts', '* * 3 1 1 *')
    await room.start()
    await room.jump(HOUR)
    expect(room.slots('hourly')).toEqual([HOUR])
    expect(room.slots('minutes')).toEqual(Array.from({ length: 60 }, (_, n) => (n + 1) * MINUTE))
    const newest = Array.from({ length: 100 }, (_, n) => HOUR - (99 - n) * SECOND)
    expect(room.slots('seconds')).toEqual(newest)
    const othersOf = (id: string) => room.asked.flat().findLast(({ scheduleId }) => scheduleId === id)?.others
    expect(othersOf('seconds')).toMatchObject({ atLeast: true, since: toInstant(START + SECOND) })
    expect(othersOf('seconds')?.count).toBeGreaterThanOrEqual(1_000)
    expect(othersOf('minutes')).toBeUndefined()
    await room.jump(7 * DAY)
    expect(room.slots('hourly').slice(1, 3)).toEqual([HOUR + 69 * HOUR, HOUR + 70 * HOUR])
    expect(othersOf('hourly')).toEqual({ count: 68, since: toInstant(START + 2 * HOUR) })
    // an hour of seconds, eight months ago
    await room.jump(500 * DAY)
    const burst = room.slots('bursts')
    expect(burst).toHaveLength(100)
    expect(toInstant(START + (burst.at(-1) ?? 0))).toBe('2024-12-31T19:59:59.000Z')
    expect((burst.at(-1) ?? 0) - (burst[0] ?? 0)).toBe(99 * SECOND)
  })

  it('goes on at once when the clock is moved backward', async () => {
    const room = createRoom()
    room.put('a', '* * * * *')
    room.put('late', '0 12 * * *')
    await room.start()
    await room.pass(2 * MINUTE)
    await room.jump(HOUR)
    const before = room.slots().length
    await room.jump(-HOUR)
    expect(room.slots()).toHaveLength(before)
    await room.pass(2 * MINUTE)
    expect(room.slots().slice(before)).toEqual([3 * MINUTE, 4 * MINUTE])
    expect(room.said).toContain('the clock went backward')
  })

  it('begins again what had ended when the clock was ahead by mistake', async () => {
    const room = createRoom()
    room.put('a', '0 0 * * * * 2024')
    await room.start()
    await room.pass(HOUR)
    await room.jump(400 * DAY)
    expect(room.timer.status()).toMatchObject({ armed: 0 })
    const before = room.slots().length
    await room.jump(-400 * DAY)
    await room.pass(2 * HOUR)
    expect(room.slots().slice(before)).toEqual([2 * HOUR, 3 * HOUR])
    expect(room.timer.status()).toMatchObject({ armed: 1 })
  })

  it('loses nothing while it cannot be saved, and says so once', async () => {
    const room = createRoom()
    room.put('a', '* * * * *')
    room.put('b', '0 0 1 1 *')
    await room.start()
    room.bend.due = async () => {
      throw new Error('disk full')
    }
    await room.pass(3 * MINUTE)
    expect(room.asked.length).toBeGreaterThan(3)
    expect(room.asked.length).toBeLessThan(90)
    expect(room.said).toEqual(['slots that are due could not be saved; it is tried again'])
    room.bend.due = async () => {}
    room.asked.length = 0
    await room.pass(MINUTE)
    expect(room.slots().slice(0, 3)).toEqual([MINUTE, 2 * MINUTE, 3 * MINUTE])
    expect(room.slots().slice(3)).toEqual([4 * MINUTE])
    expect(room.said).toHaveLength(2)
  })

  it('goes on with the others when one of them can never be handed in', async () => {
    const room = createRoom()
    room.put('bad', '* * * * *')
    for (const id of ['a', 'b', 'c']) room.put(id, '* * * * *')
    const saved: string[] = []
    room.bend.due = async () => {
      const ids = room.asked.at(-1)?.map(({ scheduleId }) => scheduleId) ?? []
      if (ids.includes('bad')) throw new Error('a mistake')
      saved.push(...ids)
    }
    await room.start()
    await room.pass(2 * MINUTE)
    expect([...new Set(saved)].sort()).toEqual(['a', 'b', 'c'])
    saved.length = 0
    await room.pass(2 * MINUTE)
    expect(saved.length).toBeGreaterThanOrEqual(6)
    expect(room.said.length).toBeLessThan(5)
    room.bend.due = async () => {}
    await room.pass(MINUTE)
    expect(room.throughs.get('bad')).toBe(toInstant(START + 5 * MINUTE))
  })

  it('hands nothing in twice while it is being handed in, and what changed meanwhile anew', async () => {
    const room = createRoom()
    room.put('a', '* * * * * *')
    room.put('b', '* * * * * *')
    await room.start()
    let open = (): void => {}
    const held = new Promise<void>(resolve => {
      open = resolve
    })
    room.bend.due = () => held
    await room.pass(3 * SECOND)
    expect(room.asked).toHaveLength(1)
    room.rows.delete('b')
    room.put('a', '*/2 * * * * *', { version: 2, through: START })
    room.news('a', 'b')
    room.bend.due = async () => {}
    open()
    await room.pass(SECOND)
    expect(room.asked.slice(1).flat()).toMatchObject([{ scheduleId: 'a', version: 2 }])
    expect(room.slots('a')).toEqual([SECOND, 2 * SECOND, 4 * SECOND])
  })

  it('takes nothing twice that changes while it is counted', async () => {
    const room = createRoom()
    room.put('a', '* * * * * *')
    await room.start()
    const jumped = room.jump(HOUR)
    await nextTurn()
    expect(room.asked).toEqual([])
    room.news('a')
    await jumped
    await room.pass(SECOND)
    expect(room.asked[0]).toHaveLength(1)
    expect(new Set(room.slots()).size).toBe(room.slots().length)
    expect(room.slots().at(-1)).toBe(HOUR + SECOND)
  })

  it('keeps the order of slots whatever their jitter', async () => {
    const room = createRoom()
    room.put('a', '*/10 * * * * *', { jitterSeconds: 60 })
    await room.start()
    const seen: [slot: number, at: number][] = []
    for (let second = 0; second < 300; second += 1) {
      const before = room.slots().length
      await room.pass(SECOND)
      for (const slot of room.slots().slice(before)) seen.push([slot, room.now() - START])
    }
    const row = room.rows.get('a')
    const dueAts = seen.map(([slot]) => (row === undefined ? 0 : dueAtOf(row, START + slot) - START))
    expect(seen.map(([slot]) => slot)).toEqual(seen.map((_, n) => (n + 1) * 10 * SECOND))
    expect(seen.length).toBeGreaterThan(20)
    for (const [n, [, at]] of seen.entries()) {
      const due = Math.max(...dueAts.slice(0, n + 1))
      expect(at - due).toBeGreaterThanOrEqual(0)
      expect(at - due).toBeLessThan(SECOND)
    }
    // what was held back by an earlier one is not late
    for (const { firings } of room.asked.flat()) {
      for (const { dueAt } of firings) expect(toMs(dueAt)).toBeLessThanOrEqual(room.now())
    }
  })

  it('takes a thousand that are due on the same second in few frames, computing what they share once', async () => {
    const room = createRoom()
    for (let n = 0; n < 1_000; n += 1) room.put(`s${n}`, '0 * * * *')
    await room.start()
    const desk = vi.spyOn(room.desk, 'schedule')
    await room.jump(HOUR)
    expect(room.asked.map(due => due.length)).toEqual([200, 200, 200, 200, 200])
    expect(new Set(room.asked.flat().map(({ scheduleId }) => scheduleId)).size).toBe(1_000)
    expect(desk.mock.calls.length).toBeLessThan(2_500)
  })

  it('goes on with the others when one of them cannot be computed', async () => {
    const room = createRoom()
    room.put('a', '* * * * *')
    room.put('bad', '* * * * *')
    const bad = room.rows.get('bad')
    if (bad !== undefined) room.rows.set('bad', { ...bad, timing: { ...bad.timing, zone: 'Mars/Base' } })
    await room.start()
    await room.pass(MINUTE)
    expect(room.slots()).toEqual([MINUTE])
    expect(room.said).toEqual(['the slots of a schedule cannot be computed'])
  })
})

describe('over the real engine', () => {
  async function createEngine() {
    const room = createEngineRoom()
    const clock = { ...room.clock }
    const desk = createScheduleDesk(room)
    const calendar = createCalendar({ zone: 'Asia/Shanghai', dialect: 'standard', now: clock.now })
    const timer = createScheduleTimer({ desk, calendar, clock, log: SILENT_LOG })
    onTestFinished(() => timer.close())
    timer.start()
    const rest = async () => {
      for (let turn = 0; turn < 2_000; turn += 1) {
        room.move(0)
        await nextTurn()
        if (turn > 3 && (timer.status().nextAt ?? '') > toInstant(clock.now())) return
      }
    }
    const put = async (name: string, expression: string) => {
      await room.operations.createSchedule(ROOT, { name, expression, action: 'load', paths: ['/${yyyyMMddHHmm}'] })
    }
    const runs = () => Array.from(room.state.slots.rows(), slot => [slot.slot.slice(11, 16), slot.status]).sort()
    return { room, rest, put, runs }
  }

  it('runs a slot once, whatever the clock does', async () => {
    const { room, rest, put, runs } = await createEngine()
    await put('a', '0 * * * *')
    await rest()
    room.move(HOUR)
    await rest()
    expect(runs()).toEqual([['09:00', 'fired']])
    room.move(2 * HOUR)
    await rest()
    expect(runs().map(([at]) => at)).toEqual(['09:00', '10:00', '11:00'])
    const jobs = room.state.jobs.size
    room.move(-2 * HOUR)
    await rest()
    room.move(30 * MINUTE)
    await rest()
    expect(runs().map(([at]) => at)).toEqual(['09:00', '10:00', '11:00'])
    expect(room.state.jobs.size).toBe(jobs)
  })

  it('hands in hundreds of the same second', async () => {
    const { room, rest, put } = await createEngine()
    for (let n = 0; n < 300; n += 1) await put(`s${n}`, '0 * * * *')
    await rest()
    room.move(HOUR)
    await rest()
    expect(room.state.slots.size).toBe(300)
    expect(room.state.jobs.size).toBe(300)
  })
})
