// loads that the guard refuses: what becomes of them, and of those that follow them
import { expect, test } from 'vitest'
import { createOrderBook } from '../../bot/engine/desk.ts'
import type { Guard } from '../../shared/guard.ts'
import { ANN, createWorld, findings, measured, must, type World } from './world.ts'

const REFUSAL = {
  exit: { reason: 'refused', message: 'no room' } as const,
  findings: findings({ before: measured(3, 1), missingTotal: 2, missingByCause: { 'no-space': 2 } }),
}
const allocationsOf = (world: World, id: string) => world.state.allocations.countOf('task', id)

test('every order carries the guard that was configured', () => {
  const guard: Guard = { beyondCapacity: 'warn', beyondFree: 'off' }
  const world = createWorld({ settings: { guard } })
  world.agent()
  const [id] = world.submit(['/a']).taskIds as [string]
  expect(must(createOrderBook(world).orderOf(world.run(id).id)).order).toMatchObject({ guard, only: [] })
})

test('a refused load has failed at once, with its figures, and is not tried again by itself', () => {
  const world = createWorld()
  world.agent()
  const { taskIds, jobId } = world.submit(['/a'])
  const [id] = taskIds as [string]
  world.start(id)
  world.end(id, REFUSAL)
  expect(world.task(id)).toMatchObject({
    status: 'failed',
    waiting: false,
    exit: REFUSAL.exit,
    verdict: { kind: 'partly', missingByCause: { 'no-space': 2 } },
  })
  expect(world.nextDue()).toBeGreaterThan(world.now + 1_000_000)
  world.ask({ type: 'job.retry', actor: ANN, jobId, only: 'failed' })
  expect(world.task(id)).toMatchObject({ status: 'queued', attempts: 2 })
})

test('a refusal before anything began is an end like any other', () => {
  const world = createWorld()
  world.agent()
  const [id] = world.submit(['/a']).taskIds as [string]
  world.end(id, { ...REFUSAL, started: false })
  expect(world.task(id)).toMatchObject({ status: 'failed', verdict: { kind: 'partly' } })
  expect(world.run(id)).toMatchObject({ status: 'failed', started: false })
})

test('a placement that is refused for good has no verdict: nobody looked', () => {
  const world = createWorld()
  const agent = world.agent()
  const [id] = world.submit(['/a']).taskIds as [string]
  world.report(agent.id, { type: 'refused', allocation: world.run(id).id, reason: 'no such thing', moveOn: false })
  expect(world.task(id)).toMatchObject({ status: 'failed', exit: { reason: 'refused', message: 'no such thing' } })
  expect(world.task(id).verdict).toBeUndefined()
})

test('who follows a refused load is refused with it only when it asks for the same', () => {
  const world = createWorld()
  world.agent({ work: 1 })
  const [leader] = world.submit(['/a']).taskIds as [string]
  const [same, part] = world.submit(['/a/', '/a/x']).taskIds as [string, string]
  const [forced] = world.submit(['/a'], { options: { force: true } }).taskIds as [string]
  expect([same, part, forced].map(id => world.task(id).attachedTo)).toEqual([leader, leader, leader])
  world.start(leader)
  world.end(leader, {
    ...REFUSAL,
    cuts: [{ task: part, findings: findings({ before: measured(1, 1), after: measured(1, 1) }) }],
  })
  expect(world.task(same)).toMatchObject({ status: 'failed', verdict: { kind: 'partly' } })
  // the whole path is forced now, and its part goes with it
  expect(world.task(forced)).toMatchObject({ status: 'queued', attempts: 1 })
  expect(world.task(part)).toMatchObject({ status: 'queued', attachedTo: forced })
  expect([same, part].map(id => allocationsOf(world, id))).toEqual([0, 0])
})
