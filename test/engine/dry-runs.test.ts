// what only estimates says nothing of how a name is whose paths were loaded
import { expect, test } from 'vitest'
import { toGroupState } from '../../shared/group.ts'
import type { JobRequest } from '../../shared/job.ts'
import { findings, measured, ROOT, VIC } from '../core/world.ts'
import { createEngineRoom } from './room.ts'

const PARTLY = { findings: findings({ before: measured(3, 0), after: measured(3, 1), missingTotal: 2 }) }

/** A load of the name that failed, and after it a dry run of the same that went well. */
async function createEstimated() {
  const room = createEngineRoom()
  await room.connect()
  const load = (await room.submit(['/a'], 'n')).tasks[0]?.id ?? ''
  await room.end(await room.start(load), PARTLY)
  const asked: JobRequest = { action: 'load', paths: ['/a'], name: 'n', options: {}, dryRun: true }
  const dry = (await room.operations.submitJob(ROOT, asked)).tasks[0]?.id ?? ''
  const estimate = { files: 3, bytes: 3, missingBytes: 2 }
  await room.end(await room.start(dry), { estimate })
  expect(room.state.tasks.get(dry)?.status).toBe('succeeded')
  return { ...room, load, dry }
}

test('in view 000 both are there, and the load decides', async () => {
  const { operations, load, dry } = await createEstimated()
  const { items } = await operations.findTasks(ROOT, { name: 'n' })
  expect(items.map(({ task }) => task.id)).toEqual([load, dry])
  expect(toGroupState(items)).toBe('failed')
  expect(toGroupState(items.slice(1))).toBe('success')
})

test('in view 002 the group is as its load was', async () => {
  const { operations, load } = await createEstimated()
  const [named] = (await operations.listNames(ROOT, { name: 'n' })).items
  expect(named?.tasks.map(({ task }) => task.id)).toEqual([load])
})

test('in view 003 the tag stays abnormal', async () => {
  const { operations } = await createEstimated()
  expect(await operations.tagStatus(ROOT, { cluster: 'default', name: 'n' })).toEqual({ total: 1, abnormal: ['/a'] })
})

test('whoever may look may have one, and nothing that changes the cluster', async () => {
  const { operations } = createEngineRoom()
  const asked: JobRequest = { action: 'load', paths: ['/a'], options: {} }
  expect((await operations.submitJob(VIC, { ...asked, dryRun: true })).job.requester).toBe('vic')
  expect((await operations.submitJob(VIC, { ...asked, options: { dryRun: true } })).job.requester).toBe('vic')
  await expect(operations.submitJob(VIC, asked)).rejects.toMatchObject({ code: 'FORBIDDEN' })
})
