// a stop in the middle: the JVM ends, what the engine still has queued for it is taken back, and the answer tells both
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../agent/until.ts'
import { createField, type EngineJob, type Field, JOB_MS, many } from './field.ts'

const FILES = 40
let field: Field

beforeAll(async () => {
  field = await createField('stop')
})

afterAll(() => field?.close())

const isOpen = ({ status }: EngineJob): boolean => status === 'CREATED' || status === 'RUNNING'

/** Begins a load and waits until the engine has a job for each file. */
async function begin(name: string): Promise<string> {
  const { id } = await field.stack.submit({ action: 'load', paths: [`${field.root}/${name}`] })
  await until('engine jobs', async () => (await field.engineJobs(name)).length === FILES, JOB_MS)
  expect(field.stack.processes('java', 'distributedLoad', `${field.root}/${name}`)).toHaveLength(1)
  return id
}

async function stop(id: string, name: string): Promise<void> {
  expect((await field.stack.api('POST', `/api/v1/jobs/${id}/stop`)).status).toBe(202)
  await field.stack.ended(id, JOB_MS)
  expect(field.stack.processes('distributedLoad', `${field.root}/${name}`)).toEqual([])
}

it('what the engine runs and what it has queued is cancelled, and counted', async () => {
  await field.fill(many(FILES, 'running/f'))
  // the job worker takes ten tasks, which wait for a block worker that does not answer
  await field.cluster.kill('worker', 'STOP')
  const id = await begin('running')
  await stop(id, 'running')
  expect(await field.stack.task(id)).toMatchObject({
    status: 'stopped',
    exit: { reason: 'stopped' },
    cancel: { cancelled: FILES, remaining: 0, known: true },
  })
  const jobs = await field.engineJobs('running')
  expect(jobs.map(job => job.status)).toEqual(jobs.map(() => 'CANCELED'))
  await field.cluster.kill('worker', 'CONT')
})

it('jobs that the engine cannot give up yet are told as remaining, and end without caching anything', async () => {
  const { root, cluster, stack } = field
  await field.fill({ ...many(FILES, 'queued/f'), 'other/x': 'x' })
  await cluster.kill('job-worker', 'STOP')
  const id = await begin('queued')
  const other = await stack.submit({ action: 'load', paths: [`${root}/other`] })
  await until('the other job', async () => (await field.engineJobs('other')).length === 1, JOB_MS)
  await stop(id, 'queued')
  expect(await stack.task(id)).toMatchObject({
    status: 'stopped',
    cancel: { cancelled: 0, remaining: FILES, known: true },
  })
  const told = await stack.gander(['status', id])
  expect(told.stdout).toMatch(/40 were asked to end/)

  await cluster.kill('job-worker', 'CONT')
  const jobs = await until(
    'the end of the jobs',
    async () => {
      const seen = await field.engineJobs('queued')
      return !seen.some(isOpen) && seen
    },
    JOB_MS,
  )
  expect(jobs.map(job => job.status)).toEqual(jobs.map(() => 'CANCELED'))
  expect(new Set(Object.values(await field.shares('queued')))).toEqual(new Set(['0%']))

  // nobody wanted the other load to end
  await stack.ended(other.id, JOB_MS)
  expect(await stack.task(other.id)).toMatchObject({ status: 'succeeded', verdict: { kind: 'cached' } })
})
