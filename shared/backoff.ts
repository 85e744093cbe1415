// how long to wait before trying again

/**
 * Full-jitter back-off: a random wait between `minMs` and min(`maxMs`, `minMs` · 2^attempt).
 * @param attempt failures so far, from 0
 * @param random a number in [0, 1)
 */
export function backoffMs(attempt: number, limits: { minMs: number; maxMs: number }, random: number): number {
  const ceiling = Math.min(limits.maxMs, limits.minMs * 2 ** Math.min(attempt, 30))
  return Math.round(limits.minMs + (ceiling - limits.minMs) * random)
}
