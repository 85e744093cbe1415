// an edit of a schedule reaches its slots that wait: each goes on waiting for what the rules say now, or is let go
import { MINUTE, toInstant, toMs } from '../../shared/time.ts'
import type { Context } from './commands.ts'
import type { Event } from './events.ts'
import { without } from './rows.ts'
import type { Firing } from './schedule-commands.ts'
import type { Awaited } from './schedule-rows.ts'
import { toDueAgain, toSkipped } from './slot-moves.ts'
import { tellPassed } from './slot-notices.ts'
import { lastLooksMs } from './slot-waits.ts'
import type { ScheduleRow, SlotRow } from './state.ts'

type Edit = {
  readonly before: ScheduleRow
  readonly schedule: ScheduleRow
  /** The slot as the calendar makes it for what the schedule is now. */
  readonly firing: Firing
}

/** What an edit makes of a slot that waits; one that has its job, or is over, is what it was. */
export function replan(slot: SlotRow | undefined, edit: Edit, context: Context): Event[] {
  if (slot?.status !== 'waiting') return []
  const planned = { ...slot, plan: edit.firing.plan }
  // those of a backfill wait for their turn only
  if (slot.kind !== 'clock') return [{ type: 'slot.changed', slot: planned }]
  const quiet = toQuiet(edit.firing, context)
  if (quiet?.mode === 'skip')
    return [toSkipped(slot, 'quiet'), ...tellPassed({ schedule: edit.schedule, slot }, context)]
  const notBefore = quiet?.until
  const awaited = toAwaited({ slot, notBefore }, edit, context)
  const row = withReadyBy(
    {
      ...without(planned, 'notBefore', 'awaited'),
      ...(notBefore !== undefined && { notBefore }),
      ...(awaited !== undefined && { awaited }),
    },
    edit.firing,
  )
  return [isHeld(row, edit) ? { type: 'slot.changed', slot: row } : toDueAgain(row)]
}

// quiet hours that are over have nothing to say any more
function toQuiet({ quiet }: Firing, { now }: Context): Firing['quiet'] {
  return quiet !== undefined && toMs(quiet.until) > now ? quiet : undefined
}

// whether what it waits for is what it has to wait for first; otherwise all rules look at it again
function isHeld({ why, notBefore, awaited }: SlotRow, { before, schedule }: Edit): boolean {
  if (notBefore !== undefined) return why === 'quiet'
  if (awaited !== undefined) return why === 'marker'
  const { overlap } = schedule.policy
  // what queues keeps its place when others are to be skipped from now on
  return why === 'overlap' && (overlap === 'queue' || overlap === 'skip' || overlap === before.policy.overlap)
}

type Waiting = { readonly slot: SlotRow; readonly notBefore: string | undefined }

function toAwaited({ slot, notBefore }: Waiting, edit: Edit, { now }: Context): Awaited | undefined {
  const { waitFor } = edit.schedule.policy
  const { marker: path, quiet } = edit.firing
  const known = slot.awaited
  if (waitFor === undefined || path === undefined) return undefined
  // it was seen, or given up
  if (known === undefined && hasSameMarker(edit)) return undefined
  const { everySeconds, otherwise, stableMinutes, withinMinutes } = waitFor
  const isSame = known?.path === path
  // what was seen of another path says nothing of this one
  const seen = isSame ? known.seen : undefined
  // it is there, and had but to stand still
  if (seen !== undefined && stableMinutes === undefined) return undefined
  const isSameTime = slot.notBefore === notBefore && edit.before.policy.waitFor?.withinMinutes === withinMinutes
  const counted = toMs(quiet?.until ?? slot.dueAt) + withinMinutes * MINUTE
  // what was looked for all along is given up at once; what is looked for since this moment is not
  const leastMs = isSame && slot.why === 'marker' ? 0 : lastLooksMs(waitFor)
  const deadlineAt = isSame && isSameTime ? known.deadlineAt : toInstant(Math.max(counted, now + leastMs))
  return {
    ...{ path, deadlineAt, everySeconds, otherwise },
    ...(stableMinutes !== undefined && { stableMinutes }),
    ...(seen !== undefined && { seen }),
  }
}

function hasSameMarker({ before, schedule }: Edit): boolean {
  const isSamePath = before.policy.waitFor?.path === schedule.policy.waitFor?.path
  return isSamePath && before.timing.zone === schedule.timing.zone
}

// what was told of another time says nothing of this one
function withReadyBy(slot: SlotRow, { readyBy }: Firing): SlotRow {
  if (slot.readyBy === readyBy) return slot
  const rest = without(slot, 'readyBy', 'checkAt', 'told')
  return readyBy === undefined ? rest : { ...rest, readyBy, checkAt: slot.dueAt }
}
