// says what happens again and again: the first time at once, then at most once a minute with a count
import type { LogFields } from '../../../shared/log.ts'
import { type Clock, MINUTE } from '../../../shared/time.ts'

const EVERY_MS = MINUTE

export type Seldom = (message: string, fields?: LogFields) => void

/** @param say writes a line; the count of what was kept back is added to its fields */
export function createSeldom(clock: Clock, say: (message: string, fields: LogFields) => void): Seldom {
  const told = new Map<string, { at: number; keptBack: number }>()
  return (message, fields = {}) => {
    const before = told.get(message)
    const now = clock.now()
    if (before !== undefined && Math.abs(now - before.at) < EVERY_MS) {
      before.keptBack += 1
      return
    }
    told.set(message, { at: now, keptBack: 0 })
    say(message, before === undefined || before.keptBack === 0 ? fields : { ...fields, keptBack: before.keptBack })
  }
}
