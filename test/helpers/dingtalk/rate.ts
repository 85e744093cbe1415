// how often a custom robot was called, by the clock handed in
const MINUTE_MS = 60_000

export type Rate = ReturnType<typeof createRate>

/** Twenty messages in any sixty seconds; one more, and the robot is mute for a while. */
export function createRate(options: { now: () => number; blockMs: number }) {
  const accepted: number[] = []
  const attempted: number[] = []
  let blockedUntil = 0
  return {
    attempt: () => void attempted.push(options.now()),
    accept: () => void accepted.push(options.now()),
    /** Whether another message is one too many; that begins the block. */
    isTooMuch(): boolean {
      const now = options.now()
      if (now < blockedUntil) return true
      if (accepted.filter(at => now - at < MINUTE_MS).length < 20) return false
      blockedUntil = now + options.blockMs
      return true
    },
    /** The most messages accepted, and the most requests made, within any sixty seconds. */
    peak: () => ({ accepted: mostWithin(accepted), attempted: mostWithin(attempted) }),
  }
}

function mostWithin(times: readonly number[]): number {
  let first = 0
  let most = 0
  for (const [index, at] of times.entries()) {
    while (at - (times[first] ?? at) >= MINUTE_MS) first += 1
    most = Math.max(most, index - first + 1)
  }
  return most
}
