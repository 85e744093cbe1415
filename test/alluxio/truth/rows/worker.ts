// a worker that is gone: listings go on counting as cached what it held
import { many } from '../../field.ts'
import type { Ground } from '../ground.ts'
import { real, type Scenario, type Seen } from '../scenario.ts'

const LOST = {
  causes: { 'worker-lost': 20 },
  says: ['1 of 1 workers lost or silent (worker-lost: 20)'],
} as const

/** A load that finds nobody who vouches, and comes through once the worker is back. */
async function loadedAnew(ground: Ground): Promise<Seen> {
  const id = await ground.begin()
  const waiting = await ground.waiting(id)
  const truth = await ground.truth()
  await ground.servers.startWorker()
  const load = await ground.again(waiting)
  return await ground.seenAgain({ waiting, truth, load }, LOST)
}

export const WORKER: readonly Scenario[] = [
  real(7, 'the worker is killed after the load, before the measurement', async ground => {
    await ground.fill(many(20, 'f'))
    ground.field.hook('after', 'distributedLoad', ground.cluster.killLine('worker'))
    return await loadedAnew(ground)
  }),
  real(7, 'the worker was killed long before the load of what it held', async ground => {
    await ground.fill(many(20, 'f'))
    await ground.load()
    await ground.cluster.kill('worker')
    await ground.servers.silent(11)
    return await loadedAnew(ground)
  }),
]
