// the waits of slots and how they end: by time, by a marker that did not come, when earlier runs have ended

import { MINUTE, SECOND, toInstant, toMs } from '../../shared/time.ts'
import type { Context } from './commands.ts'
import type { Event } from './events.ts'
import { least } from './indexes.ts'
import { without } from './rows.ts'
import type { Awaited } from './schedule-rows.ts'
import { toDueAgain, toSkipped } from './slot-moves.ts'
import { tellSlot } from './slot-notices.ts'
import type { SlotRow, State } from './state.ts'

/** Of one frame: of thousands whose quiet hours end together, others get a word in between. */
const MOST_WOKEN = 200

/** Quiet hours that are over, and markers that did not come in time; what is left of them is due at once. */
export function wakeSlots(state: State, context: Context): Event[] {
  const instant = toInstant(context.now)
  const most = MOST_WOKEN - state.slots.changes().size
  if (most <= 0) return []
  const quiet = findDue(state, 'quiet', instant).filter(({ notBefore = '' }) => notBefore <= instant)
  const late = findDue(state, 'deadline', instant).filter(({ awaited }) => (awaited?.deadlineAt ?? '') <= instant)
  return [
    ...quiet.map(slot => [toDueAgain(without(slot, 'notBefore'))]),
    ...late.map(slot => giveUp(state, slot, context)),
  ]
    .slice(0, most)
    .flat()
}

function giveUp(state: State, slot: SlotRow, context: Context): Event[] {
  const { awaited, ...rest } = slot
  const schedule = state.schedules.get(slot.scheduleId)
  if (schedule === undefined || awaited === undefined) return [toSkipped(slot, 'removed')]
  if (context.now - toMs(awaited.deadlineAt) > ABSENT_MS) return [lookAgain(slot, awaited, context)]
  const isRun = awaited.otherwise === 'load'
  const told = { schedule, slot, trouble: isRun ? 'unmarked' : 'marker', path: awaited.path } as const
  return [isRun ? toDueAgain(rest) : toSkipped(slot, 'marker'), ...tellSlot(told, context)]
}

/** A deadline that is noticed later than this passed while nobody was there to look. */
const ABSENT_MS = 10 * SECOND
// the marker may have come meanwhile: before that is denied it is looked at
function lookAgain(slot: SlotRow, awaited: Awaited, { now }: Context): Event {
  const deadlineAt = toInstant(now + lastLooksMs(awaited))
  return { type: 'slot.changed', slot: { ...slot, awaited: { ...awaited, deadlineAt } } }
}

/** So long a marker is looked for at least by whoever begins to look at it after its time. */
export function lastLooksMs({ stableMinutes = 0 }: { readonly stableMinutes?: number | undefined }): number {
  return (5 + stableMinutes) * MINUTE
}

/** Slots that waited for an earlier run, or for their turn, and need not any more. */
export function releaseSlots(state: State): Event[] {
  const released = new Map<string, SlotRow>()
  for (const { index, scheduleId } of findFree(state)) {
    // one at a time: the next looks again when this one is at work
    if (released.has(scheduleId)) continue
    const first = firstOf(state.slots.find(index, scheduleId))
    if (first !== undefined) released.set(scheduleId, first)
  }
  return [...released.values()].map(toDueAgain)
}

type Free = { readonly index: 'overlap' | 'turn'; readonly scheduleId: string }

// schedules without a run at work, for which slots wait
function* findFree(state: State): Iterable<Free> {
  for (const index of ['overlap', 'turn'] as const) {
    for (const scheduleId of state.slots.keys(index))
      if (state.slots.countOf('active', scheduleId) === 0) yield { index, scheduleId }
  }
}

function firstOf(slots: Iterable<SlotRow>): SlotRow | undefined {
  let first: SlotRow | undefined
  for (const slot of slots) if (first === undefined || slot.number < first.number) first = slot
  return first
}

/** When the next wait of a slot is over, in ms since the epoch; 0: it is over already. */
export function nextWake(state: State): number | undefined {
  for (const _ of findFree(state)) return 0
  return state.slots.countOf('due', 'all') > 0 ? 0 : nextSecond(state, ['quiet', 'deadline'])
}

/** When the readiness of a slot is to be looked at next, in ms since the epoch. */
export function nextCheck(state: State): number | undefined {
  return nextSecond(state, ['check'])
}

type Timed = 'quiet' | 'deadline' | 'check'

// a key is the second; what is kept under it is due at its end at the latest
function nextSecond(state: State, indexes: readonly Timed[]): number | undefined {
  const firsts = indexes.flatMap(index => least(state.slots.keys(index)) ?? [])
  return firsts.length === 0 ? undefined : Math.min(...firsts.map(second => toMs(`${second}.999Z`)))
}

/** Slots under keys up to this instant's second. */
export function findDue(state: State, index: Timed, instant: string): SlotRow[] {
  const seconds = [...state.slots.keys(index)].filter(second => second <= instant.slice(0, 19))
  return seconds.flatMap(second => [...state.slots.find(index, second)])
}
