// at most so many calls within so long, kept in memory
import type { Clock } from '../../shared/time.ts'

export type Pace = {
  /** Ms until there is room for a call; 0 is now. */
  waitMs(): number
  /** One call begins. */
  take(): void
}

/** Makes one over a sliding window. */
export function createPace(clock: Clock, most: number, withinMs: number): Pace {
  const begun: number[] = []
  const fresh = (): number[] => {
    const now = clock.now()
    // one ahead of now is of a clock that was set back
    while (begun[0] !== undefined && (begun[0] <= now - withinMs || begun[0] > now)) begun.shift()
    return begun
  }
  return {
    waitMs() {
      const calls = fresh()
      const oldest = calls.length < most ? undefined : calls[0]
      return oldest === undefined ? 0 : oldest + withinMs - clock.now()
    },
    take() {
      fresh().push(clock.now())
    },
  }
}
