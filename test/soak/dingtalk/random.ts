// chance that can be repeated: all of it follows from a seed
export type Chance = {
  /** In [0, 1). */
  next(): number
  /** From `least` to `most`, both included. */
  int(least: number, most: number): number
  is(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /** By weight. */
  choose<T extends string>(weights: Readonly<Record<T, number>>): T
  /** Milliseconds until the next of something that happens every so often on average. */
  gap(meanMs: number): number
}

export function createChance(seed: number | string): Chance {
  let state = hash(String(seed))
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1))
  return {
    ...{ next, int },
    is: probability => next() < probability,
    pick<T>(items: readonly T[]): T {
      const item = items[int(0, items.length - 1)]
      if (item === undefined) throw new Error('there is nothing to pick from')
      return item
    },
    choose<T extends string>(weights: Readonly<Record<T, number>>): T {
      const entries = Object.entries(weights) as [T, number][]
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [name, weight] of entries) {
        left -= weight
        if (left < 0) return name
      }
      return entries[0]?.[0] as T
    },
    gap: meanMs => -Math.log(1 - next()) * meanMs,
  }
}

function hash(text: string): number {
  let sum = 2_166_136_261
  for (const char of text) sum = Math.imul(sum ^ (char.codePointAt(0) ?? 0), 16_777_619)
  return sum | 0
}
