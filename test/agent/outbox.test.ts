// the outbox: numbers without gaps over restarts, cuts, torn files and disks that cannot be written
import { appendFileSync, mkdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createOutbox, type Outbox } from '../../agent/outbox.ts'
import { SILENT_LOG } from '../../shared/log.ts'
import type { Clock } from '../../shared/time.ts'
import type { Report } from '../../shared/wire.ts'
import { scratch } from './scratch.ts'

const A = '018f0000-0000-7000-8000-00000000000a'
const started = (allocation = A): Report => ({ type: 'started', allocation })
const progress = (filesDone: number): Report => ({
  ...{ type: 'progress', allocation: A, progress: { at: new Date(0).toISOString(), filesDone, source: 'lines' } },
})

/** A clock that moves only when it is told. */
function handClock(): Clock & { pass(ms: number): void } {
  let now = 0
  let timers: { at: number; wake: () => void }[] = []
  return {
    now: () => now,
    after(delayMs, wake) {
      const timer = { at: now + delayMs, wake }
      timers.push(timer)
      return () => {
        timers = timers.filter(other => other !== timer)
      }
    },
    pass(ms) {
      now += ms
      const due = timers.filter(timer => timer.at <= now)
      timers = timers.filter(timer => timer.at > now)
      for (const timer of due) timer.wake()
    },
  }
}

async function open(path: string, clock: Clock = handClock(), log = SILENT_LOG): Promise<Outbox> {
  const outbox = await createOutbox({ path, clock, log })
  onTestFinished(() => outbox.close())
  return outbox
}

async function said(outbox: Outbox, after = 0): Promise<number[]> {
  await outbox.settle()
  return outbox.take(after).map(({ n }) => n)
}

test('numbers go on over restarts, and only what is not acknowledged is kept', async () => {
  const path = join(scratch(), 'outbox')
  const first = await open(path)
  for (let times = 0; times < 3; times += 1) first.say(started())
  expect(await said(first)).toEqual([1, 2, 3])
  first.acknowledge(2)
  await first.close()
  const second = await open(path)
  second.resume(2)
  expect(second.nextNumber).toBe(3)
  second.say(started())
  expect(await said(second, 2)).toEqual([3, 4])
  await second.close()
  const third = await open(path)
  third.resume(4)
  expect(third.nextNumber).toBe(5)
  third.say(started())
  expect(await said(third, 4)).toEqual([5])
})

test('nothing may be taken before it is on disk', async () => {
  const path = join(scratch(), 'outbox')
  const outbox = await open(path)
  outbox.say(started())
  expect(outbox.take(0)).toEqual([])
  const ready = new Promise<void>(resolve => outbox.onReady(resolve))
  await ready
  expect(outbox.take(0)).toHaveLength(1)
  expect(readFileSync(path, 'utf8')).toContain('"started"')
})

test('a torn last line is cut, wherever it is torn', async () => {
  const path = join(scratch(), 'outbox')
  const first = await open(path)
  first.say(started())
  first.say(started())
  await first.settle()
  await first.close()
  const whole = readFileSync(path, 'utf8')
  const secondLine = whole.indexOf('{"n":2')
  for (let length = secondLine; length < whole.length - 1; length += 7) {
    rmSync(path)
    appendFileSync(path, whole)
    truncateSync(path, length)
    const again = await open(path)
    again.say(started())
    expect(await said(again)).toEqual([1, 2])
    await again.close()
  }
})

test('a number that the daemon knows as another report is given anew', async () => {
  const outbox = await open(join(scratch(), 'outbox'))
  outbox.say(started())
  outbox.say(started())
  await outbox.settle()
  outbox.resume(7)
  outbox.say(started())
  expect(await said(outbox, 7)).toEqual([8, 9, 10])
})

test('what was sent and is acknowledged by a later welcome is not said again', async () => {
  const outbox = await open(join(scratch(), 'outbox'))
  outbox.say(started())
  outbox.say(started())
  expect(await said(outbox)).toEqual([1, 2])
  outbox.resume(1)
  expect(await said(outbox, 1)).toEqual([2])
  expect(outbox.holds('started', A)).toBe(true)
  outbox.acknowledge(2)
  expect(outbox.holds('started', A)).toBe(false)
})

test('progress: the newest only, twice a second, none that waits behind another', async () => {
  const clock = handClock()
  const outbox = await open(join(scratch(), 'outbox'), clock)
  for (let done = 0; done < 10; done += 1) outbox.say(progress(done))
  expect(await said(outbox)).toEqual([1])
  clock.pass(500)
  await outbox.settle()
  expect(outbox.take(1).map(({ report }) => report.type === 'progress' && report.progress.filesDone)).toEqual([9])
  for (let done = 10; done < 13; done += 1) outbox.say(progress(done))
  clock.pass(500)
  for (let ticks = 0; ticks < 5; ticks += 1) {
    outbox.say(progress(20 + ticks))
    clock.pass(500)
  }
  await outbox.settle()
  expect(outbox.take(2)).toHaveLength(1)
})

test('a disk that cannot be written: reports go from memory, and are kept when it can', async () => {
  const clock = handClock()
  const path = join(scratch(), 'inner', 'outbox')
  mkdirSync(dirname(path))
  const errors: string[] = []
  const outbox = await open(path, clock, { ...SILENT_LOG, error: message => void errors.push(message) })
  const long: Report = { type: 'refused', allocation: A, reason: 'x'.repeat(300_000), moveOn: true }
  outbox.say(long)
  await outbox.settle()
  rmSync(dirname(path), { recursive: true })
  outbox.say(started())
  outbox.say(started())
  expect(await said(outbox)).toEqual([1, 2, 3])
  expect(errors).toHaveLength(1)
  mkdirSync(dirname(path))
  clock.pass(5_000)
  await outbox.settle()
  await outbox.close()
  expect(await said(await open(path))).toEqual([1, 2, 3])
})

test('an ending too large for a frame is cut down, its counts stay', async () => {
  const outbox = await open(join(scratch(), 'outbox'))
  const missing = Array.from({ length: 100 }, () => ({ path: 'x'.repeat(4_000), cause: 'gone' as const }))
  const findings = { missing, missingTotal: 100, missingByCause: { gone: 100 }, cost: { calls: 1, wallMs: 1 } }
  const cuts = Array.from({ length: 10 }, () => ({ task: A, findings }))
  const ending = {
    exit: { reason: 'exited' as const, code: 0 },
    started: true,
    findings,
    cuts,
    outputBytes: 0,
    missingBytes: 0,
    notes: [],
  }
  outbox.say({ type: 'ended', allocation: A, ending })
  await outbox.settle()
  const [entry] = outbox.take(0)
  expect(JSON.stringify(entry).length).toBeLessThan(1024 * 1024)
  expect(entry?.report).toMatchObject({ ending: { findings: { missingTotal: 100 } } })
})
