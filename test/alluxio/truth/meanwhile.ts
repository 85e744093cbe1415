// what is done while a load runs: the engine has its jobs, and its hands are held until it is done
import { until } from '../../agent/until.ts'
import { type EngineJob, JOB_MS } from '../field.ts'
import type { Ground } from './ground.ts'
import type { Load } from './scenario.ts'

type Held = { readonly path?: string; readonly files: number }

/** Longer, and the job master gives the job worker up. */
const HELD_MS = 25_000

/** Waits until the load of one of a job's tasks has begun. */
export function begun({ stack }: Ground, id: string): Promise<unknown> {
  return until(
    'the load itself',
    async () => {
      const tasks = await stack.tasks(id)
      if (tasks.every(task => task.endedAt !== undefined)) throw new Error('it has ended already')
      return tasks.some(task => task.steps.some(step => step.name === 'load'))
    },
    JOB_MS,
  )
}

/** Keeps the engine from its work until it has this many jobs below `path` and something was done. */
export async function withHandsHeld(
  { cluster, engineJobs }: Ground,
  held: Held,
  act: () => Promise<unknown>,
): Promise<void> {
  await cluster.kill('job-worker', 'STOP')
  await until(
    `the jobs of ${held.files} files`,
    async () => (await engineJobs(held.path)).filter(isOpen).length === held.files,
    HELD_MS,
  )
  await act()
  await cluster.kill('job-worker', 'CONT')
}

/** Loads, and acts when the engine has a job for each file that it is given, and has done none of them. */
export async function meanwhile(ground: Ground, held: Held, act: () => Promise<unknown>): Promise<Load> {
  const id = await ground.begin(held.path ?? '')
  await begun(ground, id)
  await withHandsHeld(ground, held, act)
  return await ground.ended(id)
}

const isOpen = ({ status }: EngineJob): boolean => status === 'CREATED' || status === 'RUNNING'
