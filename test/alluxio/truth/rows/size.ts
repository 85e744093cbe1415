// very many small files, and one large one: counts, memory, and a progress that moves
import { expect } from 'vitest'
import { until } from '../../../agent/until.ts'
import { JOB_MS, many } from '../../field.ts'
import type { Ground } from '../ground.ts'
import { real, type Scenario } from '../scenario.ts'
import { fillSparsely, MIB, sharesNow } from '../volume.ts'

const TINY = 10_000
const MOST_MEMORY_MB = 400
const LARGE = 300 * MIB

/** Waits for a job and answers the shares that were told meanwhile. */
async function sharesOf(ground: Ground, id: string): Promise<number[]> {
  const { stdout } = await ground.stack.gander(['wait', id, '--json'])
  const told = stdout.trim().split('\n')
  return told.flatMap(line => JSON.parse(line).job?.progress?.percent ?? [])
}

const isBetween = (share: number): boolean => share > 0 && share < 100

export const SIZE: readonly Scenario[] = [
  real(14, 'ten thousand tiny files', async ground => {
    const { agent, daemon } = ground.stack
    await ground.fill(many(TINY, 'd/f'))
    for (const program of [agent, daemon]) program.forgetPeak()
    const id = await ground.begin()
    expect((await sharesOf(ground, id)).some(isBetween)).toBe(true)
    const load = await ground.ended(id)
    for (const program of [agent, daemon]) expect(program.memory().peakMb).toBeLessThan(MOST_MEMORY_MB)
    expect(load.task).toMatchObject({
      files: { loaded: TINY, alreadyCached: 0, failed: 0, total: TINY },
      verdict: { before: { files: TINY, cachedFiles: 0 }, after: { files: TINY, cachedFiles: TINY } },
    })
    return await ground.seen(load, { kind: 'cached', code: 0, says: ['0 % -> 100 %', '10,000 files'] })
  }),

  real(14, 'one file of 300 MB, of which the CLI says nothing before its end', async ground => {
    await fillSparsely(ground, 1, 'f', LARGE)
    const id = await ground.begin()
    await until('a part of the file to be cached', async () => (await sharesNow(ground)).some(isBetween), JOB_MS)
    // it stands still, so that somebody looks while it is half done
    await ground.cluster.kill('worker', 'STOP')
    const progress = await until(
      'a sample of the load',
      async () => {
        const { progress, endedAt } = await ground.stack.task(id)
        if (endedAt !== undefined) throw new Error('the load ended before anybody looked')
        return progress?.source === 'sample' && progress
      },
      JOB_MS,
    )
    expect(progress.percent).toSatisfy(isBetween)
    expect(progress.bytesTotal).toBe(LARGE)
    await ground.cluster.kill('worker', 'CONT')
    const load = await ground.ended(id)
    const seen = await ground.seen(load, { kind: 'cached', code: 0, says: ['1 file of 300 MiB'] })
    expect((await ground.cluster.goosefs('fs', 'free', ground.root)).code).toBe(0)
    return seen
  }),
]
