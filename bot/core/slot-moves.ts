// the moves that a slot can make, as rows: due again, waiting for something, skipped
import type { Why } from '../../shared/schedule.ts'
import type { Event } from './events.ts'
import { without } from './rows.ts'
import type { SlotRow } from './state.ts'

/** The id of a slot of the clock: there is one of each. */
export function toClockId(scheduleId: string, slot: string): string {
  return `${scheduleId} clock ${slot}`
}

/** It is not run, and here is why. */
export function toSkipped(slot: SlotRow, why: Why): Event {
  const rest = without(slot, 'plan', 'notBefore', 'awaited', 'checkAt')
  return { type: 'slot.changed', slot: { ...rest, status: 'skipped', why } }
}

/** What it waited for is over: the next rule looks at it. */
export function toDueAgain(slot: SlotRow): Event {
  return { type: 'slot.changed', slot: { ...without(slot, 'why'), status: 'due' } }
}

/** It waits: for the end of its quiet hours, or for something behind them. */
export function toWaiting(slot: SlotRow, why: Why): Event {
  const rest = why === 'quiet' ? slot : without(slot, 'notBefore')
  return { type: 'slot.changed', slot: { ...rest, status: 'waiting', why } }
}
