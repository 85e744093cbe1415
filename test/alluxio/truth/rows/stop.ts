// a stop in the middle: the CLI ends, the engine gives back what it had, and what was loaded by then is measured
import { expect } from 'vitest'
import { until } from '../../../agent/until.ts'
import { type EngineJob, JOB_MS, many } from '../../field.ts'
import type { Ground } from '../ground.ts'
import { type Load, real, type Scenario, type Seen, toWords } from '../scenario.ts'
import { countsOf, sharesNow } from '../volume.ts'

const FILES = 40
const MANY = 200
/** Exit code of the client. */
const STOPPED = 4

const isOpen = ({ status }: EngineJob): boolean => status === 'CREATED' || status === 'RUNNING'

/** Stops a load as a person does; nothing of it may go on on this machine. */
async function stop(ground: Ground, id: string, path: string): Promise<Load> {
  expect(await ground.stack.gander(['stop', id])).toMatchObject({ code: 0 })
  const load = await ground.ended(id)
  expect(ground.stack.processes('distributedLoad', ground.at(path))).toEqual([])
  expect(load.task).toMatchObject({ status: 'stopped', exit: { reason: 'stopped' } })
  expect(load.text).toContain('stopped:')
  expect(load.code).toBe(STOPPED)
  return load
}

/** What the engine has of a path once it has ended everything there. */
async function settled(ground: Ground, path: string): Promise<EngineJob[]> {
  return await until(
    'the end of the engine’s jobs',
    async () => {
      const jobs = await ground.engineJobs(path)
      return !jobs.some(isOpen) && jobs
    },
    JOB_MS,
  )
}

async function hasJobs(ground: Ground, path: string, files: number): Promise<void> {
  await until(`${files} engine jobs`, async () => (await ground.engineJobs(path)).length >= files, JOB_MS)
}

/** A stopped load is neither good nor bad; what it says it has loaded is what is there. */
async function seenOf(ground: Ground, load: Load, path: string): Promise<Seen> {
  await ground.servers.ready()
  const truth = await ground.truth(path)
  return { exit: load.exit, truth, said: toWords(load.task), good: load.task.verdict?.ok ?? null }
}

export const STOP: readonly Scenario[] = [
  real(15, 'stopped when some files are loaded, some run in the engine and the rest waits there', async ground => {
    const { cluster } = ground
    await ground.fill({ ...many(MANY, 'd/f'), 'other/x': 'x' })
    // stock Alluxio submits them all at once, and has loaded them before anybody looks
    const id = await ground.begin('d', { activeJobs: MANY / 4 })
    await until('a first file', async () => (await sharesNow(ground, 'd')).includes(100), JOB_MS)
    // the tasks that run wait for a block worker that does not answer
    await cluster.kill('worker', 'STOP')
    await hasJobs(ground, 'd', MANY / 4)
    const other = await ground.begin('other')
    await hasJobs(ground, 'other', 1)
    const load = await stop(ground, id, 'd')
    const { files, cached } = countsOf(await ground.truth('d'))
    expect((await ground.engineJobs('d')).filter(isOpen)).toEqual([])
    await cluster.kill('worker', 'CONT')
    expect(load.task.cancel).toMatchObject({ remaining: 0, known: true })
    expect(load.task.cancel?.cancelled).toBeGreaterThan(0)
    expect(cached).toBeGreaterThan(0)
    expect(cached).toBeLessThan(files)
    expect(load.task.verdict).toMatchObject({ before: { cachedFiles: 0 }, after: { files, cachedFiles: cached } })
    expect(load.text).toContain(`${files - cached} files not cached when it was stopped`)
    // nobody wanted the other load to end
    expect((await ground.ended(other)).task).toMatchObject({ status: 'succeeded', verdict: { ok: true } })
    return await seenOf(ground, load, 'd')
  }),

  real(15, 'stopped while no job worker answers: what is queued is told as remaining, and ends later', async ground => {
    const { cluster, stack } = ground
    await ground.fill(many(FILES, 'queued/f'))
    await cluster.kill('worker', 'STOP')
    const id = await ground.begin('queued')
    await hasJobs(ground, 'queued', FILES)
    // no sooner: after a while the job master gives it up, and its jobs end
    await cluster.kill('job-worker', 'STOP')
    const load = await stop(ground, id, 'queued')
    expect(load.task.cancel).toEqual({ cancelled: 0, remaining: FILES, known: true })
    expect((await stack.gander(['status', id])).stdout).toMatch(/40 were asked to end/)
    expect(load.task.verdict).toMatchObject({ before: { cachedFiles: 0 }, after: { cachedFiles: 0 } })

    await cluster.kill('job-worker', 'CONT')
    const jobs = await settled(ground, 'queued')
    expect(new Set(jobs.map(job => job.status))).toEqual(new Set(['CANCELED']))
    await cluster.kill('worker', 'CONT')
    return await seenOf(ground, load, 'queued')
  }),

  real(
    15,
    'stopped while the engine itself goes on to create jobs',
    async ground => {
      await ground.fill(many(2_000, 'd/f'))
      // else all of it is loaded before a busy machine gets to the stop
      await ground.cluster.kill('worker', 'STOP')
      const id = await ground.begin('d')
      await hasJobs(ground, 'd', 1)
      const load = await stop(ground, id, 'd')
      expect(load.task.cancel).toMatchObject({ remaining: 0, known: true })
      expect(load.task.cancel?.cancelled).toBeGreaterThan(0)
      for (const status of ['CREATED', 'RUNNING']) {
        const list = await fetch(`${ground.cluster.jobMasterWeb}/api/v1/master/job/list?status=${status}`)
        expect([status, await list.json()]).toEqual([status, []])
      }
      const { files, cached } = countsOf(await ground.truth('d'))
      expect(cached).toBeLessThan(files)
      expect(load.task.verdict).toMatchObject({ before: { cachedFiles: 0 }, after: { files, cachedFiles: cached } })
      await ground.cluster.kill('worker', 'CONT')
      return await seenOf(ground, load, 'd')
    },
    ['2.9'],
  ),
]
