// the kit itself: a real cluster answers, loads, refreshes, and survives a paused role
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SETTINGS, SYNC } from './field.ts'
import { createRealCluster, type RealCluster } from './real-cluster.ts'

const root = `/kit-${randomUUID()}`
let cluster: RealCluster

beforeAll(async () => {
  cluster = await createRealCluster(SETTINGS)
})

afterAll(async () => {
  await cluster.remove(root)
  await cluster.goosefs('fs', 'ls', '-R', SYNC, '/')
  await cluster.down()
})

/** Cached share by path, as the listing of the directory shows it. */
async function shares(path: string, ...flags: string[]): Promise<Record<string, string>> {
  const ran = await cluster.goosefs('fs', 'ls', '-R', ...flags, path)
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  return Object.fromEntries([...ran.stdout.matchAll(/ (\d+%) (\/.*)$/gm)].map(([, share, name]) => [name, share]))
}

describe('the real cluster', () => {
  it('shows what the under storage holds, loads it, and shows it cached', async () => {
    await cluster.put(`${root}/load/a 1`, 'first')
    await cluster.put(`${root}/load/数据/b`, 'second')
    const [first, second] = [`${root}/load/a 1`, `${root}/load/数据/b`]
    expect(await shares(`${root}/load`, SYNC)).toEqual({ [first]: '0%', [second]: '0%' })

    const load = await cluster.goosefs('fs', 'distributedLoad', `${root}/load`)
    expect(load.code).toBe(0)
    expect(load.stdout).toContain(`Successfully loaded path ${first} after 1 attempts\n`)
    expect(load.stdout).toContain(`Successfully loaded path ${second} after 1 attempts\n`)
    expect(await shares(`${root}/load`)).toEqual({ [first]: '100%', [second]: '100%' })
  })

  it('drops what it holds of an object replaced behind its back, once the listing refreshes', async () => {
    const file = `${root}/replaced/x`
    await cluster.put(file, 'old')
    await shares(`${root}/replaced`, SYNC)
    await cluster.goosefs('fs', 'distributedLoad', `${root}/replaced`)
    await cluster.put(file, 'newer and longer')

    expect(await shares(`${root}/replaced`)).toEqual({ [file]: '100%' })
    expect(await shares(`${root}/replaced`, SYNC)).toEqual({ [file]: '0%' })
  })

  it('says what is missing on stdout and ends with 255', async () => {
    const ran = await cluster.goosefs('fs', 'ls', '-R', `${root}/none`)
    expect(ran).toEqual({ code: 255, stdout: `Path "${root}/none" does not exist.\n`, stderr: '' })
  })

  it('goes on where it stood when a paused job worker continues', async () => {
    const file = `${root}/paused/x`
    await cluster.put(file, 'waits')
    await shares(`${root}/paused`, SYNC)
    await cluster.kill('job-worker', 'STOP')
    const load = cluster.goosefs('fs', 'distributedLoad', `${root}/paused`)
    const job = await waitingJob(file)
    expect(job).toMatchObject({ name: 'Load', status: 'CREATED', affectedPaths: [file] })

    await cluster.kill('job-worker', 'CONT')
    expect((await load).stdout).toContain(`Successfully loaded path ${file} after 1 attempts\n`)
    expect(await shares(`${root}/paused`)).toEqual({ [file]: '100%' })
  })

  it('refuses to put anything outside the under storage', async () => {
    await expect(cluster.put('/../outside', '')).rejects.toThrow('expected a path below /')
  })
})

/** The job of one file, asked for until the job master knows it. */
async function waitingJob(path: string): Promise<unknown> {
  const api = `${cluster.jobMasterWeb}/api/v1/master/job`
  return expect
    .poll(() => jobOf(api, path), { timeout: 60_000, interval: 200 })
    .toBeDefined()
    .then(() => jobOf(api, path))
}

async function jobOf(api: string, path: string): Promise<unknown> {
  const ids = (await (await fetch(`${api}/list`)).json()) as number[]
  for (const id of ids.slice(-20)) {
    const job = (await (await fetch(`${api}/get_status?jobId=${id}`)).json()) as { affectedPaths: string[] }
    if (job.affectedPaths.includes(path)) return job
  }
  return undefined
}
