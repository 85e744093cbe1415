// what is still told of asks whose job was removed with all that belongs to it: the newest of them, until the daemon ends
import type { SubmissionView } from '../engine/operations/port.ts'

/** So many are remembered. */
const MOST_KEPT = 1_000

export type Farewells = {
  keep(asked: SubmissionView): void
  find(id: string): SubmissionView | undefined
}

/** Makes an empty memory. Whoever removed a job may want to hear that this was taken in: nothing else knows of it then. */
export function createFarewells(): Farewells {
  const kept = new Map<string, SubmissionView>()
  return {
    keep(asked) {
      kept.set(asked.id, asked)
      const [oldest] = kept.keys()
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
    },
    find: id => kept.get(id.toLowerCase()),
  }
}
