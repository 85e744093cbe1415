// the daemon's engine with the agent of one coordinator, which looks every few milliseconds
import { onTestFinished } from 'vitest'
import { dispatch } from '../../bot/agents/dispatcher.ts'
import { createCoordinator } from '../../bot/coordinator/coordinator.ts'
import type { Limits } from '../../bot/coordinator/room.ts'
import { createOrderBook } from '../../bot/engine/desk.ts'
import type { ActionName, AskedOptions } from '../../shared/actions.ts'
import { GUARD } from '../../shared/guard.ts'
import { createClock } from '../../shared/time.ts'
import { until } from '../agent/until.ts'
import { ROOT } from '../core/world.ts'
import { createEngineRoom } from '../engine/room.ts'
import { createFakeCoordinator } from '../helpers/fake-coordinator.ts'
import { createHeardLog } from '../helpers/room.ts'

export type CoordinatorRoom = Awaited<ReturnType<typeof createCoordinatorRoom>>
type Options = { readonly edition?: '3.6' | '3.7'; readonly limits?: Partial<Limits> }

export async function createCoordinatorRoom({ edition = '3.6', limits = {} }: Options = {}) {
  const fake = await createFakeCoordinator({ edition })
  const room = createEngineRoom({ settings: { clusters: ['ai'], defaultCluster: 'ai' } })
  const orders = createOrderBook({ state: room.state, settings: { guard: GUARD } })
  const door = { ...room.desk, ...orders }
  const { log, heard } = createHeardLog()
  const make = () =>
    createCoordinator({
      ...{ cluster: 'ai', url: fake.url, door, clock: createClock(), log, version: '0.0.0' },
      limits: { pollMs: 5, retryMs: 10, giveUpMs: 10_000, ...limits },
    })
  let agent = make()
  room.frames.subscribe(frame => {
    for (const event of frame.events)
      dispatch(event, orders, (agentId, message) => agentId === agent.agentId && agent.send(message))
  })
  await agent.start()
  return {
    ...{ fake, log: heard, operations: room.operations, state: room.state },
    get agentId() {
      return agent.agentId
    },
    async ask(action: ActionName, path: string, options: AskedOptions = {}) {
      const request = { action, paths: path === '' ? [] : [path], cluster: 'ai', options }
      const { job, tasks } = await room.operations.submitJob(ROOT, request)
      return { job: job.id, task: tasks[0]?.id ?? '' }
    },
    task: async (job: string) => {
      const [first] = (await room.operations.listTasks(ROOT, job, {})).items
      if (first === undefined) throw new Error('the job has no task')
      return first
    },
    /** The only task of a job, once it has ended. */
    ended: (job: string) =>
      until('the end', async () => {
        const [first] = (await room.operations.listTasks(ROOT, job, {})).items
        return first?.endedAt !== undefined && first
      }),
    /** A job at the coordinator, once it is there. */
    given: (path: string) => until(`${path} at the coordinator`, () => fake.job(path)),
    async output(taskId: string) {
      const [reader] = await room.operations.openOutput(ROOT, { taskId }, 'output')
      return Buffer.from((await reader?.read(0, 1_000_000)) ?? []).toString()
    },
    /** The daemon's part goes and comes again, with the same state. */
    async restart() {
      await agent.close()
      agent = make()
      await agent.start()
    },
    async close() {
      await agent.close()
      await room.engine.close()
      await fake.stop()
    },
  }
}

/** The same for one test, closed when that has ended. */
export async function openCoordinatorRoom(options: Parameters<typeof createCoordinatorRoom>[0] = {}) {
  const room = await createCoordinatorRoom(options)
  onTestFinished(() => room.close())
  return room
}
