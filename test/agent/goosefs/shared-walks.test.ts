// listings and reports that several asks share
import { describe, expect, it } from 'vitest'
import type { WalkAsk, WalkResult } from '../../../agent/goosefs/shared-walks.ts'
import { createSharedWalks } from '../../../agent/goosefs/shared-walks.ts'
import { SILENT_LOG } from '../../../shared/log.ts'
import { createWorld, usePlayground } from './world.ts'

usePlayground()

function ask(path: string, more: Partial<WalkAsk> = {}) {
  const paths: string[] = []
  const asked: WalkAsk = {
    path,
    fresh: true,
    begin: () => void paths.splice(0),
    entry: entry => void (entry.directory || paths.push(entry.path)),
    ...more,
  }
  return { asked, paths }
}

const state = (results: readonly WalkResult[]) => results.map(result => `${result.state} ${result.calls}`)

describe('walks', () => {
  it('siblings that wait together share one call, and each gets its own lines', async () => {
    const world = createWorld()
    for (const name of ['a', 'b', 'ab'])
      world.goosefs('playground', 'put', `/t/${name}`, '--bytes', '10', '--files', '2')
    const asks = [ask('/t/a'), ask('/t//b/'), ask('/t/ab'), ask('/t/a')]
    const results = await Promise.all(asks.map(one => world.shared.walk(one.asked)))
    expect(state(results)).toEqual(['listed 1', 'listed 0', 'listed 0', 'listed 0'])
    expect(asks.map(one => one.paths.length)).toEqual([2, 2, 2, 2])
    expect(asks[0]?.paths.every(path => path.startsWith('/t/a/'))).toBe(true)
    expect(world.calls()).toEqual(['fs ls -R -Dgoosefs.user.file.metadata.sync.interval=0 /t/a /t//b/ /t/ab'])
    expect(world.left()).toEqual([])
  })

  it('a missing path ends the call: the rest is listed in a further one', async () => {
    const world = createWorld()
    for (const name of ['a', 'c']) world.goosefs('playground', 'put', `/t/${name}`, '--bytes', '10', '--files', '2')
    const asks = [ask('/t/a'), ask('/t/none'), ask('/t/c')]
    const results = await Promise.all(asks.map(one => world.shared.walk(one.asked)))
    expect(results.map(result => result.state)).toEqual(['listed', 'missing', 'listed'])
    expect(asks.map(one => one.paths.length)).toEqual([2, 0, 2])
    expect(world.calls()).toHaveLength(2)
  })

  it('parent and child, and asks of unequal freshness, do not share', async () => {
    const world = createWorld()
    world.goosefs('playground', 'put', '/t/a', '--bytes', '10', '--files', '2')
    const asks = [ask('/t'), ask('/t/a'), ask('/t', { fresh: false })]
    const results = await Promise.all(asks.map(one => world.shared.walk(one.asked)))
    expect(state(results)).toEqual(['listed 1', 'listed 1', 'listed 1'])
    expect(asks[0]?.paths).toHaveLength(2)
    expect(asks[1]?.paths).toHaveLength(2)
  })

  it('one that is denied does not hurt the others', async () => {
    const world = createWorld({ DENIED: '/t/b*' })
    for (const name of ['a', 'b', 'c'])
      world.goosefs('playground', 'put', `/t/${name}`, '--bytes', '10', '--files', '2')
    const asks = [ask('/t/a'), ask('/t/b'), ask('/t/c')]
    const results = await Promise.all(asks.map(one => world.shared.walk(one.asked)))
    expect(results.map(result => result.state)).toEqual(['listed', 'failed', 'listed'])
    expect(results[1]).toMatchObject({ cause: 'permission' })
    expect(asks.map(one => one.paths.length)).toEqual([2, 0, 2])
  })

  it('too many entries: cut', async () => {
    const world = createWorld()
    world.goosefs('playground', 'put', '/t/a', '--bytes', '10', '--files', '50')
    const { driver, clock, dir } = world
    const shared = createSharedWalks({
      driver,
      clock,
      dir: `${dir}/small`,
      bin: world.bin,
      log: SILENT_LOG,
      graceMs: 200,
      limits: { entries: 20 },
    })
    expect((await shared.walk(ask('/t/a').asked)).state).toBe('cut')
    await shared.close()
  })

  it('who no longer waits is answered, and a call that nobody waits for is ended', async () => {
    const world = createWorld({ HANG: 'ls' })
    const stop = new AbortController()
    const walking = world.shared.walk(ask('/t', { signal: stop.signal }).asked)
    stop.abort()
    expect((await walking).state).toBe('stopped')
  })
})

describe('the report', () => {
  it('is shared for half a minute, unless it must be newer', async () => {
    const world = createWorld()
    const first = await Promise.all([world.shared.capacity(), world.shared.capacity()])
    expect(first.map(answer => answer.calls)).toEqual([1, 0])
    expect(first[0]?.report?.workers).toHaveLength(1)
    expect((await world.shared.capacity({ maxAgeMs: -1 })).calls).toBe(1)
    expect(world.calls()).toHaveLength(2)
  })

  it('a failure is told and not kept', async () => {
    const world = createWorld({ MASTER: 'down' })
    expect((await world.shared.capacity()).trouble?.cause).toBe('master-unreachable')
    expect((await world.shared.capacity()).calls).toBe(1)
  })
})
