// listings and reports that several asks share
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { WalkAsk, WalkResult } from '../../../agent/goosefs/shared-walks.ts'
import { createSharedWalks } from '../../../agent/goosefs/shared-walks.ts'
import { runAllocation } from '../../../agent/run-allocation.ts'
import { SILENT_LOG } from '../../../shared/log.ts'
import { scratch } from '../scratch.ts'
import { until } from '../until.ts'
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

/** A CLI that says these lines and ends well. */
function createSaying(...lines: string[]) {
  const bin = join(scratch(), 'saying')
  writeFileSync(bin, `#!/bin/sh\n${lines.map(line => `echo '${line}'\n`).join('')}exit 0\n`)
  chmodSync(bin, 0o755)
  return createWorld({}, bin)
}
const ROW = (path: string) => `-rw-r--r--  a  b  10  PERSISTED 03-26-2021 16:49:37:215   0% ${path}`

describe('a listing with words that nobody understands', () => {
  it('without an entry it is no listing', async () => {
    const world = createSaying('SLF4J: noise', 'The server is too busy')
    expect(await world.shared.walk(ask('/t/a').asked)).toMatchObject({
      state: 'failed',
      message: 'the listing could not be read: The server is too busy',
    })
  })

  it('with entries it is one that may be incomplete; only the place without any has failed', async () => {
    const world = createSaying(ROW('/t/a/1'), 'The server is too busy')
    const asks = [ask('/t/a'), ask('/t/b')]
    const results = await Promise.all(asks.map(one => world.shared.walk(one.asked)))
    expect(results[0]).toMatchObject({ state: 'listed', unread: 'The server is too busy' })
    expect(results[1]).toMatchObject({ state: 'failed' })
    const ending = await runAllocation(world.allocation({ path: '/t/a' }).deps)
    expect(ending.findings?.after).toMatchObject({ files: 1, complete: false })
    expect(ending.notes.join()).toContain('The server is too busy')
  })

  it('noise and nothing else is an empty directory', async () => {
    const world = createSaying('SLF4J: noise', '')
    expect((await world.shared.walk(ask('/t/a').asked)).state).toBe('listed')
  })
})

describe('one of several', () => {
  it('that cannot keep what it hears fails alone', async () => {
    const world = createWorld()
    for (const name of ['a', 'b']) world.goosefs('playground', 'put', `/t/${name}`, '--bytes', '10', '--files', '3')
    const entry = () => {
      throw new Error('no room')
    }
    const asks = [ask('/t/a', { entry }), ask('/t/b')]
    const results = await Promise.all(asks.map(one => world.shared.walk(one.asked)))
    expect(results[0]).toMatchObject({ state: 'failed', message: 'the listing could not be kept: no room' })
    expect(results[1]?.state).toBe('listed')
    expect(asks[1]?.paths).toHaveLength(3)
    expect(world.left()).toEqual([])
  })

  it('that stops waiting is answered at once, while the listing goes on for the others', async () => {
    const world = createWorld({ HANG: 'ls' })
    const [one, all] = [new AbortController(), new AbortController()]
    const leaving = world.shared.walk(ask('/t/a', { signal: one.signal }).asked)
    let others = 'waits'
    const staying = world.shared.walk(ask('/t/b', { signal: all.signal }).asked).then(result => {
      others = result.state
    })
    await until('the call', () => existsSync(join(world.dir, 'calls')))
    one.abort()
    expect((await leaving).state).toBe('stopped')
    expect(others).toBe('waits')
    all.abort()
    await staying
    expect(others).toBe('stopped')
  })
})

describe('the report', () => {
  it('is not kept when the clock was set back', async () => {
    const world = createWorld()
    let now = Date.now()
    const clock = { ...world.clock, now: () => now }
    const { driver, bin, dir } = world
    const shared = createSharedWalks({ driver, bin, clock, dir: `${dir}/other`, log: SILENT_LOG, graceMs: 200 })
    expect((await shared.capacity()).calls).toBe(1)
    now -= 3_600_000
    expect((await shared.capacity()).calls).toBe(1)
    await shared.close()
  })

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

describe('a listing that hangs', () => {
  /** A CLI that says these lines and then nothing, for ever. */
  function createHanging(...lines: string[]) {
    const bin = join(scratch(), 'hanging')
    writeFileSync(bin, `#!/bin/sh\n${lines.map(line => `echo '${line}'\n`).join('')}exec sleep 1000\n`)
    chmodSync(bin, 0o755)
    const { driver, clock, dir } = createWorld({}, bin)
    const tools = { driver, clock, dir: `${dir}/hanging`, bin, log: SILENT_LOG, graceMs: 200 }
    const shared = createSharedWalks({ ...tools, limits: { silenceMs: 400 } })
    onTestFinished(() => shared.close())
    return shared
  }

  it('has failed, and the places before the one that it hangs in are known', async () => {
    const shared = createHanging(ROW('/t/a/1'), ROW('/t/b/1'))
    const results = await Promise.all(['/t/a', '/t/b', '/t/c'].map(path => shared.walk(ask(path).asked)))
    expect(results.map(result => result.state)).toEqual(['listed', 'failed', 'failed'])
    expect(results[1]).toMatchObject({ cause: 'stalled', message: expect.stringContaining('the listing hangs') })
  })

  it('is not measured by totals', async () => {
    const { walk } = createHanging()
    const world = createWorld()
    const shared = { ...world.shared, walk }
    const ending = await runAllocation({ ...world.allocation({ path: '/t' }).deps, shared })
    expect(ending.findings?.trouble?.cause).toBe('stalled')
    expect(world.calls().filter(call => /^fs (?:du|count)/.test(call))).toEqual([])
  })

  it('one that goes on telling lines does not hang: its time is over some day, and it is cut', async () => {
    const bin = join(scratch(), 'talking')
    writeFileSync(bin, `#!/bin/sh\nwhile :; do echo '${ROW('/t/a/1')}'; sleep 0.05; done\n`)
    chmodSync(bin, 0o755)
    const { driver, clock, dir } = createWorld({}, bin)
    const tools = { driver, clock, dir: `${dir}/talking`, bin, log: SILENT_LOG, graceMs: 200 }
    const shared = createSharedWalks({ ...tools, limits: { silenceMs: 5_000, walkMs: 6_000 } })
    expect((await shared.walk(ask('/t/a').asked)).state).toBe('cut')
    await shared.close()
  })
})
