// names that are hard to print, to pass on and to tell from what the CLI says
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Task } from '../../../../shared/job.ts'
import { toComparable } from '../../../../shared/path.ts'
import type { Cause } from '../../../../shared/verdict.ts'
import type { Ground } from '../ground.ts'
import { calm, type Scenario } from '../scenario.ts'
import { allEnded, handIn, toSeen } from '../several.ts'

const ODD = [
  'with space/f 1',
  ' before/ it',
  'after /it ',
  '数据/第二 个',
  'emoji 🦢/🪿',
  'a,b/c,d',
  `it's/"quoted"`,
  '5% of/50%25',
  '#one/#2',
  'a:b/x:y',
  '-dash/-R',
  '[in]/{brackets}',
  'd loading/f loading',
  'd is already fully loaded in Alluxio/f is already fully loaded in Alluxio',
  'Successfully loaded path d after 1 attempts/Successfully loaded path f after 1 attempts',
  'Successfully loaded path z after 1 attempts loading',
  'Attempt 1 to load d failed because: No such file or directory',
  'Allow up to 9 active jobs',
  'Here are failed files: ',
  'Total completed file count is 9, failed file count is 9',
  'ls 5 PERSISTED 01-01-2024 00:00:00:000 100% of/inside',
]
/** Each of another length, so that none is taken for another. */
const TREE = Object.fromEntries(ODD.map((path, index) => [path, 'x'.repeat(index + 1)]))

/** The engine takes a message with a % in it for a pattern, and says only that it is none: why it failed nobody can know. */
const causeOf = (path: string): Cause => (path.includes('%') ? 'unknown' : 'permission')

/** What the daemon kept of a task's output. */
async function output({ stack }: Ground, { id, job }: Task): Promise<string> {
  return (await stack.api('GET', `/api/v1/jobs/${job}/output?task=${id}`)).text
}

// a name of a file has at most 255 bytes
const LONG = Array.from({ length: 12 }, (_, index) => `${index}`.padEnd(250, 'long')).join('/')

const ENDS = 'a name that ends in %'

export const NAMES: readonly Scenario[] = [
  calm(12, 'blanks, 中文, emoji, commas, quotes, %, #, words of the CLI, in one tree', async ground => {
    await ground.fill(TREE)
    const load = await ground.load()
    expect(load.task.files).toEqual({ loaded: ODD.length, alreadyCached: 0, failed: 0, total: ODD.length })
    const bytes = (ODD.length * (ODD.length + 1)) / 2
    expect(load.task.verdict?.after).toMatchObject({ bytes, cachedBytes: bytes, cachedFiles: ODD.length })
    expect(await output(ground, load.task)).toBe(ground.field.said(ground.root))
    return await ground.seen(load, { kind: 'cached', code: 0 })
  }),
  calm(12, 'the same names, each one a file that cannot be loaded', async ground => {
    await ground.fill({ ...TREE, good: 'content' })
    const change = (mode: number) => ODD.map(path => chmod(join(ground.cluster.ufs, ground.at(path)), mode))
    await Promise.all(change(0))
    try {
      const load = await ground.load()
      const named = (load.task.verdict?.missing ?? []).map(({ path, cause }) => `${cause} ${path}`)
      expect(named.sort()).toEqual(ODD.map(path => `${causeOf(path)} ${ground.at(path)}`).sort())
      const unknown = ODD.filter(path => causeOf(path) === 'unknown').length
      const causes = { permission: ODD.length - unknown, unknown }
      const says = [`${ODD.length} files not cached`, 'permission denied', 'the cause is not known']
      return await ground.seen(load, { kind: 'partly', causes, code: 3, says })
    } finally {
      await Promise.all(change(0o644))
    }
  }),
  // the master of 2.5 cannot list a directory with such a name
  calm(
    12,
    ENDS,
    async ground => {
      await ground.fill({ f: 'content', 'all of it: 100%': 'content' })
      const says = ['not verified', 'the cache could not be measured: String index out of range']
      return await ground.seen(await ground.load(), { kind: 'unverified', code: 1, says })
    },
    ['2.5'],
  ),
  calm(
    12,
    ENDS,
    async ground => {
      await ground.fill({ f: 'content', 'all of it: 100%': 'content' })
      return await ground.seen(await ground.load(), { kind: 'cached', code: 0 })
    },
    ['2.9'],
  ),
  calm(12, 'a trailing slash, //, 3,000 characters, words of the CLI, as the paths of a job', async ground => {
    const words = 'Successfully loaded path z after 1 attempts'
    const tree = { 'slash/f': 'one', 'double/f': 'two', [`${LONG}/f`]: 'three', 'd loading/f': 'four', [words]: 'five' }
    await ground.fill(tree)
    const given = ['slash/', '/double', LONG, 'd loading', words].map(path => ground.at(path))
    expect(given[2]?.length).toBeGreaterThan(3_000)
    const several = await allEnded(ground, await handIn(ground, given))
    expect(several).toMatchObject({ code: 0, job: { status: 'succeeded' } })
    expect(several.tasks.map(task => task.path)).toEqual(given)
    for (const task of several.tasks) {
      expect(task).toMatchObject({ verdict: { kind: 'cached', ok: true }, files: { loaded: 1, total: 1 } })
      expect(several.text).toContain(`cached: ${task.path}`)
      expect(await output(ground, task)).toBe(ground.field.said(task.path))
      expect(await output(ground, task)).toContain(toComparable(task.path))
    }
    const truth = await ground.truth()
    expect(truth.whole).toBe(true)
    return toSeen(several, truth)
  }),
]
