// clocks that run faster than the wall: one that waits for a busy process, one that several processes can share
import type { Clock } from '../../../shared/time.ts'

export type FastClock = Clock & {
  /** Resolves after so much of its time (ms). */
  wait(ms: number): Promise<void>
  setSpeed(speed: number): void
  close(): void
}

type Timer = { readonly at: number; readonly wake: () => void; cancelled: boolean }

/** A process that was busy for longer than this (ms of the wall) is not held to have lost that time. */
const MOST_STEP_MS = 10

/**
 * Runs `speed` times as fast as the wall, but stands while this process is too busy to look at it: nothing is late only
 * because the machine is slow.
 */
export function createPacedClock(given: { readonly speed: number; readonly startAt: number }): FastClock {
  let { speed } = given
  let base = given.startAt
  let seenAt = performance.now()
  let next: NodeJS.Timeout | undefined
  let closed = false
  const heap = createHeap()
  const now = (): number => Math.floor(base + Math.min(performance.now() - seenAt, MOST_STEP_MS) * speed)
  const step = (): void => {
    base = now()
    seenAt = performance.now()
    next = undefined
    for (let timer = heap.takeDue(base); timer !== undefined; timer = heap.takeDue(base)) {
      if (!timer.cancelled) timer.wake()
    }
    arm()
  }
  const arm = (): void => {
    if (!closed) next ??= setTimeout(step, 1)
  }
  arm()
  const after: Clock['after'] = (delayMs, wake) => {
    const timer: Timer = { at: now() + Math.max(0, delayMs), wake, cancelled: false }
    heap.put(timer)
    return () => {
      timer.cancelled = true
    }
  }
  return {
    ...{ now, after },
    wait: ms => new Promise(resolve => void after(ms, resolve)),
    setSpeed(faster) {
      base = now()
      seenAt = performance.now()
      speed = faster
    },
    close() {
      closed = true
      clearTimeout(next)
    },
  }
}

/** When the clocks of several processes began, and how fast they run: each makes its own of it. */
export type Anchor = { readonly speed: number; readonly startAt: number; readonly wallAt: number }

/** Runs `speed` times as fast as the wall, whatever happens. */
export function createSharedClock({ speed, startAt, wallAt }: Anchor): FastClock {
  const timers = new Set<NodeJS.Timeout>()
  const after: Clock['after'] = (delayMs, wake) => {
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        wake()
      },
      Math.min(2 ** 31 - 1, Math.max(0, delayMs) / speed),
    )
    timers.add(timer)
    return () => {
      timers.delete(timer)
      clearTimeout(timer)
    }
  }
  return {
    now: () => Math.floor(startAt + (Date.now() - wallAt) * speed),
    after,
    wait: ms => new Promise(resolve => void after(ms, resolve)),
    setSpeed: () => {
      // the other processes would not know
    },
    close() {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}

/** Timers by their instant; those of one instant in the order in which they were put. */
function createHeap() {
  const items: { readonly timer: Timer; readonly serial: number }[] = []
  let serial = 0
  const isBefore = (a: number, b: number): boolean => {
    const [one, other] = [items[a], items[b]]
    if (one === undefined || other === undefined) return false
    return one.timer.at < other.timer.at || (one.timer.at === other.timer.at && one.serial < other.serial)
  }
  const swap = (a: number, b: number): void => {
    const [one, other] = [items[a], items[b]]
    if (one === undefined || other === undefined) return
    items[a] = other
    items[b] = one
  }
  return {
    put(timer: Timer): void {
      serial += 1
      items.push({ timer, serial })
      for (let at = items.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1
        if (!isBefore(at, parent)) break
        swap(at, parent)
        at = parent
      }
    },
    takeDue(now: number): Timer | undefined {
      const first = items[0]
      if (first === undefined || first.timer.at > now) return undefined
      swap(0, items.length - 1)
      items.pop()
      for (let at = 0; ; ) {
        const [left, right] = [2 * at + 1, 2 * at + 2]
        const least = isBefore(right, left) ? right : left
        if (!isBefore(least, at)) break
        swap(at, least)
        at = least
      }
      return first.timer
    },
  }
}
