// waiting for something, but not for ever
import type { Clock } from '../../shared/time.ts'

/** Resolves when the work is done, however it ended, or when the time (ms) is over. */
export function within(clock: Clock, work: Promise<unknown>, mostMs: number): Promise<void> {
  return new Promise(resolve => {
    const cancel = clock.after(mostMs, resolve)
    const done = (): void => {
      cancel()
      resolve()
    }
    work.then(done, done)
  })
}
