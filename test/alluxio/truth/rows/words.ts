// a CLI whose words are wrong, glued together or spread over lines, around loads that are as they are
import { expect } from 'vitest'
import { many } from '../../field.ts'
import { calm, type Scenario, simulated } from '../scenario.ts'
import { withCli } from '../wrapped.ts'

const isLoad = '[[ $2 == distributedLoad ]] || exec "$real" "$@"'
/** The real load, unheard. */
const unheard = (path: string): string => `"$real" "\${@:1:$#-1}" ${path} > /dev/null 2>&1`

/** What 2.5 says of a file that finds no room: eight lines. */
const noRoom = (file: string): string =>
  [
    `Attempt 1 to load ${file} failed because: Task execution failed: Failed to allocate 1048576 bytes on BlockStoreLocation{TierAlias=SSD, DirIndex=-1, MediumType=} to create blockId 301989888 (GrpcDataWriter{request=type: ALLUXIO_BLOCK`,
    'id: 301989888',
    'tier: 0',
    'medium_type: ""',
    'pin_on_create: true',
    'space_to_reserve: 1048576',
    ', address=WorkerNetAddress{host=127.0.0.1, containerHost=, rpcPort=29999, dataPort=29999, webPort=30000, domainSocketPath=, tieredIdentity=TieredIdentity(node=127.0.0.1, rack=null)}})',
  ].join('\n')

/** A script that prints this, as it is: `$path` stands for the path of the load. */
const prints = (text: string): string => `cat <<WORDS\n${text}\nWORDS`

export const WORDS: readonly Scenario[] = [
  calm(13, 'failure messages over several lines, of files that are cached', async ground => {
    await ground.fill(many(3, 'f'))
    const words = ['Allow up to 100 active jobs', noRoom('$path/f0'), noRoom('$path/f1')]
    const last = 'Successfully loaded path $path/f2 after 1 attempts'
    const lines = [isLoad, unheard('"$path"'), prints([...words, last].join('\n')), 'exit 0']
    return await withCli(ground, { lines }, async ({ load }) => {
      const one = await load()
      expect(one.task.files).toEqual({ loaded: 3, alreadyCached: 0, failed: 0, total: 3 })
      return await ground.seen(one, { kind: 'cached', code: 0 })
    })
  }),

  calm(
    13,
    'a success for the file that failed, a failure over several lines for the one that is cached',
    async ground => {
      await ground.fill(many(2, 'f'))
      const words = [noRoom('$path/f0'), 'Successfully loaded path $path/f1 after 1 attempts'].join('\n')
      const lines = [isLoad, unheard('"$path/f0"'), prints(words), 'exit 0']
      return await withCli(ground, { lines }, async ({ load }) => {
        const one = await load()
        expect(one.task.verdict?.missing).toEqual([{ path: ground.at('f1'), cause: 'unknown' }])
        return await ground.seen(one, { kind: 'partly', causes: { unknown: 1 }, code: 3, says: ['cause is not known'] })
      })
    },
  ),

  calm(13, 'counts that are wrong: everything failed, where everything is cached', async ground => {
    await ground.fill(many(3, 'f'))
    const words = 'Waiting for the command to finish ...\nTotal completed file count is 0, failed file count is 5'
    const lines = [isLoad, unheard('"$path"'), prints(words), 'exit 0']
    return await withCli(
      ground,
      { lines },
      async ({ load }) => await ground.seen(await load(), { kind: 'cached', code: 0 }),
    )
  }),

  calm(13, 'counts that are wrong: everything completed, where nothing is cached', async ground => {
    await ground.fill(many(3, 'f'))
    const words = 'Completed count is 3,Failed count is 0.\nTotal completed file count is 3, failed file count is 0'
    const lines = [isLoad, prints(words), 'exit 0']
    return await withCli(ground, { lines }, async ({ load }) => {
      const expected = { kind: 'not-cached', causes: { unknown: 3 }, code: 1, says: ['cause is not known'] } as const
      return await ground.seen(await load(), expected)
    })
  }),

  calm(13, 'lines glued without a newline, around a load of which one file is missing', async ground => {
    await ground.fill(many(4, 'f'))
    const glued = [
      'Allow up to 100 active jobs\n',
      'files: [%s/f0,%s/f1] loading',
      'files: [%s/f2,%s/f3] loading',
      'Successfully loaded path [%s/f0,%s/f1] after 1 attempts\n',
      'Ignored load because: %s/f9 is in incomplete status',
      'Attempt 1 to load [%s/f2,%s/f3] failed because: Task execution failed: Failed to read block ID=1 (No such file or directory) (Zero Copy GrpcDataReader)\n',
      'Completed count is 2,Failed count is 2.\n',
    ].join('')
    const three = ['f0', 'f1', 'f2'].map(file => unheard(`"$path/${file}"`))
    const paths = glued
      .match(/%s/g)
      ?.map(() => '"$path"')
      .join(' ')
    const lines = [isLoad, ...three, `printf '${glued.replaceAll('\n', '\\n')}' ${paths}`, 'exit 0']
    return await withCli(ground, { lines }, async ({ load }) => {
      const one = await load()
      expect(one.task.files).toEqual({ loaded: 3, alreadyCached: 0, failed: 1, total: 4 })
      expect(one.task.verdict?.missing).toEqual([{ path: ground.at('f3'), cause: 'gone' }])
      return await ground.seen(one, { kind: 'partly', causes: { gone: 1 }, code: 3 })
    })
  }),

  ...(['B', 'D', 'F'] as const).map(era =>
    simulated(13, `in the words of era ${era}: one of four files fails`, async ({ stack: start, load, seen }) => {
      const stack = await start({ env: { GANDER_PLAYGROUND_ERA: era } })
      await stack.put('/words', 4)
      await stack.knob('fail=/words/part-00002')
      const one = await load(stack, '/words')
      expect(one.task.files).toEqual({ loaded: 3, alreadyCached: 0, failed: 1, total: 4 })
      expect(one.task.verdict?.missing).toMatchObject([{ path: '/words/part-00002' }])
      // the last era names failed files without a word on why
      const causes = era === 'F' ? { unknown: 1 } : { gone: 1 }
      const truth = { whole: false, words: '3 of 4 files cached' }
      return seen(one, { kind: 'partly', causes, code: 3 }, truth)
    }),
  ),
]
