// removing a job: gone for everybody at once, its rows when nothing of it runs any more
import { describe, expect, test } from 'vitest'
import type { Id } from '../../shared/ids.ts'
import { ANN, BOB, codeOf, createWorld, ending, findings, measured, type World } from './world.ts'

const purge = (world: World, jobId: Id) => world.ask({ type: 'job.purge', actor: ANN, jobId })
const sizes = ({ state }: World) =>
  [state.jobs, state.tasks, state.allocations, state.submissions, state.keys, state.warmed].map(table => table.size)

/** An agent and a load that runs there. */
function createRunning() {
  const world = createWorld()
  const agent = world.agent({ work: 4 })
  const { jobId, taskIds } = world.submit(['/a'], { name: 'n', idempotency: { key: 'k', fingerprint: 'f' } })
  world.start(taskIds[0]!)
  return { world, agent, jobId, taskId: taskIds[0]! }
}

describe('a job that is removed', () => {
  test('goes at once when it has ended, and with it what was known of its paths', () => {
    const { world, jobId, taskId } = createRunning()
    world.end(taskId)
    expect(world.state.warmed.size).toBe(1)
    const allocationIds = [world.run(taskId).id]
    const { events } = purge(world, jobId)
    expect(sizes(world)).toEqual([0, 0, 0, 0, 0, 0])
    // whoever keeps its output hears of it
    expect(events).toContainEqual({ type: 'job.removed', jobId, allocationIds })
  })

  test('is known to nobody while it still runs, and goes when its agent has stopped it', () => {
    const { world, jobId, taskId } = createRunning()
    purge(world, jobId)
    expect(world.run(taskId).desired).toBe('stop')
    const asks = [
      () => purge(world, jobId),
      () => world.ask({ type: 'job.stop', actor: ANN, jobId }),
      () => world.ask({ type: 'job.retry', actor: ANN, jobId, only: 'all' }),
      () => world.ask({ type: 'task.stop', actor: ANN, taskId }),
    ]
    expect(asks.map(codeOf)).toEqual(['JOB_NOT_FOUND', 'JOB_NOT_FOUND', 'JOB_NOT_FOUND', 'TASK_NOT_FOUND'])
    world.end(taskId, { exit: { reason: 'stopped' } })
    expect(sizes(world)).toEqual([0, 0, 0, 0, 0, 0])
  })

  test('leaves its name, paths and key to a new one at once', () => {
    const { world, jobId, taskId } = createRunning()
    purge(world, jobId)
    const idempotency = { key: 'k', fingerprint: 'other' }
    const again = world.submit(['/a'], { name: 'n', resume: true, idempotency })
    expect(again).not.toHaveProperty('met')
    expect(again.jobId).not.toBe(jobId)
    expect(world.task(again.taskIds[0]!).attachedTo).toBeUndefined()
    world.end(taskId, { exit: { reason: 'stopped' } })
    expect(world.submit(['/a'], { name: 'n', idempotency })).toMatchObject({ jobId: again.jobId, repeated: true })
  })

  test('that came to a good end before the stop reached it leaves nothing warm', () => {
    const { world, jobId, taskId } = createRunning()
    purge(world, jobId)
    world.end(taskId)
    expect(sizes(world)).toEqual([0, 0, 0, 0, 0, 0])
    const [again] = world.submit(['/a']).taskIds
    expect(world.run(again!).stage).toBe('full')
  })

  test('hands over to those of other jobs who followed it', () => {
    const { world, jobId, taskId } = createRunning()
    const followers = [world.submit(['/a'], { actor: BOB }), world.submit(['/a/b'], { actor: BOB })]
    const [same, below] = followers.map(one => one.taskIds[0]!)
    expect([same, below].map(id => world.task(id!).attachedTo)).toEqual([taskId, taskId])
    purge(world, jobId)
    world.end(taskId, { exit: { reason: 'stopped' }, findings: findings({ after: measured(3, 1) }) })
    expect(world.state.tasks.get(taskId)).toBeUndefined()
    expect(world.task(same!)).toMatchObject({ status: 'queued', attempts: 1 })
    expect(world.task(same!).attachedTo).toBeUndefined()
    expect(world.task(below!).attachedTo).toBe(same)
    world.start(same!)
    world.end(same!, ending({ cuts: [] }))
    expect(world.task(same!).status).toBe('succeeded')
  })

  test('ends well for who followed it when all was there', () => {
    const { world, jobId, taskId } = createRunning()
    const [same] = world.submit(['/a'], { actor: BOB }).taskIds
    purge(world, jobId)
    world.end(taskId, { exit: { reason: 'stopped' } })
    expect(world.task(same!)).toMatchObject({ status: 'succeeded', verdict: { ok: true } })
  })

  test('whose agent never comes back goes after the grace period, and a late word is no harm', () => {
    const { world, agent, jobId, taskId } = createRunning()
    const allocation = world.run(taskId).id
    world.gone(agent.id)
    purge(world, jobId)
    expect(world.state.jobs.size).toBe(1)
    world.wait(world.settings.graceMs - 1)
    expect(world.state.jobs.size).toBe(1)
    world.wait(1)
    expect(sizes(world)).toEqual([0, 0, 0, 0, 0, 0])
    expect(world.hello(agent, [{ allocation, state: 'running' }])).toMatchObject({ stop: [allocation] })
    const late = world.report(agent.id, { type: 'ended', allocation, ending: ending() })
    expect(late.events.map(event => event.type)).toEqual(['agent.taken'])
  })

  test('that waits for its restart, or for an agent, goes at once', () => {
    const world = createWorld()
    const { jobId } = world.submit(['/a', '/a/b', '/c'])
    purge(world, jobId)
    expect(sizes(world)).toEqual([0, 0, 0, 0, 0, 0])
  })

  test('belongs to somebody', () => {
    const { world, jobId } = createRunning()
    expect(codeOf(() => world.ask({ type: 'job.purge', actor: BOB, jobId }))).toBe('FORBIDDEN')
    expect(world.job(jobId).desired).toBe('run')
  })
})
