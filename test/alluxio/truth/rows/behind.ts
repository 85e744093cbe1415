// objects that change behind the cache's back: deleted, replaced, new
import { expect } from 'vitest'
import { many } from '../../field.ts'
import type { Ground } from '../ground.ts'
import { calm, type Scenario } from '../scenario.ts'

/** A tree whose metadata the master knows. */
async function known(ground: Ground): Promise<void> {
  await ground.fill({ ...many(4, 'kept'), victim: 'as it was' })
  await ground.list()
}

export const BEHIND: readonly Scenario[] = [
  calm(1, 'a file is deleted after its metadata was loaded', async ground => {
    await known(ground)
    await ground.remove('victim')
    return await ground.seen(await ground.load(), { kind: 'cached', code: 0 })
  }),
  calm(8, 'a file is replaced by a longer one after it was cached', async ground => {
    await known(ground)
    expect((await ground.load()).code).toBe(0)
    await ground.fill({ victim: 'much longer than it was' })
    const load = await ground.load()
    const { stdout } = await ground.cluster.goosefs('fs', 'cat', ground.at('victim'))
    expect(stdout).toBe('much longer than it was')
    return await ground.seen(load, { kind: 'cached', code: 0 })
  }),
]
