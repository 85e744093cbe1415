// a coordinator that says strange things is believed no more than it says, and what is not ours is left alone
import { expect, it } from 'vitest'
import { createPrinter } from '../../bot/coordinator/printer.ts'
import { readJobs } from '../../bot/coordinator/read-progress.ts'
import { SILENT_LOG } from '../../shared/log.ts'
import { until } from '../agent/until.ts'
import { ROOT } from '../core/world.ts'
import type { CoordinatorJob } from '../helpers/fake-coordinator.ts'
import { openCoordinatorRoom as open } from './room.ts'

it('words that are null, lists or objects are not there, numbers may come as text', () => {
  const said = { id: 7, alias: null, index: {}, state: 'running', paths: ['/a'] }
  const counted = {
    loadedBytes: '10',
    totalBytes: null,
    scannedFiles: [],
    failedFiles: true,
    loadedNonEmptyFiles: '1e3',
  }
  expect(readJobs(JSON.stringify({ ...said, ...counted }))).toMatchObject({
    alone: true,
    jobs: [{ id: '7', alias: undefined, index: undefined, state: 'open', counts: { bytes: 10 } }],
  })
  const [job] = readJobs(JSON.stringify({ ...said, ...counted })).jobs
  expect(Object.entries(job?.counts ?? {}).filter(([, value]) => value !== undefined)).toEqual([['bytes', 10]])
})

it('absurd sizes are not there, and what is nested without end is read', () => {
  const [job] = readJobs('{"state":"RUNNING","loadedBytes":1e300,"totalBytes":-1,"scannedFiles":1.5}').jobs
  expect(job?.counts).toEqual({})
  const deep = `{"state":"FAILED","errorMessage":${'['.repeat(500_000)}${']'.repeat(500_000)}}`
  expect(readJobs(deep).jobs).toMatchObject([{ state: 'failed' }])
})

it('a job whose other names are null is the one that was asked for', async () => {
  const room = await open()
  const { job } = await room.ask('load', '/a')
  const there = await room.given('/a')
  there.more = { alias: null, index: null }
  there.state = 'SUCCEEDED'
  expect((await room.ended(job)).status).toBe('succeeded')
})

it('the same work, told of twice at once, is one job', async () => {
  const room = await open()
  const told = { cluster: 'ai', action: 'load', paths: ['/a', '/b'], name: 'n', id: 'id=x&alias=n' } as const
  const jobs = await Promise.all([1, 2, 3].map(() => room.operations.adoptJob(ROOT, told)))
  expect(new Set(jobs.map(({ id }) => id)).size).toBe(1)
  expect([...room.state.tasks.rows()]).toHaveLength(2)
})

it('who may stop there what we know of is asked here, by any of its names', async () => {
  const room = await open()
  const [anna, otto] = [
    { ...ROOT, name: 'anna', role: 'operator' as const },
    { ...ROOT, name: 'otto', role: 'operator' as const },
  ]
  const told = { cluster: 'ai', action: 'load', paths: ['/a'], name: 'n', id: 'id=x&alias=n' } as const
  await room.operations.adoptJob(anna, told)
  const own = await room.operations.submitJob(anna, { action: 'load', paths: ['/b'], cluster: 'ai', options: {} })
  const alias = `gander-${own.tasks[0]?.id}`
  for (const key of [{ id: 'x' }, { alias: 'n' }, { alias }]) {
    const there = { cluster: 'ai', key }
    await expect(room.operations.permitStopThere(otto, there)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await room.operations.permitStopThere(anna, there)
    await room.operations.permitStopThere(ROOT, there)
  }
  await room.operations.permitStopThere(otto, { cluster: 'ai', key: { alias: 'other' } })
})

it('a stop is for the job with that id, not for a newer one of the same alias', async () => {
  const room = await open({ limits: { pollMs: 60_000 } })
  const there = (id: string): CoordinatorJob => ({
    ...{ id, kind: 'load', alias: 'n', index: '', paths: [`/${id}`], state: 'RUNNING' },
    ...{ options: {}, more: {}, resumed: 0 },
  })
  const [old, newer] = [there('old'), there('newer')]
  room.fake.jobs.push(old, newer)
  const told = { cluster: 'ai', action: 'load', paths: ['/old'], name: 'n', id: 'id=old&alias=n' } as const
  const job = await room.operations.adoptJob(ROOT, told)
  await until('a look', () => room.fake.asked('GET').length > 0)
  await room.operations.stopJob(ROOT, job.id)
  await until('the stop', () => room.fake.asked('DELETE').length > 0)
  await until('its end', async () => (await room.task(job.id)).endedAt !== undefined)
  expect([old.state, newer.state]).toEqual(['STOPPED', 'RUNNING'])
})

it('a newer job of the same alias does not speak for one that is gone', async () => {
  const room = await open()
  const base = { kind: 'load', alias: 'n', index: '', options: {}, more: {}, resumed: 0 } as const
  room.fake.jobs.push({ ...base, id: 'newer', paths: ['/b'], state: 'SUCCEEDED' })
  const told = { cluster: 'ai', action: 'load', paths: ['/a'], name: 'n', id: 'id=old&alias=n' } as const
  const job = await room.operations.adoptJob(ROOT, told)
  expect(await room.ended(job.id)).toMatchObject({
    status: 'failed',
    exit: { message: expect.stringContaining('does not know this job') },
  })
})

it('of what is said without end the beginning is kept', async () => {
  let length = 0
  const print = createPrinter({
    ...{ allocation: 'a', grown: () => {}, log: SILENT_LOG },
    output: {
      length: async () => length,
      append: async (_, offset, bytes) => {
        length = offset + bytes.length
        return length
      },
      sync: async () => length,
    },
  })
  for (let turn = 0; turn < 1_500; turn += 1) await print.print(`${turn}${'x'.repeat(64 * 1024)}`)
  expect(await print.finish()).toBeLessThan(65 * 1024 * 1024)
})
