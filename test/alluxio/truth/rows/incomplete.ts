// files that somebody is still writing through the cache: they list as empty and wholly cached
import { expect } from 'vitest'
import type { Ground } from '../ground.ts'
import { calm, type Scenario, simulated } from '../scenario.ts'
import { MIB } from '../volume.ts'

/** Begins to write a file through the cluster's proxy, and leaves it open. */
async function write(ground: Ground, path: string, writeType: string): Promise<() => Promise<void>> {
  const { proxyWeb } = ground.cluster
  const post = async (where: string, type: string, body: string | Buffer): Promise<string> => {
    const answer = await fetch(`${proxyWeb}/api/v1/${where}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    })
    expect([where, answer.status]).toEqual([where, 200])
    return await answer.text()
  }
  const ask = JSON.stringify({ recursive: true, writeType })
  const stream = await post(`paths/${ground.at(path)}/create-file`, 'application/json', ask)
  await post(`streams/${stream}/write`, 'application/octet-stream', Buffer.alloc(5 * MIB))
  return async () => void (await post(`streams/${stream}/close`, 'application/json', '{}'))
}

const SAYS = ['still being written', /wait until its writer has closed it/]

function written(writeType: string): Scenario {
  return calm(11, `a file is still being written through the cache (${writeType})`, async ground => {
    await ground.fill({ 'd/whole': 'whole', 'd/empty': '' })
    const close = await write(ground, 'd/open', writeType)
    try {
      const load = await ground.load('d')
      expect(load.task.verdict?.missing).toEqual([{ path: ground.at('d/open'), cause: 'incomplete' }])
      const truth = { whole: false, words: '2 of 3 files cached, one is being written' }
      return await ground.seen(load, { kind: 'partly', causes: { incomplete: 1 }, code: 3, says: SAYS }, truth)
    } finally {
      await close()
    }
  })
}

export const INCOMPLETE: readonly Scenario[] = [
  written('ASYNC_THROUGH'),
  written('CACHE_THROUGH'),
  ...(['D', 'F'] as const).map(era =>
    simulated(11, `a file is still being written, in the words of era ${era}`, async ({ stack: start, load, seen }) => {
      const stack = await start({ env: { GANDER_PLAYGROUND_ERA: era } })
      await stack.put('/writing', 3)
      await stack.knob('incomplete=/writing/part-00001')
      const truth = { whole: false, words: '2 of 3 files cached, one is being written' }
      const expected = { kind: 'partly', causes: { incomplete: 1 }, code: 3, says: SAYS } as const
      return seen(await load(stack, '/writing'), expected, truth)
    }),
  ),
]
