// several paths in one job: all of their tasks, and what a person reads of them
import type { Job, Task } from '../../../shared/job.ts'
import type { Ground } from './ground.ts'
import { exitOf, type Seen, type Truth, toWords } from './scenario.ts'

export type Several = {
  readonly code: number
  readonly text: string
  readonly job: Job
  /** In the order of the paths. */
  readonly tasks: readonly Task[]
}

/** Waits for the end of a job of several paths. */
export async function allEnded({ stack }: Ground, id: string): Promise<Several> {
  const { code, stdout, stderr } = await stack.gander(['wait', id])
  return { code, text: `${stdout}${stderr}`, job: await stack.job(id), tasks: await stack.tasks(id) }
}

/** Hands in several paths, spelled as they are, as one job. */
export async function handIn({ stack }: Ground, paths: readonly string[]): Promise<string> {
  return (await stack.submit({ action: 'load', paths, options: {} })).id
}

/** One line of the table for all of them. */
export function toSeen({ tasks, job }: Several, truth: Truth): Seen {
  const exits = tasks.filter(task => task.attachedTo === undefined).map(exitOf)
  const good = tasks.every(task => task.verdict?.ok === true)
  return {
    exit: { words: [...new Set(exits.map(({ words }) => words))].join(' and '), good: exits.every(exit => exit.good) },
    truth,
    said: `${job.status}; ${tasks.map(toWords).join('; ')}`,
    good,
  }
}
