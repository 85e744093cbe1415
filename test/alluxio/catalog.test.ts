// what is asked of a real cluster outside of jobs: mounts, TTL, pin, workers, lines and files, as its own CLI shows them
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../core/world.ts'
import { createAskingStage } from '../helpers/asking-stage.ts'
import { SETTINGS } from './field.ts'
import { createRealCluster, type RealCluster } from './real-cluster.ts'

const C = 'default'
const root = `/catalog-${Date.now().toString(36)}`
let cluster: RealCluster
let stage: Awaited<ReturnType<typeof createAskingStage>>
let scratch = ''
/** A directory that is no part of the cluster's own under storage. */
let other = ''

beforeAll(async () => {
  cluster = await createRealCluster(SETTINGS)
  scratch = await mkdtemp(join(tmpdir(), 'gander-catalog-'))
  other = join(scratch, 'other ufs')
  await mkdir(other)
  await writeFile(join(other, 'in it'), 'x')
  for (const [name, text] of Object.entries({ 'a/文件 1': 'x', 'a/b/two': 'yy', list: '/a b\n\n/中文' }))
    await cluster.put(`${root}/${name}`, text)
  const java = Object.entries(process.env).filter(([name]) => name === 'JAVA_HOME' || name === 'JAVA')
  const env = Object.fromEntries(java.map(([name, value]) => [name, value ?? '']))
  stage = await createAskingStage({ dir: join(scratch, 'stage'), bin: cluster.goosefsBin, env })
  await stage.ready()
})

afterAll(async () => {
  await stage?.close()
  await cluster?.goosefs('fs', 'unmount', `${root}-m`)
  await cluster?.remove(root)
  await cluster?.down()
  if (scratch !== '') await rm(scratch, { recursive: true, force: true })
})

const said = async (...args: string[]): Promise<string> => (await cluster.goosefs(...args)).stdout

describe('mounts', () => {
  it('are listed, made, found in the way, and removed', async () => {
    const path = `${root}-m`
    expect(await stage.listMounts(ROOT, C)).toContainEqual(
      expect.objectContaining({ path: '/', ufs: cluster.ufs, type: 'local', readonly: false, options: {} }),
    )
    await stage.addMount(ROOT, C, { path, ufs: other, readonly: true, options: { 'a.secretKey': 's3cr3t' } })
    expect(await said('fs', 'ls', path)).toContain(`${path}/in it`)
    const mounts = await stage.listMounts(ROOT, C)
    expect(mounts.find(mount => mount.path === path)).toMatchObject({
      ...{ ufs: other, readonly: true, shared: false, options: { 'a.secretKey': '******' } },
    })
    expect(await stage.toNamespace(ROOT, C, `file://${other}/in it`)).toBe(`${path}/in it`)
    await expect(stage.addMount(ROOT, C, { path, ufs: other })).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(stage.addMount(ROOT, C, { path: `${path}2`, ufs: other })).rejects.toMatchObject({ code: 'CONFLICT' })
    // only the CLI minds these
    const within = { path: `${path}3`, ufs: `${cluster.ufs}${root}/a` }
    await expect(stage.addMount(ROOT, C, within)).rejects.toMatchObject({ code: 'CONFLICT' })
    const nowhere = { path: `${path}4`, ufs: '/no/such/ufs' }
    await expect(stage.addMount(ROOT, C, nowhere)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await stage.removeMount(ROOT, C, path)
    await expect(stage.removeMount(ROOT, C, path)).rejects.toMatchObject({ code: 'GONE' })
    expect(await said('fs', 'mount')).not.toContain(path)
  })
})

describe('rules of paths', () => {
  it('a TTL only ever frees, and goes again', async () => {
    const path = `${root}/a/文件 1`
    await stage.setTtl(ROOT, C, { path, ms: 3_600_000 })
    expect(await stage.pathFacts(ROOT, C, path)).toEqual({
      ...{ path, directory: false, ttlMs: 3_600_000, ttlAction: 'FREE', pinned: false },
    })
    expect(await said('fs', 'stat', path)).toMatch(/ttl=3600000, .*ttlAction=FREE/)
    await stage.unsetTtl(ROOT, C, path)
    expect(await said('fs', 'stat', path)).toContain('ttl=-1')
    await expect(stage.unsetTtl(ROOT, C, path)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(stage.setTtl(ROOT, C, { path: `${root}/none`, ms: 1 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('a pin holds for what is below', async () => {
    const path = `${root}/a`
    await said('fs', 'ls', '-R', path)
    await stage.setPinned(ROOT, C, { path, pinned: true })
    expect(await stage.pathFacts(ROOT, C, `${path}/b/two`)).toMatchObject({ pinned: true })
    await stage.setPinned(ROOT, C, { path, pinned: false })
    expect(await stage.pathFacts(ROOT, C, path)).toEqual({ path, directory: true, pinned: false })
  })
})

describe('contents', () => {
  it('lines of a file and files below a path', async () => {
    expect(await stage.readLines(ROOT, C, `${root}/list`)).toEqual(['/a b', '/中文'])
    const files = await stage.listFiles(ROOT, C, { path: `${root}/a`, most: 2 })
    expect([...files].sort()).toEqual([`${root}/a/b/two`, `${root}/a/文件 1`].sort())
    await expect(stage.listFiles(ROOT, C, { path: root, most: 2 })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(stage.readLines(ROOT, C, root)).rejects.toMatchObject({ code: 'COMMAND_FAILED' })
    await expect(stage.readLines(ROOT, C, `${root}/none`)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('the worker, which this version cannot send away', async () => {
    const workers = await stage.listWorkers(ROOT, C)
    expect(workers).toMatchObject([{ live: true }])
    const [{ host = '', webPort } = { host: '' }] = workers
    await expect(stage.removeWorker(ROOT, C, `${host}:${webPort ?? 30000}`)).rejects.toMatchObject({
      code: 'NOT_IMPLEMENTED',
    })
    expect(await said('fsadmin', 'report', 'capacity', '-live')).toContain(host)
  })
})
