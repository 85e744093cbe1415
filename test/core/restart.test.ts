// restart policies: how often, after how long, and what does not count
import { describe, expect, test } from 'vitest'
import type { TaskOptions } from '../../shared/actions.ts'
import { DAY, MINUTE, SECOND, toInstant } from '../../shared/time.ts'
import type { Cause } from '../../shared/verdict.ts'
import { ANN, BOB, createWorld, EXIT_0, ending, findings, measured, type World } from './world.ts'

const failing = (cause: Cause = 'unknown') =>
  ending({ findings: findings({ after: measured(3, 1), missingTotal: 2, missingByCause: { [cause]: 2 } }) })
const policy = (attempts: number, delaySeconds = 15): TaskOptions => ({ restart: { attempts, delaySeconds } })

function fail(world: World, taskId: string, cause?: Cause): void {
  world.start(taskId)
  world.end(taskId, failing(cause))
}

/** One load with this policy on one agent. */
function createLoad(options: TaskOptions) {
  const world = createWorld()
  world.agent()
  const { jobId, taskIds } = world.submit(['/a'], { options })
  return { world, jobId, taskId: taskIds[0]! }
}

describe('a restart policy', () => {
  test.each([0, 1, 3])('of %i attempts allows so many more', attempts => {
    const { world, jobId, taskId } = createLoad(policy(attempts))
    for (let n = 0; n < attempts; n += 1) {
      fail(world, taskId)
      expect(world.task(taskId)).toMatchObject({ status: 'queued', restarts: n + 1 })
      expect(world.task(taskId).notBefore).toBe(toInstant(world.now + 15 * SECOND))
      world.wait(15 * SECOND - 1)
      expect(world.task(taskId).attempts).toBe(n + 1)
      world.wait(1)
      expect(world.task(taskId).attempts).toBe(n + 2)
    }
    fail(world, taskId)
    expect(world.task(taskId)).toMatchObject({ status: 'failed', attempts: attempts + 1 })
    expect(world.job(jobId).status).toBe('failed')
    expect([...world.state.allocations.find('task', taskId)]).toHaveLength(attempts + 1)
  })

  test('without a delay places again at once, and only what was missing', () => {
    const { world, taskId } = createLoad(policy(1, 0))
    world.start(taskId)
    const missing = [{ path: '/a/x', cause: 'unknown' as const }]
    const found = findings({ after: measured(3, 2), missing, missingTotal: 1, missingByCause: { unknown: 1 } })
    world.end(taskId, { findings: found })
    world.wait(0)
    expect(world.task(taskId)).toMatchObject({ attempts: 2, targets: { paths: ['/a/x'] } })
  })

  test('waits for causes that pass first, which costs no restart', () => {
    const { world, taskId } = createLoad(policy(1))
    fail(world, taskId, 'no-job-worker')
    expect(world.task(taskId)).toMatchObject({ passedAgain: 1, restarts: 0 })
    world.wait(MINUTE)
    fail(world, taskId, 'no-job-worker')
    world.wait(5 * MINUTE)
    fail(world, taskId, 'no-job-worker')
    expect(world.task(taskId)).toMatchObject({ status: 'queued', passedAgain: 2, restarts: 1 })
    world.wait(15 * SECOND)
    fail(world, taskId, 'no-job-worker')
    expect(world.task(taskId)).toMatchObject({ status: 'failed', attempts: 4 })
  })

  test('ends with a stop, before and while it waits', () => {
    const { world, jobId, taskId } = createLoad(policy(3))
    world.start(taskId)
    world.ask({ type: 'job.stop', actor: ANN, jobId })
    world.end(taskId, failing())
    expect(world.task(taskId)).toMatchObject({ status: 'stopped', restarts: 0 })

    const other = createLoad(policy(3))
    fail(other.world, other.taskId)
    other.world.ask({ type: 'job.stop', actor: ANN, jobId: other.jobId })
    expect(other.world.job(other.jobId).status).toBe('stopped')
    other.world.wait(MINUTE)
    expect(other.world.task(other.taskId).attempts).toBe(1)
  })

  test('outlives a restart of the daemon', () => {
    const { world, taskId } = createLoad(policy(1, 600))
    fail(world, taskId)
    world.ask({ type: 'daemon.started' })
    world.agent({ name: 'b' })
    world.wait(600 * SECOND - 1)
    expect(world.task(taskId).attempts).toBe(1)
    expect(world.nextDue()).toBe(world.now + 1)
    world.wait(1)
    expect(world.task(taskId)).toMatchObject({ attempts: 2, restarts: 1 })
  })

  test('begins anew when somebody retries', () => {
    const { world, jobId, taskId } = createLoad(policy(1, 0))
    for (const _ of [1, 2]) fail(world, taskId)
    world.ask({ type: 'job.retry', actor: ANN, jobId, only: 'failed' })
    expect(world.task(taskId).restarts).toBe(0)
    fail(world, taskId)
    expect(world.task(taskId)).toMatchObject({ restarts: 1, status: 'queued' })
  })

  test('counts a run whose time is over, and what is no load', () => {
    const { world, taskId } = createLoad({ ...policy(1), timeoutSeconds: 60 })
    world.start(taskId)
    world.wait(MINUTE)
    world.end(taskId, { ...failing(), exit: { reason: 'stopped' } })
    expect(world.task(taskId)).toMatchObject({ status: 'queued', restarts: 1 })
    const [free] = world.submit(['/f'], { action: 'free', options: policy(1) }).taskIds
    world.start(free!)
    world.end(free!, { exit: { reason: 'exited', code: 255 } })
    expect(world.task(free!)).toMatchObject({ status: 'queued', restarts: 1 })
  })

  test('is not asked by what succeeds or is lost', () => {
    const { world, taskId } = createLoad(policy(3))
    world.start(taskId)
    world.end(taskId, { exit: { reason: 'lost' } })
    expect(world.task(taskId)).toMatchObject({ lostAgain: 1, restarts: 0, attempts: 2 })
    world.start(taskId)
    world.end(taskId, { exit: EXIT_0 })
    expect(world.task(taskId)).toMatchObject({ status: 'succeeded', restarts: 0 })
  })
})

