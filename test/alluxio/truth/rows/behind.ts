// objects that change behind the cache's back: deleted, replaced, new
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { many } from '../../field.ts'
import type { Ground } from '../ground.ts'
import { meanwhile } from '../meanwhile.ts'
import { calm, type Load, real, type Scenario } from '../scenario.ts'

const KEPT = many(3, 'kept')
const CACHED = { kind: 'cached', code: 0 } as const
const OLD = { longer: 'as it was', shorter: 'as it was', same: 'as it was' }
const NEW = { longer: 'much longer than it was', shorter: 'short', same: 'as it is!' }

/** A tree whose metadata the master knows. */
async function known(ground: Ground, objects: Record<string, string>): Promise<void> {
  await ground.fill({ ...KEPT, ...objects })
  await ground.list()
}

const missingOf = ({ task }: Load) =>
  Object.fromEntries((task.verdict?.missing ?? []).map(one => [one.path, one.cause]))

/** Expects that who reads through the cache gets what stands in the under storage. */
async function expectBytes(ground: Ground): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), 'gander-copy-'))
  try {
    const { code, stdout } = await ground.cluster.goosefs('fs', 'copyToLocal', ground.root, join(copy, 'all'))
    expect(code, stdout).toBe(0)
    const bytesOf = (dir: string) =>
      Object.fromEntries(readdirSync(dir).map(name => [name, readFileSync(join(dir, name), 'utf8')]))
    expect(bytesOf(join(copy, 'all'))).toEqual(bytesOf(join(ground.cluster.ufs, ground.root)))
  } finally {
    rmSync(copy, { recursive: true })
  }
}

const DELETED: readonly Scenario[] = [
  calm(1, 'a file is deleted after its metadata was loaded', async ground => {
    await known(ground, { victim: 'as it was' })
    await ground.remove('victim')
    const load = await ground.load()
    expect(load.task.files).toEqual({ loaded: 3, alreadyCached: 0, failed: 0, total: 3 })
    return await ground.seen(load, CACHED)
  }),
  calm(1, 'a file is deleted after its metadata was loaded, and nobody asks the object store', async ground => {
    await known(ground, { victim: 'as it was' })
    await ground.remove('victim')
    const load = await ground.load('', '--freshness', 'known')
    expect(missingOf(load)).toEqual({ [ground.at('victim')]: 'gone' })
    const says = ['gone from the object store', ground.at('victim'), 'freshness was not looked at']
    // what stands there is cached: that something is missing is right all the same
    const truth = { ...(await ground.truth()), whole: false }
    return await ground.seen(load, { kind: 'partly', causes: { gone: 1 }, code: 3, says }, truth)
  }),
  real(1, 'files are deleted while they are loaded; a refreshing load is content with what is there', async ground => {
    await ground.fill({ ...KEPT, victim: 'as it was', 'deep/victim': 'as it was' })
    const load = await meanwhile(ground, { files: 5 }, async () => {
      await ground.remove('victim')
      await ground.remove('deep/victim')
    })
    const victims = ['victim', 'deep/victim'].map(name => ground.at(name))
    expect(missingOf(load)).toEqual(Object.fromEntries(victims.map(path => [path, 'gone'])))
    const says = ['gone from the object store', ...victims, 'gander load --refresh']
    const truth = { ...(await ground.truth()), whole: false }
    const seen = await ground.seen(load, { kind: 'partly', causes: { gone: 2 }, code: 3, says }, truth)
    const again = await ground.load('', '--refresh')
    expect(again).toMatchObject({ code: 0, task: { verdict: { ok: true, after: { files: 3 } } } })
    return seen
  }),
]

const REPLACED: readonly Scenario[] = [
  calm(8, 'a longer, a shorter and another of the same length after their metadata was loaded', async ground => {
    await known(ground, OLD)
    await ground.fill(NEW)
    const seen = await ground.seen(await ground.load(), CACHED)
    await expectBytes(ground)
    return seen
  }),
  calm(8, 'a longer, a shorter and another of the same length after they were cached', async ground => {
    await ground.fill({ ...KEPT, ...OLD })
    expect((await ground.load()).code).toBe(0)
    await ground.fill(NEW)
    const load = await ground.load()
    expect(load.task.files).toEqual({ loaded: 3, alreadyCached: 3, failed: 0, total: 6 })
    const seen = await ground.seen(load, CACHED)
    await expectBytes(ground)
    return seen
  }),
  real(8, 'a longer, a shorter and another of the same length while they are loaded, one when cached', async ground => {
    await ground.fill({ cached: 'as it was' })
    expect((await ground.load()).code).toBe(0)
    await ground.fill({ ...KEPT, ...OLD })
    const load = await meanwhile(ground, { files: 6 }, () => ground.fill({ ...NEW, cached: 'as it is!' }))
    const changed = ['cached', ...Object.keys(NEW)].map(name => ground.at(name))
    expect(missingOf(load)).toEqual(Object.fromEntries(changed.map(path => [path, 'changed'])))
    const says = ['changed since its metadata was loaded', 'gander load --refresh']
    const seen = await ground.seen(load, { kind: 'partly', causes: { changed: 4 }, code: 3, says })
    expect(await ground.load('', '--refresh')).toMatchObject({ code: 0, task: { verdict: CACHED_ANEW } })
    await expectBytes(ground)
    return seen
  }),
]

const CACHED_ANEW = { kind: 'cached', ok: true, before: { cachedFiles: 3 }, after: { cachedFiles: 7, files: 7 } }

const ADDED: readonly Scenario[] = [
  calm(9, 'files and directories are new where it was listed before', async ground => {
    await known(ground, {})
    await ground.fill({ added: 'new', 'deep/er/added': 'new' })
    const load = await ground.load()
    expect(load.task.verdict).toMatchObject({ before: { files: 5 }, after: { files: 5, cachedFiles: 5 } })
    return await ground.seen(load, CACHED)
  }),
  calm(9, 'files are new where it was listed before, and nobody asks the object store', async ground => {
    await known(ground, {})
    await ground.fill({ added: 'new' })
    const load = await ground.load('', '--freshness', 'known')
    const says = ['freshness was not looked at: what changed in the object store is not seen']
    const truth = await ground.truth()
    expect(truth.words).toBe('3 of 4 files cached')
    // cached is said of what the cluster knows, and that nobody knows more
    return { ...(await ground.seen(load, { ...CACHED, says }, { ...truth, whole: true })), truth, good: null }
  }),
  real(9, 'files and directories are new while the load runs', async ground => {
    await ground.fill(KEPT)
    const load = await meanwhile(ground, { files: 3 }, () => ground.fill({ added: 'new', 'deep/er/added': 'new' }))
    const added = ['added', 'deep/er/added'].map(name => ground.at(name))
    expect(missingOf(load)).toEqual(Object.fromEntries(added.map(path => [path, 'not-seen'])))
    const says = ['not seen when the load began', ...added, 'gander load --refresh']
    const seen = await ground.seen(load, { kind: 'partly', causes: { 'not-seen': 2 }, code: 3, says })
    expect(await ground.load()).toMatchObject({ code: 0, task: { files: { loaded: 2, alreadyCached: 3 } } })
    return seen
  }),
]

export const BEHIND: readonly Scenario[] = [...DELETED, ...REPLACED, ...ADDED]
