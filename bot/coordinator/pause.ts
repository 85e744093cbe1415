// waiting that a signal cuts short
import type { Clock } from '../../shared/time.ts'

/** Resolves after `ms`, or at once when one of the signals is aborted. */
export function pause(clock: Clock, ms: number, ...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise(resolve => {
    if (signals.some(signal => signal.aborted)) return resolve()
    const end = (): void => {
      cancel()
      for (const signal of signals) signal.removeEventListener('abort', end)
      resolve()
    }
    const cancel = clock.after(ms, end)
    for (const signal of signals) signal.addEventListener('abort', end)
  })
}
