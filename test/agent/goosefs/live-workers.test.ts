// heartbeats after a listing: when a worker counts as heard of, how often is asked, and what a dead one looks like
import { describe, expect, it } from 'vitest'
import type { WorkerFact, WorkersAnswer } from '../../../agent/goosefs/cluster-facts.ts'
import { settleWorkers } from '../../../agent/goosefs/live-workers.ts'

const worker = (silentSeconds: number): WorkerFact => ({
  ...{ host: `w${silentSeconds}`, silentSeconds, capacityBytes: 100, usedBytes: 10, lost: false },
})

/** Time that only pauses move. `beats`: when each worker was last heard of, as a function of now. */
function createWorkers(beats: ((now: number) => number)[], { cheap = true, callMs = 0 } = {}) {
  let now = 50_000
  const looks: number[] = []
  const clock = { now: () => now, after: () => () => {} }
  const ask = async (notBefore: number): Promise<WorkersAnswer> => {
    expect(notBefore).toBeLessThanOrEqual(now)
    looks.push(now)
    now += callMs
    const workers = beats.map(beat => worker(Math.floor((now - beat(now)) / 1000)))
    return { workers, calls: cheap ? 0 : 1, cheap }
  }
  const pause = async (delayMs: number) => {
    now += delayMs
  }
  const settle = (listedAt = now) =>
    settleWorkers({ ask, clock, pause, signal: new AbortController().signal }, listedAt)
  return { settle, looks, now: () => now }
}

const living = (now: number) => now - 900
const late = (now: number) => now - 1_050
const deadAt = (at: number) => () => at

describe('a living worker', () => {
  it.each([true, false])('is heard of at the first look (web: %s)', async cheap => {
    const one = createWorkers([living], { cheap, callMs: 1_200 })
    expect(await one.settle()).toMatchObject({ workers: { live: 1, silent: 0 }, calls: cheap ? 0 : 1 })
    expect(one.looks).toHaveLength(1)
  })

  it('whose word comes late is heard of at the second', async () => {
    const one = createWorkers([late])
    expect((await one.settle()).workers).toMatchObject({ live: 1, silent: 0, capacityBytes: 100 })
    expect(one.looks).toHaveLength(2)
  })

  it('vouches for a listing that ended long ago without a pause', async () => {
    const one = createWorkers([living])
    const from = one.now()
    await one.settle(from - 60_000)
    expect(one.now()).toBe(from)
  })
})

describe('a worker that died', () => {
  // whole seconds are rounded down, so every moment of the death must be told right
  it.each([1, 499, 999, 1_000, 1_001, 5_000])('%i ms before the listing ended is silent', async before => {
    const one = createWorkers([deadAt(50_000 - before)])
    expect((await one.settle()).workers).toMatchObject({ live: 1, silent: 1 })
  })

  it('costs three calls at most where each one is a JVM', async () => {
    const one = createWorkers([deadAt(49_990)], { cheap: false, callMs: 1_200 })
    const { workers, calls } = await one.settle()
    expect(workers).toMatchObject({ live: 1, silent: 1, capacityBytes: 0 })
    expect(calls).toBeLessThanOrEqual(3)
  })

  it.each([true, false])('beside a living one: silent, and the other counts (web: %s)', async cheap => {
    const one = createWorkers([deadAt(49_000), living], { cheap, callMs: cheap ? 0 : 1_200 })
    const { workers, calls } = await one.settle()
    expect(workers).toMatchObject({ live: 2, silent: 1, capacityBytes: 100 })
    expect(calls).toBeLessThanOrEqual(3)
  })
})

describe('nobody tells', () => {
  it('no worker at all is asked for again, then believed', async () => {
    const one = createWorkers([])
    expect((await one.settle()).workers).toMatchObject({ live: 0, silent: 0 })
    expect(one.looks.length).toBeGreaterThan(1)
  })

  it('a report that cannot be had twice is trouble', async () => {
    const trouble = { cause: 'master-unreachable', message: 'away' } as const
    const ask = async () => ({ trouble, calls: 1, cheap: false })
    const clock = { now: () => 0, after: () => () => {} }
    const tools = { ask, clock, pause: async () => {}, signal: new AbortController().signal }
    expect(await settleWorkers(tools, 0)).toEqual({ trouble, calls: 2 })
  })
})
