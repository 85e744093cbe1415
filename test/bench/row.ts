// one line of the benchmarks' table, and the few sums behind it

export type Row = {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** The value as a multiple of the yardstick that the note names, measured in the same run. */
  readonly ratio?: number
  /** The most that the value may be. */
  readonly limit?: number
  readonly note?: string
}

/** What each benchmark is given: the built programs, and whether a rough answer is enough. */
export type Bench = (given: { readonly dist: string; readonly quick: boolean }) => Promise<Row[]>

export const round = (value: number, digits = 2): number => Number(value.toFixed(digits))

/** The value below which a share of all values lies; 0.5 is the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** Milliseconds of the system's clock, finer than `Date.now`, to be compared with what other programs wrote down. */
export const now = (): number => performance.timeOrigin + performance.now()

/** How long some work takes, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}
