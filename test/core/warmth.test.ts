// what is remembered of paths: the first load of one is full, later ones are not, until it is forgotten
import { describe, expect, test } from 'vitest'
import { DAY, toInstant } from '../../shared/time.ts'
import { ANN, createWorld, type ending, findings, measured, START, type SubmitMore, VIC, type World } from './world.ts'

/** Loads a path to a good end, and answers in which stage. */
function load(world: World, path: string, more: SubmitMore = {}): string {
  const [id] = world.submit([path], more).taskIds
  world.start(id!)
  world.end(id!)
  return world.run(id!).stage
}
const warm = (world: World) => [...world.state.warmed.rows()].map(row => row.path)

describe('a stage', () => {
  test('is full until a load of that path in that cluster has succeeded', () => {
    const world = createWorld()
    world.agent({ work: 9 })
    world.agent({ cluster: 'c2' })
    expect(load(world, '/a')).toBe('full')
    expect(load(world, '/a//', { action: 'forceload' })).toBe('incr')
    expect(load(world, '/a/b')).toBe('full')
    expect(load(world, '/')).toBe('full')
    expect(load(world, '/a', { cluster: 'c2' })).toBe('full')
    expect(load(world, '/a')).toBe('incr')
  })

  test.each<[string, SubmitMore, Partial<Parameters<typeof ending>[0]>, string[]]>([
    ['partly', {}, { findings: findings({ after: measured(3, 1), missingTotal: 2 }) }, []],
    ['for an estimate only', { options: { dryRun: true } }, { estimate: { files: 1, bytes: 1, missingBytes: 1 } }, []],
    ['to no good end', {}, { exit: { reason: 'stopped' }, findings: findings() }, []],
    ['without a measurement', { options: { verify: false } }, {}, ['/a']],
    ['as metadata', { action: 'metadata' }, {}, []],
  ])('of what was loaded %s', (_name, more, end, expected) => {
    const world = createWorld()
    world.agent()
    const [id] = world.submit(['/a'], more).taskIds
    world.start(id!)
    world.end(id!, end)
    expect(warm(world)).toEqual(expected)
  })

  test('counts for those who followed', () => {
    const world = createWorld()
    world.agent()
    const [leader] = world.submit(['/a']).taskIds
    const [below] = world.submit(['/a/b']).taskIds
    world.start(leader!)
    world.end(leader!, { cuts: [{ task: below!, findings: findings({ after: measured(1, 1) }) }] })
    expect(warm(world).sort()).toEqual(['/a', '/a/b'])
  })

  test('stays with the attempt', () => {
    const world = createWorld()
    world.agent()
    const { jobId, taskIds } = world.submit(['/a'])
    world.start(taskIds[0]!)
    world.end(taskIds[0]!)
    world.ask({ type: 'job.retry', actor: ANN, jobId, only: 'all' })
    const stages = [...world.state.allocations.find('task', taskIds[0]!)].map(row => row.stage)
    expect(stages).toEqual(['full', 'incr'])
  })
})

