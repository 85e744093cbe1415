// work on one thing goes one after another, work on different things side by side

export type Chains = {
  /** Runs `work` when all earlier work under `key` has ended, well or not. */
  run<T>(key: string, work: () => Promise<T>): Promise<T>
  /** Resolves when all work given so far has ended. */
  idle(): Promise<void>
}

/** Nothing is kept for a key without work. */
export function createChains(): Chains {
  const ends = new Map<string, Promise<unknown>>()
  return {
    run: (key, work) => {
      const result = (ends.get(key) ?? Promise.resolve()).then(work)
      // The chain goes on behind a failure; whoever asked for that work hears of it through `result`.
      const end: Promise<void> = result.then(
        () => undefined,
        () => undefined,
      )
      const settled = end.then(() => {
        if (ends.get(key) === settled) ends.delete(key)
      })
      ends.set(key, settled)
      return result
    },
    idle: async () => {
      await Promise.all(ends.values())
    },
  }
}
