// the newest era of the CLI on a cluster of its own: it calls everything loaded, so only the measurement can tell
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../agent/until.ts'
import { createField, type Field, JOB_MS, many } from './field.ts'

let field: Field

beforeAll(async () => {
  field = await createField('era-f', { version: '2.9', quota: '64MB', block: '1MB' })
})

afterAll(() => field?.close())

it('a load is cached, its metadata first where that is asked, and its words are kept', async () => {
  await field.fill({ ...many(20, 'whole/f'), 'whole/with space/数据': 'x' })
  const task = await field.loaded('whole', {}, 'forceload')
  expect(task).toMatchObject({ status: 'succeeded', files: { loaded: 21, failed: 0 }, verdict: { kind: 'cached' } })
  const output = (await field.stack.api('GET', `/api/v1/jobs/${task.job}/output`)).text
  expect(output).toBe(field.said(`${field.root}/whole`))
  expect(new Set(Object.values(await field.shares('whole')))).toEqual(new Set(['100%']))
})

it('more data than the cache holds is partly cached, although the CLI says that nothing failed', async () => {
  const { root, stack } = field
  await field.fill(many(24, 'large/f', randomBytes(4_000_000)))
  const { id } = await stack.submit({ action: 'load', paths: [`${root}/large`] })
  const task = await until(
    'the first attempt',
    async () => {
      const one = await stack.task(id)
      return (one.notes.length > 0 || one.endedAt !== undefined) && one
    },
    JOB_MS,
  )
  expect(field.said(`${root}/large`)).toContain('failed file count is 0')
  // it waits for space, and would be tried again
  expect(task.notes.join()).toContain('no-space')
  await stack.gander(['stop', id])
  await stack.ended(id, JOB_MS)
  expect(await stack.gander(['free', `${root}/large`])).toMatchObject({ code: 0 })
})

it('a stop in the middle ends what the engine goes on to create', async () => {
  const { root, stack } = field
  await field.fill(many(2_000, 'stopped/f'))
  const { id } = await stack.submit({ action: 'load', paths: [`${root}/stopped`] })
  await until('engine jobs', async () => (await field.engineJobs('stopped')).length > 0, JOB_MS)
  await stack.api('POST', `/api/v1/jobs/${id}/stop`)
  await stack.ended(id, JOB_MS)
  const task = await stack.task(id)
  expect(task).toMatchObject({ status: 'stopped', cancel: { remaining: 0, known: true } })
  expect(task.cancel?.cancelled).toBeGreaterThan(0)
  expect(stack.processes('distributedLoad', `${root}/stopped`)).toEqual([])
  for (const status of ['CREATED', 'RUNNING']) {
    const list = await fetch(`${field.cluster.jobMasterWeb}/api/v1/master/job/list?status=${status}`)
    expect([status, await list.json()]).toEqual([status, []])
  }
  const cached = Object.values(await field.shares('stopped')).filter(share => share === '100%').length
  expect(cached).toBeLessThan(2_000)
})
