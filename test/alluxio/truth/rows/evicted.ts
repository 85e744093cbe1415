// files that leave the cache while something is loaded
import { expect } from 'vitest'
import { many } from '../../field.ts'
import type { Ground } from '../ground.ts'
import { type Load, real, type Scenario, type Seen } from '../scenario.ts'

const LEFT = 'that had been cached or called loaded are not in the cache any more: something else evicted or freed them'

/** Loads, and lets somebody free a part of it when the CLI is done with that and nobody has measured yet. */
async function loadAndFree(ground: Ground, part: string): Promise<Load> {
  const bin = `'${ground.cluster.goosefsBin}'`
  const at = `'${ground.at(part)}'`
  // a worker that is told to free tells so when it has, and only then the master knows
  const known = `for n in 1 2 3 4 5 6 7 8 9; do ${bin} fs ls ${at} | grep -q 100% || break; done`
  ground.field.hook('after', 'distributedLoad', `${bin} fs free ${at} > /dev/null; ${known}`)
  return await ground.load()
}

const seen = (ground: Ground, load: Load, says: readonly string[]): Promise<Seen> =>
  ground.seen(load, { kind: 'partly', causes: { unknown: 2 }, code: 3, says: ['the cause is not known', ...says] })

const FREED = 'somebody frees what this load has loaded, before it is measured'

/** What was loaded a moment ago is freed while the rest is. */
async function freedMeanwhile(ground: Ground, says: readonly string[]): Promise<Seen> {
  await ground.fill({ ...many(3, 'kept/f'), ...many(2, 'freed/f') })
  const load = await loadAndFree(ground, 'freed')
  expect(ground.field.said(load.task.path)).toContain(`Successfully loaded path ${ground.at('freed/f0')}`)
  return await seen(ground, load, says)
}

export const EVICTED: readonly Scenario[] = [
  real(3, 'somebody frees what was cached before, while the load runs', async ground => {
    await ground.fill(many(2, 'old/f'))
    expect((await ground.load()).code).toBe(0)
    await ground.fill(many(3, 'new/f'))
    const load = await loadAndFree(ground, 'old')
    expect(load.task.verdict).toMatchObject({ before: { cachedFiles: 2 }, after: { files: 5, cachedFiles: 3 } })
    return await seen(ground, load, [`2 files (10 B) ${LEFT}`, ground.at('old/f0')])
  }),
  real(3, FREED, ground => freedMeanwhile(ground, [`2 files (10 B) ${LEFT}`, ground.at('freed/f0')]), ['2.5']),
  // 2.9 calls loaded what never was, so that nobody can tell whether it left
  real(3, FREED, ground => freedMeanwhile(ground, ['the CLI told of success, but 2 of 5 files are not cached']), [
    '2.9',
  ]),
]
