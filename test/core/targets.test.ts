// what is loaded again: the places that missed something when they are few, the whole path otherwise
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TaskRow } from '../../bot/core/state.ts'
import { toTargets } from '../../bot/core/targets.ts'
import { createOrderBook } from '../../bot/engine/desk.ts'
import { RECORD_PARSERS } from '../../bot/store/records.ts'
import { isWithin } from '../../shared/path.ts'
import { MINUTE } from '../../shared/time.ts'
import type { Cause, MissingFile, Verdict } from '../../shared/verdict.ts'
import { MOST_TARGETS } from '../../shared/wire.ts'
import { ANN, BOB, createWorld, findings, measured, must, type World } from './world.ts'

const files = (...paths: string[]): MissingFile[] => paths.map(path => ({ path, cause: 'unknown' }))
const verdict = (missing: MissingFile[], more: Partial<Verdict> = {}): Verdict => ({
  ...{ ok: false, kind: 'partly', after: measured(100, 50), missing, missingTotal: missing.length, notes: [] },
  ...more,
})
const many = (below: string, count: number) => Array.from({ length: count }, (_, n) => `${below}/f${n}`)

type Case = [name: string, path: string, missing: MissingFile[], expected: string[]]
const CASES: Case[] = [
  ['one file', '/a', files('/a/x/f'), ['/a/x/f']],
  ['three files', '/a', files('/a/3', '/a/x/1', '/a/x/y/2'), ['/a/3', '/a/x/1', '/a/x/y/2']],
  ['files of one directory', '/a', files(...many('/a/x', 40)), ['/a/x']],
  ['of three', '/a', files(...many('/a/x', 4), ...many('/a/y/z', 2), '/a/w'), ['/a/w', '/a/x', '/a/y/z']],
  ['of four below one', '/a', files(...[1, 2, 3, 4].flatMap(n => many(`/a/x/d${n}`, 2))), ['/a/x']],
  ['of four', '/a', files(...[1, 2, 3, 4].flatMap(n => many(`/a/d${n}`, 2))), []],
  ['files of the path itself', '/a', files(...many('/a', 4)), []],
  ['a directory and what is in it', '/a', files('/a/x', '/a/x/1', '/a/x/2', '/a/x/3'), ['/a/x']],
  ['the root', '/', files('/x/1'), ['/x/1']],
  ['directories of the root', '/', files(...many('/x', 4)), ['/x']],
  ['a path with slashes too many', '/a//b/', files('/a/b/f'), ['/a/b/f']],
  ['a path with a scheme', 'gfs://h:9200/a', files('/a/f 1'), ['gfs://h:9200/a/f 1']],
  ['a name like its path’s', '/a', files('/ab/f'), []],
  ['the path itself', '/a', files('/a'), []],
  ['a question mark', '/a', files('/a/what?', '/a/f'), []],
  ['a star in a directory that is loaded whole', '/a', files(...many('/a/x', 3), '/a/x/*'), ['/a/x']],
  ['a star in a directory’s own name', '/a', files(...many('/a/*', 4)), []],
  ['a line feed', '/a', files('/a/f\ng'), []],
]

