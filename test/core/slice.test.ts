// one load from the ask to the end of its job
import { expect, test } from 'vitest'
import { createWorld } from './world.ts'

test('a load is placed, starts, ends, is judged, and ends its job', () => {
  const world = createWorld()
  const agent = world.agent({ name: 'a1' })
  const { jobId, taskIds, events } = world.submit(['/data/a'])
  const [taskId] = taskIds
  expect(events.map(event => event.type)).toEqual(['job.created', 'job.asked', 'task.created', 'allocation.placed'])
  expect(world.job(jobId)).toMatchObject({ number: 1, status: 'queued', live: 1, waiting: { work: 0 } })

  world.start(taskId!)
  expect(world.task(taskId!)).toMatchObject({ status: 'running', attempts: 1 })
  expect(world.job(jobId).status).toBe('running')

  const ended = world.end(taskId!)
  expect(ended.events.map(event => event.type)).toEqual(['agent.taken', 'allocation.ended', 'task.ended', 'job.ended'])
  expect(world.task(taskId!)).toMatchObject({ status: 'succeeded', verdict: { ok: true, kind: 'cached' } })
  expect(world.job(jobId)).toMatchObject({ status: 'succeeded', live: 0, counts: { total: 1, succeeded: 1 } })
  expect(world.job(jobId).endedAt).toBeDefined()
  expect(world.state.agents.get(agent.id)?.taken).toBe(3)
})
