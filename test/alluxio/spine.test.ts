// the main job on a real cluster: what is loaded, listed, freed and reported is what the cluster's own CLI shows
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Job } from '../../shared/job.ts'
import { until } from '../agent/until.ts'
import { createField, type Field, JOB_MS, many } from './field.ts'

const NAMES = {
  'names/with space/f 1': 'one',
  'names/数据/第二 个': 'two',
  'names/plain': 'three',
  'names/-dash': 'four',
  'names/a:b': 'five',
  'names/zero': '',
}
let field: Field

beforeAll(async () => {
  field = await createField('spine')
  await field.fill({ ...NAMES, 'several/a/x': 'x', 'several/b/y': 'y', 'force/x': 'x', 'verbs/old': 'old' })
  await field.fill({ 'empty/sub/x': '' })
  await field.cluster.remove(`${field.root}/empty/sub/x`)
})

afterAll(() => field?.close())

const kindOf = (calls: string[][]): string[] => calls.map(([one, two]) => `${one} ${two}`)
const whole = (names: Record<string, string>) => Object.fromEntries(Object.keys(names).map(name => [name, '100%']))

async function output(job: string): Promise<string> {
  return (await field.stack.api('GET', `/api/v1/jobs/${job}/output`)).text
}

describe('a load', () => {
  it('of a directory caches every name in it, in three calls, and keeps the words of the CLI', async () => {
    const path = `${field.root}/names`
    const { calls, result } = await field.callsDuring(() => field.stack.gander(['load', path]))
    expect(result).toMatchObject({ code: 0 })
    expect(result.stdout).toContain(`cached: ${path} 0 % -> 100 %, 6 files of `)
    expect(await field.shares('names')).toEqual(whole(NAMES))
    expect(kindOf(calls)).toEqual(['fs ls', 'fs distributedLoad', 'fs ls'])

    const [job] = (await field.stack.api('GET', `/api/v1/jobs?path=${encodeURIComponent(path)}`)).json.items as Job[]
    expect(await output(job!.id)).toBe(field.said(path))
    const task = await field.stack.task(job!.id)
    expect(task).toMatchObject({ status: 'succeeded', attempts: 1, exit: { reason: 'exited', code: 0 } })
    expect(task.files).toEqual({ loaded: 5, alreadyCached: 1, failed: 0, total: 6 })
    expect(task.steps.map(step => step.name)).toEqual(['measure', 'guard', 'load', 'quiet', 'verify', 'workers'])
    expect(task.notes).toEqual([])
  })

  it('of what is cached already says so', async () => {
    const { code, stdout } = await field.stack.gander(['load', `${field.root}/names`])
    expect(stdout).toContain('nothing new:')
    expect(code).toBe(0)
  })

  it('of one file, of an empty directory and of nothing at all', async () => {
    await field.fill({ 'one/the file': 'content' })
    const paths = ['one/the file', 'empty', 'none'].map(name => `${field.root}/${name}`)
    const { code, stdout } = await field.stack.gander(['load', ...paths])
    expect(stdout).toContain(`cached: ${paths[0]} 0 % -> 100 %, 1 file of 7 B`)
    expect(stdout).toContain(`empty: ${paths[1]} no files`)
    expect(stdout).toContain(`not cached: ${paths[2]}`)
    expect(stdout).toContain('no-such-path')
    expect(code).toBe(3)
    expect((await field.stack.gander(['load', `${field.root}/none`])).code).toBe(1)
  })

  it('of several paths shares their listings', async () => {
    const paths = ['several/a', 'several/b'].map(name => `${field.root}/${name}`)
    const { calls, result } = await field.callsDuring(async () => {
      const job = await field.stack.submit({ action: 'load', paths })
      return field.stack.ended(job.id, JOB_MS)
    })
    expect(result).toMatchObject({ status: 'succeeded', counts: { succeeded: 2 } })
    const listings = calls.filter(([, verb]) => verb === 'ls')
    // tasks that were placed apart, on a busy machine, meet at the second listing
    expect(listings).toContainEqual(expect.arrayContaining(paths))
    expect(listings.length).toBeLessThanOrEqual(3)
    expect(calls.length).toBeLessThanOrEqual(2 * 5 - 1)
  })

  it('with the metadata first takes one call more, and is as true', async () => {
    const { calls, result } = await field.callsDuring(() => field.loaded('force', {}, 'forceload'))
    expect(result).toMatchObject({ status: 'succeeded', verdict: { kind: 'cached', after: { fresh: true } } })
    expect(calls.length).toBeLessThanOrEqual(6)
    expect(await output(result.job)).toBe(field.said(`${field.root}/force`))
  })

  it('of two thousand files tells how far it is and counts them all', async () => {
    await field.fill(many(2_000, 'many/d/f'))
    // as many at once as GooseFS has by default; stock Alluxio submits 3,000 before it looks at the first
    const ask = { action: 'load', paths: [`${field.root}/many`], options: { activeJobs: 100 } }
    const { id } = await field.stack.submit(ask)
    const { code, stdout } = await field.stack.gander(['wait', id, '--json'])
    expect(code).toBe(0)
    const said = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    const shares = said.flatMap(({ job }) => job?.progress?.percent ?? [])
    expect(shares.some(percent => percent > 0 && percent < 100)).toBe(true)
    expect(said.find(({ type }) => type === 'task').task).toMatchObject({
      files: { loaded: 2_000, alreadyCached: 0, failed: 0, total: 2_000 },
      verdict: {
        kind: 'cached',
        before: { files: 2_000, cachedFiles: 0 },
        after: { files: 2_000, cachedPercent: 100 },
      },
    })
    expect(Object.values(await field.shares('many')).filter(share => share === '100%')).toHaveLength(2_000)
  })
})

describe('the other verbs', () => {
  it("free drops a path, ls shows it as the CLI does, metadata sees what is new, report is the CLI's own", async () => {
    const { stack, cluster, root } = field
    expect(await field.loaded('verbs')).toMatchObject({ verdict: { kind: 'cached' } })
    expect(await stack.gander(['free', `${root}/verbs`])).toMatchObject({ code: 0 })
    // the worker drops blocks with its next heartbeat
    await until('an empty cache', async () => (await field.shares('verbs'))['verbs/old'] === '0%')

    await field.fill({ 'verbs/new': 'new' })
    expect(await stack.gander(['metadata', `${root}/verbs`])).toMatchObject({ code: 0 })
    expect(await field.shares('verbs')).toEqual({ 'verbs/old': '0%', 'verbs/new': '0%' })

    const listed = await stack.gander(['ls', '-R', `${root}/names`])
    expect(listed.stdout).toBe((await cluster.goosefs('fs', 'ls', '-R', `${root}/names`)).stdout)
    expect(listed.code).toBe(0)
    const absent = await stack.gander(['ls', `${root}/none`])
    expect(absent).toMatchObject({ code: 1, stdout: `Path "${root}/none" does not exist.\n` })

    const report = await stack.gander(['report'])
    expect(report.code).toBe(0)
    expect(report.stdout).toContain('Live Workers: 1')
    expect(report.stdout).toMatch(/Tier: SSD +Size: 384\.00MB/)
  })
})
