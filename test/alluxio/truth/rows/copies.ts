// more copies than there are workers, or copies that nobody can count
import { expect } from 'vitest'
import { many } from '../../field.ts'
import { calm, type Scenario, simulated } from '../scenario.ts'
import { countsOf } from '../volume.ts'

const SAYS = ['needs 2 workers, has 1', /gander load --replication 1/]

export const COPIES: readonly Scenario[] = [
  calm(18, 'two copies asked for, one worker', async ground => {
    await ground.fill(many(3, 'f'))
    const load = await ground.load('', '--replication', '2')
    const { cached } = countsOf(await ground.truth())
    const kind = cached === 0 ? 'not-cached' : 'partly'
    const expected = { kind, causes: { replicas: 3 }, code: cached === 0 ? 1 : 3, says: SAYS } as const
    return await ground.seen(load, expected, { whole: false, words: `${cached} of 3 files cached, none of them twice` })
  }),

  calm(18, 'two copies asked for of files that are cached once, one worker', async ground => {
    await ground.fill(many(3, 'f'))
    expect((await ground.load()).task.verdict).toMatchObject({ kind: 'cached' })
    const load = await ground.load('', '--replication', '2')
    const truth = { whole: false, words: '3 of 3 files cached, none of them twice' }
    return await ground.seen(load, { kind: 'partly', causes: { replicas: 3 }, code: 3, says: SAYS }, truth)
  }),

  simulated(
    18,
    'two copies asked for, three workers: loaded, but nobody can count the copies cheaply',
    async ({ stack: start, load, seen }) => {
      const stack = await start()
      await stack.put('/copies', 3)
      await stack.knob('workers=3')
      const says = [/copies .*not verified/]
      const expected = { kind: 'cached', code: 0, says } as const
      return seen(await load(stack, '/copies', '--replication', '2'), expected, {
        whole: true,
        words: '3 of 3 files cached',
      })
    },
  ),
]