describe('the targets', () => {
  test.each(CASES)('%s', (_name, path, missing, expected) => {
    expect(toTargets({ path }, verdict(missing))).toEqual(expected)
  })

  test.each<[string, Partial<Record<string, Cause>>, string[]]>([
    ['what is gone cannot be loaded', { '/a/1': 'gone', '/a/2': 'no-space' }, ['/a/2']],
    [
      'what is gone does not count among the few',
      { '/a/x/1': 'gone', '/a/y/2': 'no-such-path', '/a/3': 'stalled', '/a/4': 'changed', '/a/5': 'not-seen' },
      ['/a/3', '/a/4', '/a/5'],
    ],
    ['nothing is left', { '/a/1': 'gone', '/a/2': 'no-such-path' }, []],
    ['an unreadable directory hides what is below it', { '/a/d': 'permission', '/a/2': 'no-space' }, []],
    ['the command was refused', { '/a/2': 'refused-by-cli' }, []],
  ])('%s', (_name, causes, expected) => {
    const missing = Object.entries(causes).map(([path, cause]) => ({ path, cause: cause as Cause }))
    expect(toTargets({ path: '/a' }, verdict(missing))).toEqual(expected)
  })

  test.each<[string, Verdict | undefined]>([
    ['there is no verdict', undefined],
    ['the list is only a part', verdict(files('/a/1'), { missingTotal: 2 })],
    ['the listing was cut', verdict(files('/a/1'), { after: measured(9, 8, { complete: false }) })],
    ['nobody measured', verdict(files('/a/1'), { ok: null, kind: 'unverified' })],
    ['nothing is missing', verdict([], { ok: true, kind: 'cached' })],
  ])('are none when %s', (_name, seen) => {
    expect(toTargets({ path: '/a' }, seen)).toEqual([])
  })

  test('hold every missing file, are few, apart, and below the path', () => {
    const name = fc.constantFrom('a', 'b', 'c')
    const paths = fc.array(fc.array(name, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(paths, parts => {
        const missing = [...new Set(parts.map(part => `/r/${part.join('/')}`))]
        const targets = toTargets({ path: '/r' }, verdict(files(...missing)))
        expect(targets.length).toBeLessThanOrEqual(MOST_TARGETS)
        if (targets.length === 0) return
        for (const path of missing) expect(targets.filter(target => isWithin(path, target))).toHaveLength(1)
        for (const target of targets) expect(target !== '/r' && isWithin(target, '/r')).toBe(true)
      }),
      { seed: 20_240_501, numRuns: 500 },
    )
  })
})

const orderOf = (world: World, id: string) => must(createOrderBook(world).orderOf(world.run(id).id)).order
const missesTwo = (cause: Cause) => ({
  findings: findings({
    after: measured(9, 7),
    missing: [1, 2].map(n => ({ path: `/a/f${n}`, cause })),
    missingTotal: 2,
    missingByCause: { [cause]: 2 },
  }),
})

describe('a retry', () => {
  const failed = () => {
    const world = createWorld()
    world.agent({ work: 1 })
    const { taskIds, jobId } = world.submit(['/a'])
    const [id] = taskIds as [string]
    expect(orderOf(world, id).only).toEqual([])
    world.start(id)
    world.end(id, missesTwo('unknown'))
    world.skip(MINUTE)
    return { world, id, jobId }
  }

  test('of what failed loads only what was missing, and says so; of all it loads all', () => {
    const { world, id, jobId } = failed()
    world.ask({ type: 'job.retry', actor: ANN, jobId, only: 'failed' })
    expect(orderOf(world, id)).toMatchObject({ path: '/a', only: ['/a/f1', '/a/f2'] })
    expect(world.task(id).notes).toEqual(['only what was missing is loaded: "/a/f1", "/a/f2"'])
    expect(RECORD_PARSERS.tasks(world.task(id))).toEqual(world.task(id))
    world.start(id)
    world.end(id, missesTwo('unknown'))
    world.ask({ type: 'job.retry', actor: ANN, jobId, only: 'all' })
    expect(orderOf(world, id).only).toEqual([])
    expect(world.task(id)).not.toHaveProperty('targets')
    expect(world.task(id).notes).toEqual([])
  })

  test('whose run is lost goes on with the same', () => {
    const { world, id, jobId } = failed()
    world.ask({ type: 'job.retry', actor: ANN, jobId, only: 'failed' })
    world.start(id)
    const agent = must([...world.state.agents.rows()][0])
    world.hello(agent.description, [])
    expect(world.task(id)).toMatchObject({ status: 'queued', lostAgain: 1 })
    expect(orderOf(world, id).only).toEqual(['/a/f1', '/a/f2'])
  })

  test('that follows another load does without: what it asked for is loaded', () => {
    const { world, id, jobId } = failed()
    const [leader] = world.submit(['/a'], { actor: BOB }).taskIds as [string]
    world.ask({ type: 'job.retry', actor: ANN, jobId, only: 'failed' })
    expect(world.task(id)).toMatchObject({ attachedTo: leader })
    expect(world.task(id)).not.toHaveProperty('targets')
  })

  test('serves who comes to it meanwhile only when all is cached', () => {
    for (const good of [true, false]) {
      const { world, id, jobId } = failed()
      world.ask({ type: 'job.retry', actor: ANN, jobId, only: 'failed' })
      const late = world.submit(['/a', '/a/x'], { actor: BOB }).taskIds as [string, string]
      const off = world.submit(['/a'], { actor: BOB, options: { verify: false } }).taskIds[0] as string
      expect([...late, off].map(task => world.task(task).attachedTo)).toEqual([id, id, id])
      world.start(id)
      const cut = (cached: number) => ({ task: late[1], findings: findings({ after: measured(2, cached) }) })
      world.end(id, good ? { cuts: [cut(2)] } : { ...missesTwo('unknown'), cuts: [cut(1)] })
      expect(world.task(id).status).toBe(good ? 'succeeded' : 'failed')
      expect(late.map(task => world.task(task).status)).toEqual(
        good ? ['succeeded', 'succeeded'] : ['queued', 'queued'],
      )
      // without a measurement nobody can say that all of it is there
      expect(world.task(off)).toMatchObject({ status: 'queued' })
      if (!good) expect(orderOf(world, late[0]).only).toEqual([])
    }
  })
})

describe('a second try by itself', () => {
  const waiting = () => {
    const world = createWorld()
    world.agent({ work: 1 })
    const [id] = world.submit(['/a']).taskIds as [string]
    const [early] = world.submit(['/a/f1']).taskIds as [string]
    world.start(id)
    world.skip(MINUTE)
    return { world, id, early }
  }
  const one = (task: string, cached: number) => ({ task, findings: findings({ after: measured(1, cached) }) })

  test('loads only what was missing; who was measured with it is judged with it', () => {
    const { world, id, early } = waiting()
    world.end(id, { ...missesTwo('no-job-worker'), cuts: [one(early, 0)] })
    expect(world.task(id).notes).toEqual([
      expect.stringContaining('no-job-worker: 2'),
      'only what was missing is loaded: "/a/f1", "/a/f2"',
    ])
    world.wait(MINUTE)
    expect(orderOf(world, id).only).toEqual(['/a/f1', '/a/f2'])
    world.start(id)
    world.skip(MINUTE)
    const [late] = world.submit(['/a/new']).taskIds as [string]
    world.end(id, { ...missesTwo('unknown'), cuts: [one(early, 0), one(late, 0)] })
    expect([id, early, late].map(task => world.task(task).status)).toEqual(['failed', 'failed', 'queued'])
    expect(world.task(late)).toMatchObject({ attempts: 1 })
  })

  test('loads the whole path when somebody follows of whom the measurement says nothing', () => {
    const { world, id } = waiting()
    world.end(id, missesTwo('no-job-worker'))
    world.wait(MINUTE)
    expect(orderOf(world, id).only).toEqual([])
  })
})

test('rows of before have no targets', () => {
  const world = createWorld()
  const row: TaskRow = world.task(world.submit(['/a']).taskIds[0] as string)
  expect(RECORD_PARSERS.tasks(row)).toEqual(row)
})
