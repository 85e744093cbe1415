// a CLI that cannot be started, does not end, floods, speaks for another version, or lacks what it needs around it
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { many } from '../../field.ts'
import { calm, type Scenario } from '../scenario.ts'
import { withCli } from '../wrapped.ts'

const LOADS = '$2 == distributedLoad'
const NONE = { kind: 'not-cached', code: 1 } as const
const UNKNOWN = { kind: 'unverified', code: 1 } as const

/** What the other version prints of a load of `$path`. */
const OTHERS = {
  '2.5': [
    'Please wait for command submission to finish..',
    'Submitted successfully, jobControlId = 1795242558786',
    'Waiting for the command to finish ...',
    'Get command status information below:',
    'Successfully loaded path $path/f0',
    'Successfully loaded path $path/f1',
    'Total completed file count is 2, failed file count is 1',
    'Finished running the command, jobControlId = 1795242558786',
    'Here are failed files: ',
    '$path/f2,',
    'Check out ./logs/user/distributedLoad_f_failures.csv for full list of failed files.',
  ],
  '2.9': [
    'Allow up to 3000 active jobs',
    ...['f0', 'f1', 'f2'].map(file => `$path/${file} loading`),
    ...['f0', 'f1'].map(file => `Successfully loaded path $path/${file} after 1 attempts`),
  ],
} as const

export const PROGRAM: readonly Scenario[] = [
  calm(19, 'the CLI is missing', async ground => {
    await ground.fill(many(3, 'f'))
    return await withCli(ground, { bin: '/nowhere/bin/goosefs' }, async ({ load }) => {
      const says = [/"\/nowhere\/bin\/goosefs" does not exist/, 'GOOSEFS_BIN']
      return await ground.seen(await load(), { ...UNKNOWN, says })
    })
  }),

  calm(19, 'the CLI is not executable', async ground => {
    await ground.fill(many(3, 'f'))
    return await withCli(ground, { mode: 0o644 }, async ({ load }) => {
      const says = [/may not be executed/, 'GOOSEFS_BIN']
      return await ground.seen(await load(), { ...UNKNOWN, says })
    })
  }),

  calm(19, 'the load hangs for ever without a word', async ground => {
    await ground.fill(many(3, 'f'))
    const lines = [`[[ ${LOADS} ]] && exec sleep 100000`]
    return await withCli(ground, { lines, stallSeconds: 40 }, async ({ load }) => {
      const expected = { ...NONE, causes: { stalled: 3 }, says: ['did not move any more'] }
      return await ground.seen(await load(), expected)
    })
  }),

  calm(19, 'the listing hangs for ever', async ground => {
    await ground.fill(many(3, 'f'))
    const lines = [`[[ $2 == ls ]] && exec sleep 100000`]
    return await withCli(ground, { lines, stallSeconds: 20 }, async ({ load }) => {
      return await ground.seen(await load(), {
        kind: 'unverified',
        code: 7,
        says: [/could not be measured: .*the listing hangs/],
      })
    })
  }),

  calm(19, 'the load floods: two hundred thousand lines, and one of a megabyte', async ground => {
    await ground.fill(many(3, 'f'))
    const flood = 'yes "$path/f9 loading" | head -n 200000; head -c 1000000 /dev/zero | tr "\\0" x; echo'
    const lines = [`[[ ${LOADS} ]] && { ${flood}; }`]
    return await withCli(ground, { lines }, async ({ load }) => {
      const one = await load()
      expect(one.task.files).toMatchObject({ failed: 0, total: 3 })
      return await ground.seen(one, { kind: 'cached', code: 0 })
    })
  }),

  calm(19, 'the load floods without an end', async ground => {
    await ground.fill(many(3, 'f'))
    const lines = [`[[ ${LOADS} ]] && exec yes "$path/f9 loading"`]
    return await withCli(ground, { lines, env: { GANDER_AGENT_OUTPUT_MIB: '2' } }, async ({ load }) => {
      return await ground.seen(await load(), { ...NONE, causes: { unknown: 3 }, says: [/printed more than 2 MiB/] })
    })
  }),

  calm(19, 'the load prints the words of another version, and one file is not cached', async ground => {
    await ground.fill(many(3, 'f'))
    const words = OTHERS[ground.cluster.version].join('\n')
    const some = ['f0', 'f1'].map(file => `"$real" "\${@:1:$#-1}" "$path/${file}" > /dev/null 2>&1`)
    const lines = [`[[ ${LOADS} ]] || exec "$real" "$@"`, ...some, `cat <<WORDS\n${words}\nWORDS`, 'exit 0']
    return await withCli(ground, { lines }, async ({ load }) => {
      const one = await load()
      expect(one.task.verdict?.missing).toEqual([{ path: ground.at('f2'), cause: 'unknown' }])
      return await ground.seen(one, { kind: 'partly', causes: { unknown: 1 }, code: 3, says: ['cause is not known'] })
    })
  }),

  calm(20, 'no locale is set, and names are not ASCII', async ground => {
    await ground.fill({ '数据/样本 1': 'one', '数据/🦢': 'two' })
    const env = { LC_ALL: '', LANG: '', LC_CTYPE: '' }
    return await withCli(ground, { env }, async ({ load }) => {
      return await ground.seen(await load('数据'), { kind: 'cached', code: 0, says: ['数据', '2 files'] })
    })
  }),

  calm(20, 'the log directory of the CLI is not writable', async ground => {
    await ground.fill(many(3, 'f'))
    const env = { GOOSEFS_USER_LOGS_DIR: '/dev/null/logs' }
    return await withCli(ground, { env }, async ({ load }) => {
      return await ground.seen(await load(), { kind: 'cached', code: 0 })
    })
  }),

  calm(20, 'there is no Java: neither JAVA_HOME nor on the PATH', async ground => {
    await ground.fill(many(3, 'f'))
    // the launcher needs some programs, and Java is not among them
    const lines = ['export PATH="$dir/programs"', 'unset JAVA JAVA_HOME', 'exec /bin/bash "$real" "$@"']
    return await withCli(ground, { lines }, async ({ load }, dir) => {
      mkdirSync(join(dir, 'programs'))
      for (const name of ['dirname', 'readlink', 'cat'])
        symlinkSync(join(existsSync(`/bin/${name}`) ? '/bin' : '/usr/bin', name), join(dir, 'programs', name))
      const says = [/Cannot find 'java'/, 'JAVA_HOME']
      return await ground.seen(await load(), { ...UNKNOWN, says })
    })
  }),
]
