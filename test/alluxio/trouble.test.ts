// loads that cannot succeed: too much data, no job worker, more copies than workers; each named for what it is
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Task } from '../../shared/job.ts'
import { until } from '../agent/until.ts'
import { createField, type Field, JOB_MS, many } from './field.ts'

let field: Field

beforeAll(async () => {
  field = await createField('trouble')
})

afterAll(() => field?.close())

/** Waits until an attempt is over and the task waits for its next one. */
async function again(id: string, attempts: number): Promise<Task> {
  return until(
    `the end of attempt ${attempts}`,
    async () => {
      const task = await field.stack.task(id)
      const last = task.steps.at(-1)
      const isOver = last?.name === 'workers' && last.endedAt !== undefined
      return task.attempts === attempts && task.status === 'queued' && isOver && task
    },
    JOB_MS,
  )
}

it('more copies than workers: the cause is replicas, whether the files were cached before or not', async () => {
  const { root, stack } = field
  await field.fill(many(3, 'copies/f'))
  const { code, stdout } = await stack.gander(['load', `${root}/copies`, '--replication', '2'])
  expect(stdout).toContain('replicas')
  expect([1, 3]).toContain(code)

  await field.loaded('copies')
  const second = await field.loaded('copies', { replication: 2 })
  expect(second).toMatchObject({
    status: 'failed',
    verdict: { ok: false, kind: 'partly', missingByCause: { replicas: 3 } },
  })
})

it('without a job worker a load waits for one, and is cached once there is one again', async () => {
  const { root, cluster, stack } = field
  await field.fill(many(3, 'nobody/f'))
  await cluster.kill('job-worker', 'KILL')
  await until(
    'the loss of the job worker',
    async () => {
      const info = (await (await fetch(`${cluster.jobMasterWeb}/api/v1/job_master/info`)).json()) as {
        workers: unknown[]
      }
      return info.workers.length === 0
    },
    JOB_MS,
  )
  const { id } = await stack.submit({ action: 'load', paths: [`${root}/nobody`] })
  await again(id, 1)
  expect(field.said(`${root}/nobody`)).toContain('Needed 1 but only found 0')
  await cluster.start('job-worker')
  await field.later()
  await stack.ended(id, JOB_MS)
  expect(await stack.task(id)).toMatchObject({ status: 'succeeded', attempts: 2, verdict: { kind: 'cached' } })
})

it('more data than the cache holds: partly cached, for want of space, exit 3 after three attempts', async () => {
  const { root, stack } = field
  await field.fill(many(24, 'large/f', randomBytes(4_000_000)))
  const load = stack.gander(['load', `${root}/large`, '--json'])
  const [{ id }] = await until('the job', async () => {
    const { items } = (await stack.api('GET', `/api/v1/jobs?path=${root}/large`)).json
    return items.length === 1 && items
  })
  await again(id, 1)
  await field.later()
  await again(id, 2)
  await field.later()

  const { code, stdout } = await load
  const objects = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  const { task } = objects.find(({ type }) => type === 'task')
  const shares = Object.values(await field.shares('large'))
  const missing = shares.filter(share => share !== '100%').length
  expect(missing).toBeGreaterThan(0)
  expect(task).toMatchObject({
    attempts: 3,
    status: 'failed',
    files: { failed: missing, total: 24 },
    verdict: { kind: 'partly', missingTotal: missing, missingByCause: { 'no-space': missing } },
  })
  expect(code).toBe(3)
  expect(await stack.gander(['free', `${root}/large`])).toMatchObject({ code: 0 })
})
