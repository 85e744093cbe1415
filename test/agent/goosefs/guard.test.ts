// the capacity guard: which numbers refuse a load, which only warn, and what a refused one is told
import { describe, expect, it } from 'vitest'
import { decide, toNeed } from '../../../agent/goosefs/guard.ts'
import { runAllocation } from '../../../agent/run-allocation.ts'
import type { Guard } from '../../../shared/guard.ts'
import { createClusterWeb, type Told } from './cluster-web.ts'
import { createWorld, toFacts, usePlayground } from './world.ts'

usePlayground()

const KIB = 1024
const task = '00000000-0000-7000-8000-000000000001'

describe('the rules', () => {
  const at = '2026-11-21T00:00:00.000Z'
  const measured = (bytes: number, cachedBytes: number) => ({
    ...{ at, files: 1, cachedFiles: 0, cachedPercent: 0, fresh: true, complete: true },
    ...{ bytes: bytes * KIB, cachedBytes: cachedBytes * KIB },
  })
  const workers = { live: 1, lost: 0, silent: 0, capacityBytes: 100 * KIB, usedBytes: 60 * KIB }
  const usual: Guard = { beyondCapacity: 'refuse', beyondFree: 'warn' }
  const judge = (bytes: number, cached: number, { guard = usual, copies = 1 } = {}) => {
    const { refused, message } = decide(guard, { need: toNeed(measured(bytes, cached), copies), workers })
    return message === undefined ? 'fits' : `${refused ? 'refused' : 'warned'}: ${message}`
  }

  it.each<[string, number, number, { guard?: Guard; copies?: number }, string]>([
    ['what fits', 40, 0, {}, 'fits'],
    [
      'more than is free',
      41,
      0,
      {},
      'warned: missing 41.0 KiB, free 40.0 KiB, capacity 100 KiB: something else would have to leave the cache',
    ],
    ['the same, mostly cached already', 90, 60, {}, 'fits'],
    [
      'more than there is',
      101,
      0,
      {},
      'refused: missing 101 KiB, free 40.0 KiB, capacity 100 KiB: the path cannot be cached whole',
    ],
    [
      'more than there is, though what is missing would fit',
      101,
      61,
      {},
      'refused: missing 40.0 KiB, free 40.0 KiB, capacity 100 KiB: the path cannot be cached whole',
    ],
    [
      'two copies',
      51,
      51,
      { copies: 2 },
      'refused: missing up to 51.0 KiB (2 copies), free 40.0 KiB, capacity 100 KiB: the path cannot be cached whole',
    ],
    [
      'beyond free is refused where it is so configured',
      41,
      0,
      { guard: { beyondCapacity: 'off', beyondFree: 'refuse' } },
      'refused: missing 41.0 KiB, free 40.0 KiB, capacity 100 KiB: something else would have to leave the cache',
    ],
    [
      'the stricter rule decides',
      101,
      0,
      { guard: { beyondCapacity: 'warn', beyondFree: 'refuse' } },
      'refused: missing 101 KiB, free 40.0 KiB, capacity 100 KiB: something else would have to leave the cache',
    ],
    ['off', 101, 0, { guard: { beyondCapacity: 'off', beyondFree: 'off' } }, 'fits'],
  ])('%s', (_, bytes, cached, more, said) => {
    expect(judge(bytes, cached, more)).toBe(said)
  })

  it('a silent worker may be back in a moment with its room: nothing is refused, only warned of', () => {
    const silent = { ...workers, live: 3, silent: 2 }
    expect(decide(usual, { need: toNeed(measured(101, 0), 1), workers: silent })).toEqual({
      refused: false,
      workers: silent,
      message:
        'missing 101 KiB, free 40.0 KiB, capacity 100 KiB: the path cannot be cached whole; not counted is the room of 2 workers that have not been heard of lately',
    })
    const lost = { ...workers, lost: 1 }
    expect(decide(usual, { need: toNeed(measured(101, 0), 1), workers: lost }).refused).toBe(true)
  })

  it('workers without space tell nothing', () => {
    const none = { ...workers, capacityBytes: 0, usedBytes: 0 }
    expect(decide(usual, { need: toNeed(measured(101, 0), 1), workers: none })).toEqual({ refused: false })
  })
})

describe('a load', () => {
  function createFull() {
    const world = createWorld({ QUOTA: String(16 * KIB), BLOCK: String(4 * KIB) })
    world.goosefs('playground', 'put', '/a/x', '--bytes', String(4 * KIB), '--files', '3')
    world.goosefs('playground', 'put', '/a/y', '--bytes', String(4 * KIB), '--files', '2')
    world.goosefs('fs', 'distributedLoad', '/a/x/part-00000')
    return world
  }

  it('beyond the capacity is refused: nothing is loaded, and what is missing is named', async () => {
    const world = createFull()
    const before = world.calls
    const one = world.allocation({ path: '/a', followers: [{ task, path: '/a/y' }] })
    const ending = await runAllocation(one.deps)
    expect(ending.exit).toEqual({
      reason: 'refused',
      message:
        'missing 16.0 KiB, free 12.0 KiB, capacity 16.0 KiB: the path cannot be cached whole; --force loads all the same',
    })
    expect(toFacts(ending)).toMatchObject({
      ...{ before: [5, 1, 20], after: [5, 1, 20] },
      ...{ missingTotal: 4, missingByCause: { 'no-space': 4 } },
    })
    expect(ending.findings?.workers).toMatchObject({ live: 1, capacityBytes: 16 * KIB })
    expect(one.missing().trim().split('\n')).toHaveLength(4)
    expect(ending.missingBytes).toBe(Buffer.byteLength(one.missing()))
    expect(ending.cuts).toMatchObject([{ task, findings: { missingTotal: 2, after: { files: 2 } } }])
    expect(before()).toEqual(['fs ls -R -Dgoosefs.user.file.metadata.sync.interval=0 /a', 'fsadmin report capacity'])
    expect(await runAllocation(one.deps)).toEqual(ending)
  })

  it('beyond what is free is loaded with a warning', async () => {
    const world = createFull()
    world.goosefs('playground', 'put', '/b', '--bytes', String(4 * KIB), '--files', '4')
    const ending = await runAllocation(world.allocation({ path: '/b' }).deps)
    expect(ending.exit.reason).toBe('exited')
    expect(ending.notes).toContain(
      'missing 16.0 KiB, free 12.0 KiB, capacity 16.0 KiB: something else would have to leave the cache',
    )
    expect(ending.findings?.missingTotal).toBe(0)
  })

  it('of what is cached already is not asked about space', async () => {
    const world = createFull()
    const ending = await runAllocation(world.allocation({ path: '/a/x/part-00000' }).deps)
    expect(ending.findings?.missingTotal).toBe(0)
    expect(world.calls().filter(call => call === 'fsadmin report capacity')).toHaveLength(1)
  })

  it('costs no call at all where the web of the master tells', async () => {
    const world = createFull()
    const told: Told = {}
    const web = await createClusterWeb(told)
    const workers = [{ host: '127.0.0.1', web: Number(new URL(web.base).port), capacity: 100 * KIB, used: 0 }]
    Object.assign(told, { master: { since: 1, workers }, jobMaster: { since: 1, workers } })
    const ending = await runAllocation({ ...world.allocation({ path: '/a/y' }).deps, webs: web.webs })
    expect(toFacts(ending)).toMatchObject({ after: [2, 2, 100], missingTotal: 0 })
    expect(world.calls().map(call => call.split(' ').slice(0, 2).join(' '))).toEqual([
      'fs ls',
      'fs distributedLoad',
      'fs ls',
    ])
  })
})
