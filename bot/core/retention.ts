// which history is old enough to go
import type { Id } from '../../shared/ids.ts'
import { DAY, toMs } from '../../shared/time.ts'
import { forgetSaid, nextUnsaid } from './chat-retention.ts'
import type { Context } from './commands.ts'
import type { Event } from './events.ts'
import type { JobRow, Settings, State } from './state.ts'
import { forgetOld, nextForgotten } from './warmth.ts'

/** Tasks (and jobs) that one tick removes at most; the next one follows at once. */
const MOST_REMOVED = 2_000

/**
 * Ended jobs that nobody has to keep, oldest first: by whole days (UTC), so that the oldest are found without looking
 * at all, and beyond the number to keep. A tick removes a bounded number; while there is more, `nextRemoval` is over.
 */
export function removeOld(state: State, { now, settings }: Context): Event[] {
  return [
    ...removeJobs(state, settings, now),
    ...removeAgents(state, settings, now),
    ...forgetOld(state, settings, now),
    ...forgetSaid(state, settings, now),
  ]
}

/** When the next old job or agent is due, in ms since the epoch; 0 when one is due whatever the time. */
export function nextRemoval(state: State, settings: Settings): number | undefined {
  if (state.jobs.countOf('ended', 'all') > settings.keepJobs) return 0
  const [oldest] = endedDays(state)
  const first = oldest === undefined ? undefined : dueOf(oldest, settings)
  const due = [first, nextForgotten(state, settings), nextUnsaid(state, settings)].flatMap(instant => instant ?? [])
  for (const agent of state.agents.find('silent', 'all')) {
    if (agent.silentSince !== undefined && isIdle(state, agent.id))
      due.push(toMs(agent.silentSince) + settings.keepDays * DAY)
  }
  return due.length === 0 ? undefined : Math.min(...due)
}

function removeJobs(state: State, settings: Settings, now: number): Event[] {
  let surplus = state.jobs.countOf('ended', 'all') - settings.keepJobs
  let room = MOST_REMOVED
  const events: Event[] = []
  for (const day of endedDays(state)) {
    const old = dueOf(day, settings) <= now
    if (!old && surplus <= 0) break
    for (const job of state.jobs.find('endedDay', day)) {
      if ((!old && surplus <= 0) || room <= 0) return events
      events.push({ type: 'job.removed', jobId: job.id, allocationIds: allocationsOf(state, job) })
      surplus -= 1
      room -= 1 + job.counts.total
    }
  }
  return events
}

function removeAgents(state: State, { keepDays }: Settings, now: number): Event[] {
  return Array.from(state.agents.find('silent', 'all'))
    .filter(
      row => row.silentSince !== undefined && toMs(row.silentSince) + keepDays * DAY <= now && isIdle(state, row.id),
    )
    .map(row => ({ type: 'agent.removed', agentId: row.id }))
}

function isIdle(state: State, agentId: Id): boolean {
  return state.allocations.countOf('liveByAgent', agentId) === 0
}

/** All attempts of a job: their output goes with it. */
export function allocationsOf(state: State, job: JobRow): Id[] {
  return Array.from(state.tasks.find('job', job.id)).flatMap(task =>
    Array.from(state.allocations.find('task', task.id), allocation => allocation.id),
  )
}

// few: a key for each day on which something ended
function endedDays(state: State): string[] {
  return [...state.jobs.keys('endedDay')].sort()
}

// when the whole day is older than what is kept
function dueOf(day: string, { keepDays }: Settings): number {
  return toMs(`${day}T00:00:00.000Z`) + (keepDays + 1) * DAY
}
