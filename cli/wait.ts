// waits until jobs have ended, tells meanwhile, then tells what became of each path
import type { Job } from '../shared/job.ts'
import { createBar } from './bar.ts'
import { follow } from './event-stream.ts'
import { EXIT } from './failure.ts'
import { createInterrupt } from './interrupt.ts'
import { combineExits, hasEnded } from './outcome.ts'
import { tellResult } from './result.ts'
import type { Context } from './verb.ts'
import { createLines, createObjects, type Watcher } from './watcher.ts'

/** Waits for all of them, one after the other; the answer is the exit code for all together. */
export async function waitForJobs(context: Context, jobs: readonly Job[]): Promise<number> {
  const watcher = toWatcher(context)
  const interrupt = createInterrupt(context, jobs, watcher)
  try {
    const exits: number[] = []
    for (const job of jobs) {
      const ended = await waitForJob(context, { job, watcher, signal: interrupt.detached })
      if (ended === undefined) return EXIT.detached
      watcher.rest()
      exits.push(await tellResult(context, ended))
    }
    return combineExits(exits)
  } catch (thrown) {
    if (interrupt.detached.aborted) return EXIT.detached
    throw thrown
  } finally {
    watcher.rest()
    interrupt.close()
  }
}

/** The ended job, or undefined when the person at the keyboard has left meanwhile. */
export async function waitForJob(
  context: Context,
  of: { readonly job: Job; readonly watcher: Watcher; readonly signal: AbortSignal },
): Promise<Job | undefined> {
  if (hasEnded(of.job)) return of.job
  await of.watcher.update(of.job)
  for await (const heard of follow(context.api, { job: of.job.id }, of.signal)) {
    if (heard.kind === 'away') of.watcher.away()
    if (heard.kind !== 'job') continue
    await of.watcher.update(heard.job)
    if (hasEnded(heard.job)) return heard.job
  }
  return undefined
}

function toWatcher({ screen, options }: Context): Watcher {
  if (options.json) return createObjects(screen)
  return screen.live ? createBar(screen) : createLines(screen)
}
