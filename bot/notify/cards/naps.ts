// waits that all end when their owner is closed
import type { Clock } from '../../../shared/time.ts'

export type Naps = {
  /** True after so many ms; false as soon as `close` was called. */
  take(ms: number): Promise<boolean>
  close(): void
}

/** Makes the waits of one owner. */
export function createNaps(clock: Clock): Naps {
  const sleepers = new Set<() => void>()
  let closed = false
  return {
    take(ms) {
      if (closed) return Promise.resolve(false)
      return new Promise(resolve => {
        const end = (rested: boolean): void => {
          sleepers.delete(wake)
          disarm()
          resolve(rested)
        }
        const wake = (): void => end(false)
        sleepers.add(wake)
        const disarm = clock.after(ms, () => end(true))
      })
    },
    close() {
      closed = true
      for (const wake of [...sleepers]) wake()
    },
  }
}
