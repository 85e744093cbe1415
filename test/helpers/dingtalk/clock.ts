// a clock that a test moves, and timers that end together
import type { Clock } from '../../../shared/time.ts'

export type MovingClock = Clock & {
  /** Goes on by so much; what falls due on the way is called in its order, at its time. */
  advance(ms: number): void
  /** As `advance`, in steps; sockets get their turn between two of them. */
  pass(ms: number, stepMs?: number): Promise<void>
  /** Timers that wait. */
  readonly waiting: number
}

/** Makes one that stands still until it is moved. */
export function createMovingClock(startAt = Date.parse('2026-01-05T08:00:00.000Z')): MovingClock {
  let now = startAt
  let serial = 0
  const timers = new Map<number, { readonly at: number; readonly wake: () => void }>()
  const advance = (ms: number): void => {
    const goal = now + ms
    for (;;) {
      let due: [number, { at: number; wake: () => void }] | undefined
      for (const entry of timers) if (entry[1].at <= goal && (due === undefined || entry[1].at < due[1].at)) due = entry
      if (due === undefined) break
      timers.delete(due[0])
      now = Math.max(now, due[1].at)
      due[1].wake()
    }
    now = goal
  }
  return {
    now: () => now,
    after(delayMs, wake) {
      const id = ++serial
      timers.set(id, { at: now + Math.max(0, delayMs), wake })
      return () => void timers.delete(id)
    },
    advance,
    async pass(ms, stepMs = 1_000) {
      for (let left = ms; left > 0; left -= stepMs) {
        advance(Math.min(left, stepMs))
        for (let turn = 0; turn < 4; turn += 1) await new Promise<void>(resolve => setImmediate(resolve))
      }
    },
    get waiting() {
      return timers.size
    },
  }
}

export type Timers = ReturnType<typeof createTimers>

/** Timers on a clock that can all be ended at once. */
export function createTimers(clock: Clock) {
  const cancels = new Set<() => void>()
  return {
    after(delayMs: number, wake: () => void): () => void {
      const stop = clock.after(delayMs, () => {
        cancels.delete(cancel)
        wake()
      })
      const cancel = (): void => {
        cancels.delete(cancel)
        stop()
      }
      cancels.add(cancel)
      return cancel
    },
    end(): void {
      for (const cancel of [...cancels]) cancel()
    },
  }
}
