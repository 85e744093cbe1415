// a load that ends before its time: what it left is taken back, what it loaded is told, and for what cause the rest is not
import { describe, expect, it } from 'vitest'
import { runAllocation } from '../../agent/run-allocation.ts'
import { createClusterWeb } from './goosefs/cluster-web.ts'
import { createWorld, usePlayground } from './goosefs/world.ts'
import { until } from './until.ts'

usePlayground()

/** A slow load of four files, ended after its first success. */
async function endEarly(reason: 'stop' | 'timeout', more: { verify?: boolean; knobs?: Record<string, string> } = {}) {
  const world = createWorld({ SPEED: '1', SLOW: '400', ACTIVEJOBS: '1', ...more.knobs })
  world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '6')
  const one = world.allocation({ path: '/a', verify: more.verify ?? true })
  const running = runAllocation(one.deps)
  await until('a loaded file', () =>
    one.said.some(report => report.type === 'progress' && (report.lines?.loaded ?? 0) > 0),
  )
  one.stop.abort(reason)
  return { ending: await running, world, one }
}

describe('measured', () => {
  it('stopped: what is cached by now, and no cause for the rest', async () => {
    const { ending, world } = await endEarly('stop')
    expect(ending.exit.reason).toBe('stopped')
    const { before, after, missing, missingTotal, missingByCause, cost } = ending.findings ?? {}
    expect([before?.files, before?.cachedFiles]).toEqual([6, 0])
    expect(after).toMatchObject({ files: 6, fresh: false, complete: true })
    expect(after?.cachedFiles).toBeGreaterThan(0)
    expect(after?.cachedFiles).toBeLessThan(6)
    expect([missing, missingTotal, missingByCause]).toEqual([[], 0, {}])
    expect(cost?.calls).toBeGreaterThanOrEqual(2)
    expect(world.calls().at(-1)).toBe('fs ls -R /a')
  })

  it('out of time: the rest is missing', async () => {
    const { ending, one } = await endEarly('timeout')
    expect(ending.exit.reason).toBe('timeout')
    const { after, missingTotal } = ending.findings ?? {}
    expect(missingTotal).toBe(6 - (after?.cachedFiles ?? 0))
    expect(missingTotal).toBeGreaterThan(0)
    expect(one.missing().split('\n')).toHaveLength((missingTotal ?? 0) + 1)
  })

  it('nobody asked for measuring: nothing is measured', async () => {
    const { ending, world } = await endEarly('stop', { verify: false })
    expect(ending.findings).toBeUndefined()
    expect(world.calls().some(call => call.startsWith('fs ls'))).toBe(false)
  })
})

it('a listing that cannot be had is a note', async () => {
  const world = createWorld({ SPEED: '1', SLOW: '400' })
  world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '3')
  const one = world.allocation({ path: '/a' })
  const { shared } = one.deps
  const walk: typeof shared.walk = async ask =>
    ask.fresh ? await shared.walk(ask) : { state: 'failed', calls: 1, cause: 'unknown', message: 'no answer' }
  const running = runAllocation({ ...one.deps, shared: { ...shared, walk } })
  await until('the load', () => one.said.some(report => report.type === 'progress'))
  one.stop.abort('stop')
  const ending = await running
  expect(ending.exit.reason).toBe('stopped')
  expect(ending.findings).toBeUndefined()
  expect(ending.notes.join()).toContain('what was loaded so far was not measured: no answer')
})

it.each(['stop', 'timeout'] as const)(
  '%s: what lists as wholly cached is held against the heartbeats',
  async reason => {
    const world = createWorld({ SPEED: '1', SLOW: '400' })
    world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '2')
    const silent = { host: 'w', capacity: 10_000_000, silent: 30 }
    const web = await createClusterWeb({ master: { since: 1, workers: [silent] } })
    const one = world.allocation({ path: '/a', options: { force: true } })
    const { shared } = one.deps
    const walk: typeof shared.walk = async ask => {
      if (!ask.fresh) world.goosefs('fs', 'distributedLoad', '/a')
      return await shared.walk(ask)
    }
    const running = runAllocation({ ...one.deps, webs: web.webs, shared: { ...shared, walk } })
    await until('the load', () => one.said.some(report => report.type === 'progress'))
    one.stop.abort(reason)
    const { findings } = await running
    expect(findings).toMatchObject({ after: { files: 2, cachedFiles: 2 }, workers: { live: 1, silent: 1 } })
  },
)
