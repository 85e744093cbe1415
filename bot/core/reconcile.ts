// what must follow now: time that is over, jobs that have ended, tasks that can be placed
import { toInstant, toMs } from '../../shared/time.ts'
import { rehomeOrphans } from './attach.ts'
import type { Context } from './commands.ts'
import type { Event } from './events.ts'
import { least } from './indexes.ts'
import { expireLetters, nextExpiry } from './letters.ts'
import { place } from './place.ts'
import { watchReadiness } from './readiness.ts'
import { allocationsOf, nextRemoval } from './retention.ts'
import { settleLoss } from './settle.ts'
import { nextCheck, releaseSlots, wakeSlots } from './slot-waits.ts'
import { followRuns, settleSlots } from './slots.ts'
import type { Settings, State } from './state.ts'
import { followJobs, nextHalfway, tellEnd, tellHalfway } from './tell.ts'

type Stage = (state: State, context: Context) => readonly Event[]

// in this order; each stage sees what the ones before it have changed
const STAGES: readonly Stage[] = [
  // thousands of slots are due together, and each takes a round: before all else, and before anybody follows it
  settleSlots,
  ...[wakeDelayed, wakeSlots, stopOverdue, loseSilent, rehomeOrphans, endJobs],
  ...[followRuns, releaseSlots, watchReadiness],
  ...[followJobs, tellHalfway, expireLetters],
  ...[removePurged, place],
]

/** In these slots begin, or are given up. */
const BEGINNINGS: ReadonlySet<Stage> = new Set([wakeSlots, settleSlots, releaseSlots])

/**
 * What follows from the state at this instant. Called again after its events were applied, until it has nothing to add.
 * The work is proportional to what is due or can be placed.
 */
export function reconcile(draft: State, context: Context): readonly Event[] {
  for (const stage of STAGES) {
    if (context.isUrgent && BEGINNINGS.has(stage)) continue
    const events = stage(draft, context)
    if (events.length > 0) return events
  }
  return []
}

/**
 * The earliest instant (ms since the epoch) at which time alone changes something, but for the waits of slots (`nextWake`);
 * undefined when nothing is due ever.
 */
export function nextDue(state: State, settings: Settings): number | undefined {
  const work = [nextDelayed(state), nextDeadline(state), nextSilence(state, settings), nextRemoval(state, settings)]
  const known = [...work, nextHalfway(state), nextExpiry(state), nextCheck(state)].flatMap(instant => instant ?? [])
  return known.length === 0 ? undefined : Math.min(...known)
}

function wakeDelayed(state: State, { now }: Context): Event[] {
  const instant = toInstant(now)
  const due = [...state.tasks.keys('delayed')].filter(second => second <= instant.slice(0, 19))
  return due.flatMap(second =>
    Array.from(state.tasks.find('delayed', second))
      .filter(task => task.notBefore !== undefined && task.notBefore <= instant)
      .map(task => ({ type: 'task.ready', taskId: task.id })),
  )
}

function nextDelayed(state: State): number | undefined {
  const first = least(state.tasks.keys('delayed'))
  if (first === undefined) return undefined
  const soonest = least(Array.from(state.tasks.find('delayed', first), task => task.notBefore ?? first))
  return soonest === undefined ? undefined : toMs(soonest)
}

function stopOverdue(state: State, { now }: Context): Event[] {
  const instant = toInstant(now)
  return Array.from(state.allocations.find('deadline', 'all'))
    .filter(allocation => allocation.deadlineAt !== undefined && allocation.deadlineAt <= instant)
    .map(allocation => ({ type: 'allocation.stop-requested', allocationId: allocation.id, why: 'timeout' }))
}

function nextDeadline(state: State): number | undefined {
  const soonest = least(Array.from(state.allocations.find('deadline', 'all'), row => row.deadlineAt ?? row.placedAt))
  return soonest === undefined ? undefined : toMs(soonest)
}

function loseSilent(state: State, { now, settings }: Context): Event[] {
  const overdue = [...state.agents.find('silent', 'all')].filter(
    agent => agent.silentSince !== undefined && toMs(agent.silentSince) + settings.graceMs <= now,
  )
  const held = overdue.flatMap(agent => [...state.allocations.find('liveByAgent', agent.id)])
  return held.flatMap(row => settleLoss(state, row))
}

function nextSilence(state: State, { graceMs }: Settings): number | undefined {
  const holding = Array.from(state.agents.find('silent', 'all')).filter(
    agent => state.allocations.countOf('liveByAgent', agent.id) > 0,
  )
  const since = least(holding.flatMap(agent => agent.silentSince ?? []))
  return since === undefined ? undefined : toMs(since) + graceMs
}

function endJobs(state: State, context: Context): Event[] {
  return [...state.jobs.find('ending', 'all')].flatMap(job => [
    { type: 'job.ended', jobId: job.id },
    ...tellEnd(state, job, context),
  ])
}

// whoever asked for it to be gone has been told that it is
function removePurged(state: State): Event[] {
  return Array.from(state.jobs.find('purged', 'all'), job => ({
    type: 'job.removed',
    jobId: job.id,
    allocationIds: allocationsOf(state, job),
  }))
}
