// the watch over markers: who asks when, for whom, and what is said of it
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import type { Look, ScheduleNews, ScheduleRow, SlotRow } from '../../bot/engine/schedule-desk.ts'
import { createMarkerWatch } from '../../bot/schedule/marker-watch.ts'
import type { CallAnswer, ClusterCall } from '../../shared/call.ts'
import { AppError } from '../../shared/errors.ts'
import { SILENT_LOG } from '../../shared/log.ts'
import { HOUR, MINUTE, SECOND } from '../../shared/time.ts'
import { createHandClock } from '../engine/room.ts'

type Answer = CallAnswer | Error | Promise<CallAnswer>
const THERE: CallAnswer = { ok: true, size: { bytes: 7, files: 1 } }
const ABSENT: CallAnswer = { ok: false, why: 'absent', message: 'Path "/m" does not exist.' }

function createRoom() {
  const hand = createHandClock()
  const slots = new Map<string, SlotRow>()
  const listeners = new Set<(news: ScheduleNews) => void>()
  const asked: string[] = []
  const looked: [slot: string, look: Look | undefined][] = []
  const answers = new Map<string, Answer>()
  const bend = { looked: async (): Promise<void> => {} }
  const watch = createMarkerWatch({
    desk: {
      schedule: id => ({ id }) as ScheduleRow,
      awaiting: () => [...slots.values()],
      async looked(slot, _path, look) {
        looked.push([slot, look])
        await bend.looked()
      },
      onNews(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    calls: {
      async call(cluster, ask: ClusterCall) {
        if (ask.verb !== 'size') throw new Error(`nobody asks for ${ask.verb}`)
        asked.push(`${cluster} ${ask.path}`)
        const answer = await (answers.get(ask.path) ?? ABSENT)
        if (answer instanceof Error) throw answer
        return answer
      },
    },
    clusterOf: ({ id }) => {
      if (id === 'lost') throw new AppError('CLUSTER_NOT_FOUND', 'There is no such cluster.')
      return id
    },
    ...{ clock: hand.clock, log: SILENT_LOG },
  })
  onTestFinished(() => watch.close())
  const rest = async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      hand.move(0)
      await nextTurn()
    }
  }
  return {
    ...{ watch, slots, asked, looked, answers, bend, listeners, delays: hand.delays },
    wait(id: string, path: string, { cluster = 'c1', everySeconds = 60 } = {}) {
      const awaited = { path, everySeconds, deadlineAt: '', otherwise: 'skip' }
      slots.set(id, { id, scheduleId: cluster, awaited } as SlotRow)
    },
    async news() {
      for (const listener of listeners) listener({ schedules: [], markers: true })
      await rest()
    },
    async start() {
      watch.start()
      await rest()
    },
    async pass(ms: number) {
      for (let left = ms; left > 0; left -= 5 * SECOND) {
        hand.move(Math.min(left, 5 * SECOND))
        await rest()
      }
    },
    async jump(ms: number) {
      hand.move(ms)
      await rest()
    },
  }
}

it('looks at once and then every so often, until nobody waits', async () => {
  const room = createRoom()
  await room.start()
  expect(room.asked).toEqual([])
  room.wait('s1', 'gfs://host:9200/d/_SUCCESS')
  await room.news()
  expect(room.asked).toEqual(['c1 /d/_SUCCESS'])
  expect(room.looked).toEqual([['s1', undefined]])
  await room.pass(MINUTE - SECOND)
  expect(room.asked).toHaveLength(1)
  room.answers.set('/d/_SUCCESS', THERE)
  await room.pass(SECOND)
  expect(room.looked[1]).toEqual(['s1', { bytes: 7, files: 1 }])
  room.slots.clear()
  await room.pass(HOUR)
  expect(room.asked).toHaveLength(2)
  expect(room.delays()).toEqual([])
})

