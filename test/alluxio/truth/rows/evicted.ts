// files that leave the cache while something is loaded
import { expect } from 'vitest'
import { many } from '../../field.ts'
import { meanwhile } from '../meanwhile.ts'
import { real, type Scenario } from '../scenario.ts'

const LEFT = /note: .* files .*that had been cached or called loaded are not in the cache any more: something else/

export const EVICTED: readonly Scenario[] = [
  real(3, 'somebody frees what was cached before, while the load runs', async ground => {
    await ground.fill(many(3, 'old/f'))
    expect((await ground.load()).code).toBe(0)
    await ground.fill(many(3, 'new/f'))
    const load = await meanwhile(ground, { files: 3 }, async () => {
      expect((await ground.cluster.goosefs('fs', 'free', ground.at('old'))).code).toBe(0)
    })
    expect(load.task.verdict).toMatchObject({ before: { cachedFiles: 3 }, after: { files: 6, cachedFiles: 3 } })
    const expected = { kind: 'partly', causes: { unknown: 3 }, code: 3, says: [LEFT, ground.at('old/f0')] } as const
    return await ground.seen(load, expected)
  }),
  real(3, 'somebody frees what this load has loaded, before it is measured', async ground => {
    await ground.fill({ ...many(3, 'kept/f'), ...many(2, 'freed/f') })
    const { goosefsBin } = ground.cluster
    ground.field.hook('after', 'distributedLoad', `'${goosefsBin}' fs free '${ground.at('freed')}' > /dev/null`)
    const load = await ground.load()
    expect(ground.field.said(load.task.path)).toContain(`Successfully loaded path ${ground.at('freed/f0')}`)
    const expected = { kind: 'partly', causes: { unknown: 2 }, code: 3, says: [LEFT, ground.at('freed/f0')] } as const
    return await ground.seen(load, expected)
  }),
]
