// work in short turns, counted in computed slots, so that nobody waits for all of it
import { setImmediate as nextTurn } from 'node:timers/promises'

export type Pace = {
  /** After some work; resolves when others had their turn, if it was time for that. */
  spend(slots: number): Promise<void>
  /** The same, telling whether it is time: for whoever would rather not wait each time. */
  isSpent(slots: number): boolean
}

/** A slot takes some 20 to 100 µs. */
const SLOTS_A_TURN = 128

/** Makes one; all work of one room goes by the same. */
export function createPace(turn: () => Promise<unknown> = () => nextTurn()): Pace {
  let spent = 0
  const isSpent = (slots: number): boolean => {
    spent += slots
    return spent >= SLOTS_A_TURN
  }
  return {
    isSpent,
    async spend(slots) {
      if (!isSpent(slots)) return
      spent = 0
      await turn()
    },
  }
}
