// how often progress is told: at most twice a second for each allocation, and only the newest
import type { Id } from '../shared/ids.ts'
import { type Clock, SECOND } from '../shared/time.ts'
import type { Report } from '../shared/wire.ts'

export type ProgressReport = Extract<Report, { type: 'progress' }>

export type Pacing = {
  say(report: ProgressReport): void
  /** Forgets what waits, because something final was said. */
  drop(allocation: Id): void
  close(): void
}

const PROGRESS_MS = SECOND / 2
type Slot = { newest: ProgressReport | undefined; cancel: () => void }

/**
 * Thins out progress.
 * @param isAwaited whether an earlier progress report of the allocation was not taken yet: then the newest waits on
 */
export function createPacing(deps: {
  clock: Clock
  deliver: (report: ProgressReport) => void
  isAwaited: (allocation: Id) => boolean
}): Pacing {
  const slots = new Map<Id, Slot>()
  const tick = (allocation: Id): void => {
    const slot = slots.get(allocation)
    if (slot?.newest === undefined) return void slots.delete(allocation)
    if (!deps.isAwaited(allocation)) {
      deps.deliver(slot.newest)
      slot.newest = undefined
    }
    slot.cancel = deps.clock.after(PROGRESS_MS, () => tick(allocation))
  }
  const drop = (allocation: Id): void => {
    slots.get(allocation)?.cancel()
    slots.delete(allocation)
  }
  return {
    say(report) {
      const { allocation } = report
      const slot = slots.get(allocation)
      if (slot !== undefined) slot.newest = report
      else {
        const waits = deps.isAwaited(allocation)
        if (!waits) deps.deliver(report)
        const cancel = deps.clock.after(PROGRESS_MS, () => tick(allocation))
        slots.set(allocation, { newest: waits ? report : undefined, cancel })
      }
    },
    drop,
    close() {
      for (const allocation of [...slots.keys()]) drop(allocation)
    },
  }
}
