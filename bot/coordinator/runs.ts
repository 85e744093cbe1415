// the runs that are under way at one coordinator: each order once, and how many jobs they are there
import { toCoordinatorKey } from '../../shared/adopted.ts'
import { toError } from '../../shared/errors.ts'
import type { Id } from '../../shared/ids.ts'
import type { Report, RunOrder } from '../../shared/wire.ts'

import type { Past, Run, RunDeps } from './room.ts'
import { createRun } from './run.ts'

export type Runs = {
  /** Twice is once. */
  begin(order: RunOrder, past: Past): void
  /** What is not known here certainly does not run. */
  stop(allocation: Id): void
  readonly size: number
  /** Jobs at the coordinator: the tasks of an adopted submission are one. */
  readonly jobs: number
  settled(): Promise<void>
}

/** Makes an empty set. */
export function createRuns(room: RunDeps): Runs {
  const runs = new Map<Id, Run>()
  const jobs = new Map<string, number>()
  const count = (name: string, by: number): void => {
    const sum = (jobs.get(name) ?? 0) + by
    if (sum === 0) jobs.delete(name)
    else jobs.set(name, sum)
  }
  return {
    begin(order, past) {
      const { allocation } = order
      if (runs.has(allocation) || room.signal.aborted) return
      const name = JSON.stringify(toCoordinatorKey(order))
      const run = createRun(room, order, past)
      runs.set(allocation, run)
      count(name, 1)
      const end = (): void => {
        runs.delete(allocation)
        count(name, -1)
      }
      run.done.then(end, cause => {
        end()
        room.log.error('a run failed by our own mistake', { allocation, error: toError(cause) })
        void room.voice.say(toEnded(allocation, 'lost'))
      })
    },
    stop(allocation) {
      const run = runs.get(allocation)
      if (run !== undefined) run.stop()
      else void room.voice.say(toEnded(allocation, 'stopped'))
    },
    get size() {
      return runs.size
    },
    get jobs() {
      return jobs.size
    },
    async settled() {
      await Promise.allSettled(Array.from(runs.values(), run => run.done))
    },
  }
}

function toEnded(allocation: Id, reason: 'lost' | 'stopped'): Report {
  const ending = { exit: { reason }, started: reason === 'lost', cuts: [], outputBytes: 0, missingBytes: 0, notes: [] }
  return { type: 'ended', allocation, ending }
}
