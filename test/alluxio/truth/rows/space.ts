// a cache that is too small: what is refused, what is forced, what has to leave, and what an estimate says
import { expect } from 'vitest'
import type { Ground } from '../ground.ts'
import { calm, real, type Scenario, toWords } from '../scenario.ts'
import { countsOf, fillSparsely, MIB } from '../volume.ts'

// of 16 MiB each: 26 are more than the cache of 384 MiB
const FILE = 16 * MIB
const TOO_MANY = 26
const MISSING = { 'no-space': TOO_MANY }

async function freeAll(ground: Ground): Promise<void> {
  expect((await ground.cluster.goosefs('fs', 'free', ground.root)).code).toBe(0)
}

export const SPACE: readonly Scenario[] = [
  real(2, 'more data than the whole cache holds: nothing is loaded', async ground => {
    await fillSparsely(ground, TOO_MANY, 'large/f', FILE)
    const { calls, result: load } = await ground.field.callsDuring(() => ground.load())
    expect(calls.filter(call => call.includes('distributedLoad'))).toEqual([])
    expect(await ground.engineJobs()).toEqual([])
    expect(load.task.exit).toMatchObject({ reason: 'refused' })
    const says = [/not enough space/, /416 MiB missing/, /384 MiB/, /gander free/, /gander load --force/]
    return await ground.seen(load, { kind: 'not-cached', causes: MISSING, code: 1, says })
  }),

  real(2, 'the same with --force: what fits is cached, the rest is named', async ground => {
    await fillSparsely(ground, TOO_MANY, 'large/f', FILE)
    const id = await ground.begin('', { force: true })
    const first = await ground.waiting(id)
    const truth = await ground.truth()
    expect(first.notes).toContain('no-space')
    const cached = countsOf(truth).cached
    expect(cached).toBeGreaterThan(0)
    // it is tried again by itself, twice, and cannot come to more
    await ground.field.later()
    await ground.waiting(id, 2)
    await ground.field.later()
    const last = await ground.ended(id)
    expect(last.task).toMatchObject({ attempts: 3, status: 'failed' })
    const after = await ground.truth()
    const missing = TOO_MANY - countsOf(after).cached
    expect(last.task.verdict?.missing).toHaveLength(missing)
    const says = ['not enough space', '384 MiB', 'load a part of it']
    const seen = await ground.seen(last, { kind: 'partly', causes: { 'no-space': missing }, code: 3, says }, after)
    await freeAll(ground)
    return { ...seen, exit: first.exit, truth, said: `${toWords(first.task)}; tried again twice: ${seen.said}` }
  }),

  real(2, 'more than is free, less than there is: loaded with a warning, and others lose their place', async ground => {
    await fillSparsely(ground, 12, 'first/f', FILE)
    await fillSparsely(ground, 16, 'second/f', FILE)
    expect((await ground.load('first')).task.verdict).toMatchObject({ kind: 'cached' })
    const load = await ground.load('second')
    const seen = await ground.seen(load, { kind: 'cached', code: 0, says: [/note: .*(?:leave|evict|free)/] })
    // nobody goes on saying that the first ones are there
    const first = await ground.truth('first')
    expect(first.whole).toBe(false)
    const asked = await ground.stack.gander(['cached', ground.at('first')])
    expect(asked.code).toBe(countsOf(first).cached === 0 ? 1 : 3)
    expect(asked.stdout).toContain(`(${12 - countsOf(first).cached} file`)
    await freeAll(ground)
    return seen
  }),

  calm(2, 'an estimate beforehand tells files, bytes, room and time, and loads nothing', async ground => {
    await fillSparsely(ground, 2, 'before/f', MIB)
    await fillSparsely(ground, 3, 'asked/f', MIB)
    expect((await ground.load('before')).task.verdict).toMatchObject({ kind: 'cached' })
    expect((await ground.load('asked/f0')).task.verdict).toMatchObject({ kind: 'cached' })
    const { code, text, task, exit } = await ground.load('asked', '--dry-run')
    expect(text).toMatch(/33 % cached, 3 files of 3\.00 MiB, 2\.00 MiB missing \(2 files\), about .* to load, .* free/)
    expect(task.estimate).toMatchObject({ files: 3, bytes: 3 * MIB, missingBytes: 2 * MIB, missingFiles: 2 })
    expect(task.estimate?.seconds).toBeGreaterThan(0)
    expect(code).toBe(3)
    expect(await ground.engineJobs('asked/f1')).toEqual([])
    const truth = await ground.truth('asked')
    expect(countsOf(truth)).toEqual({ files: 3, cached: 1 })
    return { exit, truth, said: 'estimate: 2 of 3 files missing, 2.00 MiB', good: null }
  }),
]
