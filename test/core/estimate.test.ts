// how long a dry run says that a load would take, from what earlier loads took
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toSeconds } from '../../bot/core/estimate.ts'
import type { Sample } from '../../bot/core/state.ts'
import { RECORD_PARSERS } from '../../bot/store/records.ts'
import { toInstant } from '../../shared/time.ts'
import { createWorld, EXIT_0, findings, measured, must, type World } from './world.ts'

const KIB = 1024
const MIB = 1024 * KIB
const TINY: Sample[] = [1, 2, 3, 4, 5].map(n => ({ files: 1_000 * n, bytes: 1_000 * n * KIB, ms: 10_000 * n }))
const LARGE: Sample[] = [1, 2, 3, 4, 5].map(n => ({ files: n, bytes: n * 256 * MIB, ms: 2_000 * n }))

describe('the time of a load', () => {
  test('is unknown without samples, and nothing for nothing', () => {
    expect(toSeconds([], { files: 1, bytes: 1 })).toBeUndefined()
    expect(toSeconds(TINY, { files: 0, bytes: 0 })).toBe(0)
  })

  test('is as long as before for the same', () => {
    expect(toSeconds(TINY, { files: 10_000, bytes: 10_000 * KIB })).toBeCloseTo(100)
    expect(toSeconds(LARGE, { files: 10, bytes: 2_560 * MIB })).toBeCloseTo(20)
  })

  test('goes by loads of files as large, where a cluster has seen both', () => {
    const both = [...LARGE, ...TINY]
    expect(toSeconds(both, { files: 10_000, bytes: 10_000 * KIB })).toBeCloseTo(100)
    expect(toSeconds(both, { files: 10, bytes: 2_560 * MIB })).toBeCloseTo(20)
  })

  test('counts files where bytes say nothing', () => {
    const seconds = must(toSeconds(LARGE, { files: 10_000, bytes: 10_000 }))
    expect(seconds).toBeGreaterThan(100 * must(toSeconds(LARGE, { files: 1, bytes: 10_000 })))
  })

  test('never falls when there is more to load', () => {
    const amount = fc.integer({ min: 0, max: 40 }).map(power => Math.floor(2 ** power))
    const sample = fc.record({ files: fc.nat(100_000), bytes: amount, ms: fc.integer({ min: 1, max: 1_000_000 }) })
    const some = fc.array(
      sample.filter(({ files, bytes }) => files + bytes > 0),
      { minLength: 1, maxLength: 30 },
    )
    const load = fc.record({ files: fc.nat(1_000_000), bytes: amount })
    fc.assert(
      fc.property(some, load, load, (samples, one, more) => {
        const [less, sum] = [one, { files: one.files + more.files, bytes: one.bytes + more.bytes }].map(
          part => toSeconds(samples, part) ?? Number.NaN,
        ) as [number, number]
        expect(Number.isFinite(less)).toBe(true)
        expect(sum).toBeGreaterThanOrEqual(less * (1 - 1e-9))
      }),
      { seed: 20_240_501, numRuns: 2_000 },
    )
  })
})

function load(world: World, path: string, seconds: number, more: Parameters<World['end']>[1] = {}): string {
  const [id] = world.submit([path]).taskIds as [string]
  world.start(id)
  const run = world.run(id)
  const step = { name: 'load' as const, startedAt: toInstant(world.now) }
  world.skip(seconds * 1_000)
  const ended = { ...step, endedAt: toInstant(world.now) }
  for (const one of [step, ended]) world.report(run.agentId, { type: 'step', allocation: run.id, step: one })
  world.end(id, more)
  return id
}

const brings = (files: number) => ({
  findings: findings({ before: measured(files, 0), after: measured(files, files) }),
})

describe('samples', () => {
  const samplesOf = (world: World, name: string) =>
    [...world.state.agents.rows()].find(agent => agent.name === name)?.samples

  test('come from loads that brought something and ended by themselves, and stay with their agent', () => {
    const world = createWorld()
    const agent = world.agent({ name: 'one' })
    load(world, '/a', 7, brings(3))
    load(world, '/same', 7, { findings: findings({ before: measured(3, 3), after: measured(3, 3) }) })
    load(world, '/cut', 7, { ...brings(3), exit: { reason: 'timeout' } })
    load(world, '/blind', 7, { findings: findings({ trouble: { cause: 'unknown', message: 'm' } }) })
    const [untimed] = world.submit(['/untimed']).taskIds as [string]
    world.start(untimed)
    world.end(untimed, brings(3))
    expect(samplesOf(world, 'one')).toEqual([{ files: 3, bytes: 30, ms: 7_000 }])
    world.gone(agent.id)
    world.hello(agent)
    expect(samplesOf(world, 'one')).toHaveLength(1)
    const row = must(world.state.agents.get(agent.id))
    expect(RECORD_PARSERS.agents(row)).toEqual(row)
    const { samples: _, ...old } = row
    expect(RECORD_PARSERS.agents(old)).toMatchObject({ samples: [] })
  })

  test('are the twenty newest', () => {
    const world = createWorld()
    world.agent({ name: 'one' })
    for (let n = 1; n <= 23; n += 1) load(world, `/a${n}`, n, brings(1))
    expect(samplesOf(world, 'one')?.map(({ ms }) => ms / 1_000)).toEqual(Array.from({ length: 20 }, (_, n) => n + 4))
  })

  test('of all agents of a cluster speak for its dry runs, those of other clusters do not', () => {
    const world = createWorld()
    world.agent({ name: 'one' })
    load(world, '/a', 10, brings(100))
    world.agent({ name: 'two' })
    world.agent({ name: 'elsewhere', cluster: 'elsewhere' })
    const dryRun = (cluster: string, estimate: { missingBytes: number; missingFiles?: number }) => {
      const [id] = world.submit(['/b'], { cluster, options: { dryRun: true } }).taskIds as [string]
      world.start(id)
      world.end(id, { exit: EXIT_0, estimate: { files: 400, bytes: 4_000, ...estimate } })
      return world.task(id).estimate
    }
    expect(dryRun('default', { missingBytes: 2_000, missingFiles: 200 })?.seconds).toBeCloseTo(20)
    // as many files as are in proportion
    expect(dryRun('default', { missingBytes: 2_000 })?.seconds).toBeCloseTo(20)
    expect(dryRun('default', { missingBytes: 0 })?.seconds).toBe(0)
    expect(dryRun('elsewhere', { missingBytes: 2_000 })).toEqual({ files: 400, bytes: 4_000, missingBytes: 2_000 })
  })
})
