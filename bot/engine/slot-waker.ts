// when slots whose wait is over are let go: at once, and when that cannot be saved a little later each time
import { backoffMs } from '../../shared/backoff.ts'
import { type Clock, MINUTE, SECOND } from '../../shared/time.ts'
import { nextWake } from '../core/slot-waits.ts'
import type { State } from '../core/state.ts'

export type SlotWaker = {
  /** How long until the next slot is to be let go, at the latest; undefined: none waits for a time. */
  delayMs(): number | undefined
  /** Whether one may be let go now. */
  isDue(): boolean
  /** Hears whether a frame that must not use the reserve was saved. */
  heed(isSaved: boolean): void
}

const RETRY = { minMs: SECOND, maxMs: MINUTE }

/** Makes it. While nothing can be saved the slots stay as they are, and wait. */
export function createSlotWaker({ state, clock }: { readonly state: State; readonly clock: Clock }): SlotWaker {
  let failures = 0
  let retryAt = 0

  function restMs(now: number): number {
    // a clock that was set back puts nothing off
    return retryAt - now > RETRY.maxMs ? 0 : Math.max(0, retryAt - now)
  }

  return {
    delayMs() {
      const next = nextWake(state)
      if (next === undefined) return undefined
      const now = clock.now()
      return Math.max(restMs(now), next - now, 0)
    },
    isDue() {
      const next = nextWake(state)
      const now = clock.now()
      // the wait is over at some moment of that second
      return next !== undefined && next - SECOND < now && restMs(now) === 0
    },
    heed(isSaved) {
      failures = isSaved ? 0 : failures + 1
      retryAt = isSaved ? 0 : clock.now() + backoffMs(failures - 1, RETRY, 1)
    },
  }
}
