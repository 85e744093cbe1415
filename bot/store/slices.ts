// keeps long work from holding the event loop: works for a few milliseconds, then lets everybody else have a turn
import { setImmediate as nextTurn } from 'node:timers/promises'

/** Longest stretch of work without a pause. */
const SLICE_MS = 3

/** `rest` resolves at once within a slice (without giving up the turn) and after one turn of the loop at its end. */
export type Slices = { isOver(): boolean; rest(): Promise<void> }

export function createSlices(): Slices {
  let startedAt = performance.now()
  return {
    isOver: () => performance.now() - startedAt >= SLICE_MS,
    rest: async () => {
      await nextTurn()
      startedAt = performance.now()
    },
  }
}