describe('who follows a load with a restart policy', () => {
  const later = policy(2, DAY / SECOND)

  test('has its answer when that fails, unless it has a policy of its own', () => {
    const { world, taskId } = createLoad(later)
    const [plain] = world.submit(['/a'], { actor: BOB }).taskIds
    const [stubborn] = world.submit(['/a'], { actor: BOB, options: policy(1) }).taskIds
    fail(world, taskId)
    expect(world.task(plain!)).toMatchObject({ status: 'failed', verdict: { ok: false } })
    expect(world.task(stubborn!)).toMatchObject({ status: 'queued', attachedTo: taskId })
    // somebody waits for it who did not ask for a day
    expect(world.task(taskId).notBefore).toBe(toInstant(world.now + 5 * MINUTE))
  })

  test('is not made to wait for its delay', () => {
    const { world, taskId } = createLoad(later)
    fail(world, taskId)
    expect(world.task(taskId).notBefore).toBe(toInstant(world.now + DAY))
    const [next] = world.submit(['/a'], { actor: BOB }).taskIds
    expect(world.task(next!).attachedTo).toBe(taskId)
    expect(world.task(taskId).notBefore).toBe(toInstant(world.now + 5 * MINUTE))
    world.wait(5 * MINUTE)
    expect(world.task(taskId).attempts).toBe(2)
  })

  test('is handed over with a policy of its own when the leader gives up', () => {
    const { world, taskId } = createLoad({})
    const [own] = world.submit(['/a'], { actor: BOB, options: policy(1) }).taskIds
    fail(world, taskId)
    expect(world.task(taskId).status).toBe('failed')
    expect(world.task(own!)).toMatchObject({ status: 'queued', attempts: 1, restarts: 0 })
    fail(world, own!)
    expect(world.task(own!)).toMatchObject({ status: 'queued', restarts: 1 })
  })
})