it('looks once for all that wait for the same, as often as the most impatient of them wants', async () => {
  const room = createRoom()
  room.wait('s1', '/m', { everySeconds: 600 })
  room.wait('s2', '/m', { everySeconds: 30 })
  room.wait('other', '/m', { cluster: 'c2', everySeconds: 600 })
  room.wait('lost', '/m', { cluster: 'lost' })
  await room.start()
  expect(room.asked).toEqual(['c1 /m', 'c2 /m'])
  expect(room.looked.map(([slot]) => slot).sort()).toEqual(['other', 's1', 's2'])
  await room.pass(MINUTE)
  expect(room.asked).toEqual(['c1 /m', 'c2 /m', 'c1 /m', 'c1 /m'])
  // who comes later is looked for at once
  room.wait('s3', '/m', { everySeconds: 600 })
  await room.news()
  expect(room.asked).toHaveLength(5)
  expect(room.looked.at(-1)?.[0]).toBe('s3')
})

it('says nothing when nobody could look, and tries again', async () => {
  const room = createRoom()
  room.wait('s1', '/m', { everySeconds: 600 })
  room.answers.set('/m', new AppError('COMMAND_FAILED', 'no agent of cluster c1 is connected'))
  await room.start()
  room.answers.set('/m', { ok: false, why: 'failed', message: 'Failed to connect to master' })
  await room.pass(MINUTE)
  expect(room.asked).toHaveLength(2)
  expect(room.looked).toEqual([])
  room.answers.set('/m', THERE)
  room.bend.looked = async () => {
    throw new Error('disk full')
  }
  await room.pass(MINUTE)
  expect(room.looked).toHaveLength(1)
  room.bend.looked = async () => {}
  await room.pass(MINUTE)
  expect(room.looked).toHaveLength(2)
  await room.pass(9 * MINUTE)
  expect(room.looked).toHaveLength(2)
})

it('asks at most four at once, and goes on when one of them answers', async () => {
  const room = createRoom()
  const open: (() => void)[] = []
  for (let n = 0; n < 6; n += 1) {
    room.wait(`s${n}`, `/${n}`)
    room.answers.set(`/${n}`, new Promise<CallAnswer>(resolve => open.push(() => resolve(THERE))))
  }
  await room.start()
  expect(room.asked).toHaveLength(4)
  await room.pass(5 * MINUTE)
  await room.news()
  expect(room.asked).toHaveLength(4)
  room.slots.delete('s0')
  open[0]?.()
  await room.pass(SECOND)
  expect(room.asked).toHaveLength(5)
  room.watch.close()
  for (const answer of open) answer()
  await room.pass(HOUR)
  expect(room.asked).toHaveLength(5)
  expect(room.listeners.size).toBe(0)
  expect(room.delays()).toEqual([])
})

it('does not look again while a look takes long', async () => {
  const room = createRoom()
  let answer = (_: CallAnswer): void => {}
  room.answers.set('/m', new Promise<CallAnswer>(resolve => (answer = resolve)))
  room.wait('s1', '/m')
  await room.start()
  await room.pass(5 * MINUTE)
  room.wait('s2', '/m')
  await room.news()
  expect(room.asked).toHaveLength(1)
  answer(THERE)
  await room.pass(SECOND)
  // who came meanwhile hears of it too
  expect(room.looked.map(([slot]) => slot)).toEqual(['s1', 's2'])
  expect(room.asked).toHaveLength(1)
})

it('is not put off when the clock goes backward', async () => {
  const room = createRoom()
  room.wait('s1', '/m')
  await room.start()
  await room.jump(-HOUR)
  await room.news()
  await room.pass(MINUTE)
  expect(room.asked).toHaveLength(2)
})

it('hands a look on to nobody who waits elsewhere by then, and looks there at once', async () => {
  const room = createRoom()
  room.wait('other', '/new', { everySeconds: 3_600 })
  await room.start()
  let answer = (_: CallAnswer): void => {}
  room.answers.set('/m', new Promise<CallAnswer>(resolve => (answer = resolve)))
  room.wait('s1', '/m')
  room.wait('s2', '/m')
  await room.news()
  room.looked.length = 0
  // the schedules are edited: one waits for another path, the other one in another cluster
  room.wait('s1', '/new', { everySeconds: 3_600 })
  room.wait('s2', '/m', { cluster: 'c2' })
  room.answers.set('/new', THERE)
  answer(THERE)
  await room.news()
  expect(room.asked).toEqual(['c1 /new', 'c1 /m', 'c1 /new', 'c2 /m'])
  expect(room.looked.map(([slot]) => slot).sort()).toEqual(['other', 's1', 's2'])
})