describe('what is known of paths', () => {
  test('is forgotten by whole days, counted from the last load', () => {
    const world = createWorld({ settings: { keepDays: 2 } })
    world.agent({ work: 9 })
    load(world, '/old')
    load(world, '/again')
    world.wait(DAY)
    load(world, '/again')
    const midnight = Date.UTC(2024, 4, 1) + 3 * DAY
    world.wait(midnight - 1 - world.now)
    expect(warm(world).sort()).toEqual(['/again', '/old'])
    expect(world.nextDue()).toBe(midnight)
    world.wait(1)
    expect(warm(world)).toEqual(['/again'])
    world.wait(DAY)
    expect(warm(world)).toEqual([])
    expect(world.state.jobs.size).toBe(0)
  })

  test('is forgotten a piece at a time when there is much of it', () => {
    const world = createWorld({ settings: { keepDays: 1 } })
    for (let n = 0; n < 12_000; n += 1) {
      const row = { cluster: 'default', path: `/p${n}`, jobId: 'j', at: toInstant(START) }
      world.state.warmed.set(`default\n/p${n}`, { id: `default\n/p${n}`, ...row })
    }
    world.skip(3 * DAY)
    const left = [1, 2, 3].map(() => {
      world.wait(0)
      return world.state.warmed.size
    })
    expect(left).toEqual([7_000, 2_000, 0])
    expect(world.nextDue()).toBeUndefined()
  })

  test('has an end, whatever its age', () => {
    const world = createWorld()
    for (let n = 0; n < 1_000_003; n += 1) {
      const [id, at] = [`default\n/p${n}`, n < 3 ? '2024-04-30T00:00:00.000Z' : '2024-05-01T00:00:00.000Z']
      world.state.warmed.set(id, { id, cluster: 'default', path: `/p${n}`, jobId: 'j', at })
    }
    expect(world.nextDue()).toBe(0)
    world.wait(0)
    expect(world.state.warmed.size).toBe(1_000_000)
    expect(world.state.warmed.get('default\n/p2')).toBeUndefined()
    expect(world.nextDue()).toBe(Date.UTC(2024, 4, 1) + 31 * DAY)
  })
})

describe('what is remembered by hand', () => {
  const ttl = { kind: 'ttl', cluster: 'c', path: '/a/' } as const

  test('has one value for each path, until it has none', () => {
    const world = createWorld()
    world.ask({ type: 'policy.set', actor: ANN, policy: ttl, value: '1d' })
    world.ask({ type: 'policy.set', actor: ANN, policy: { ...ttl, path: '//a' }, value: '2d' })
    world.ask({ type: 'policy.set', actor: ANN, policy: { ...ttl, kind: 'priority' }, value: 'high' })
    const rows = [...world.state.policies.find('kind', 'ttl\nc')]
    expect(rows).toMatchObject([{ path: '//a', value: '2d', by: 'ann', at: toInstant(START) }])
    world.ask({ type: 'policy.set', actor: ANN, policy: ttl })
    expect(world.ask({ type: 'policy.set', actor: ANN, policy: ttl }).events).toEqual([])
    expect(world.state.policies.size).toBe(1)
  })

  test('is no matter of viewers, and has an end', () => {
    const world = createWorld()
    const set = (path: string, actor = ANN) =>
      world.ask({ type: 'policy.set', actor, policy: { ...ttl, path }, value: '1d' })
    expect(() => set('/a', VIC)).toThrow(/operator/)
    for (let n = 0; n < 100_000; n += 1) {
      const id = `ttl\nc\n/p${n}`
      world.state.policies.set(id, { id, kind: 'ttl', cluster: 'c', path: `/p${n}`, value: '', by: '', at: '' })
    }
    expect(() => set('/more')).toThrow(/takes no more/)
    expect(set('/p7').events).toHaveLength(1)
  })

  test('of a user’s daemon is its newest lines, cut to a size, and its name for good', () => {
    const world = createWorld()
    world.ask({ type: 'companion.named', user: 'ann', daemonId: 'd1' })
    world.ask({ type: 'companion.named', user: 'ann', daemonId: 'd2' })
    const at = toInstant(START)
    const say = (text: string, count: number) => {
      const lines = Array.from({ length: count }, (_, n) => ({ at, text: `${text}${n}` }))
      world.ask({
        ...{ type: 'companion.heard', daemonId: 'd1' },
        said: { entrypoints: ['e'.repeat(9_000)], abnormal: [], lines },
      })
    }
    say('a', 800)
    say('b'.repeat(9_000), 800)
    const row = world.state.companions.get('ann')
    expect([row?.daemonId, row?.lines.length, row?.lines[0]?.text, row?.heardAt]).toEqual(['d1', 1_000, 'a600', at])
    expect([row?.lines.at(-1)?.text.length, row?.entrypoints[0]?.length]).toEqual([4_096, 4_096])
    expect(() => world.ask({ type: 'companion.heard', daemonId: 'd2', said: row! })).toThrow(/no daemon/)
  })
})
