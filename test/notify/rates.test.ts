// the custom robot's limits on a clock that is moved: never too many in any minute, also over crashes, and nothing lost
import { afterEach, describe, expect, test } from 'vitest'
import { MINUTE, SECOND } from '../../shared/time.ts'
import { calm, createStage, draft, failed, peakPerMinute, ROBOT, SENT } from './stage.ts'

type Stage = Awaited<ReturnType<typeof createStage>>
let stage: Stage
const open = async (given?: Parameters<typeof createStage>[0]): Promise<Stage> => {
  stage = await createStage(given)
  return stage
}
afterEach(() => stage.close())

describe('the custom robot', () => {
  test('gets at most 18 in any minute, and everything in the end', async () => {
    const { office, pass, sent } = await open()
    for (let at = 0; at < 60; at += 1) await office.write(draft(`n${at}`, { place: ROBOT, alarm: at % 20 === 19 }))
    await pass(5 * MINUTE)
    expect(peakPerMinute(sent.map(({ at }) => at))).toBe(18)
    expect(sent).toHaveLength(60)
    // the alarms stand among the first that could still be put in order
    expect(sent.slice(0, 22).filter(({ part }) => /^n(19|39|59)$/.test(part.title))).toHaveLength(3)
  })

  test('gets no more when processes come and go', async () => {
    const { office, pass, sent, close, restart } = await open()
    for (let at = 0; at < 40; at += 1) await office.write(draft(`n${at}`, { place: ROBOT }))
    await calm()
    await close()
    for (let life = 0; life < 6; life += 1) {
      const next = await restart()
      await pass(25 * SECOND)
      await next.postman.close()
      await next.notifier.close()
    }
    expect(peakPerMinute(sent.map(({ at }) => at))).toBeLessThanOrEqual(18)
    expect(new Set(sent.map(({ part }) => part.title)).size).toBe(40)
    expect(sent).toHaveLength(40)
  })

  test('counts what a crash left without a word, since it may have arrived', async () => {
    const { office, pass, script, restart, room } = await open()
    const calls: number[] = []
    // every call hangs: each process dies in the middle of one
    script.way = () => {
      calls.push(room.clock.now())
      return new Promise(() => {})
    }
    await office.write(draft('one', { place: ROBOT }))
    await calm()
    for (let life = 0; life < 30; life += 1) {
      await restart()
      await pass(SECOND)
    }
    expect(peakPerMinute(calls)).toBeLessThanOrEqual(18)
    expect(calls.length).toBeGreaterThan(10)
  })

  test('is left alone for a minute when it says too fast, doubled up to ten', async () => {
    const { office, pass, sent, script, room } = await open()
    const begin = room.clock.now()
    script.way = () => failed('rate', MINUTE)
    await office.write(draft('one', { place: ROBOT }))
    await calm()
    await office.write(draft('two', { place: ROBOT, alarm: true }))
    await pass(40 * MINUTE, 10 * SECOND)
    expect(sent.map(({ at }) => (at - begin) / MINUTE)).toEqual([0, 1, 3, 7, 15, 25, 35])
    script.way = () => SENT
    await pass(10 * MINUTE, 10 * SECOND)
    expect(office.letters()).toEqual([])
  })

  test('shares its minute with results that found no other way', async () => {
    const { office, pass, sent, script } = await open()
    script.way = ({ channel }) => (channel === 'robot' ? SENT : failed('config'))
    for (let at = 0; at < 30; at += 1) await office.write(draft(`r${at}`, { place: `conversation c${at}` }))
    for (let at = 0; at < 10; at += 1) await office.write(draft(`n${at}`, { place: ROBOT }))
    await pass(4 * MINUTE)
    const robot = sent.filter(({ channel }) => channel === 'robot')
    expect(robot).toHaveLength(40)
    expect(peakPerMinute(robot.map(({ at }) => at))).toBe(18)
  })
})

test('the app’s API is called at most ten times a second', async () => {
  const { office, pass, sent } = await open()
  for (let at = 0; at < 35; at += 1) await office.write(draft(`a${at}`, { place: `staff s${at}` }))
  await pass(6 * SECOND, 100)
  expect(sent).toHaveLength(35)
  const times = sent.map(({ at }) => at)
  for (const from of times) expect(times.filter(at => at >= from && at < from + SECOND).length).toBeLessThanOrEqual(10)
})

test('named jobs that end all the time are told within the limit, none twice, none not', async () => {
  const { pass, run, sent } = await open()
  for (let at = 0; at < 90; at += 1) {
    await run(`/p${at}`, { name: `job-${at}.` })
    await pass(SECOND)
  }
  await pass(3 * MINUTE)
  expect(peakPerMinute(sent.map(({ at }) => at))).toBeLessThanOrEqual(18)
  const told = sent.flatMap(({ part }) => part.text.match(/job-\d+\./g) ?? [])
  expect(told).toHaveLength(90)
  expect(new Set(told).size).toBe(90)
})
