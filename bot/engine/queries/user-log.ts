// a user's log: what their daemon said, and lines of our own about their jobs and agents, newest first
import type { Instant } from '../../../shared/time.ts'
import type { AgentRow, JobRow, LogLine, State } from '../../core/state.ts'
import type { UserLine, Users } from '../operations/companions-port.ts'
import { newestJobsFirst } from './find.ts'
import { agentsOf } from './user-agents.ts'

/** A line with when it came to be known here; its text is made when it is told. */
type Arrived = { readonly at: Instant; readonly arrivedAt: Instant; readonly toText: () => string }
export type Window = { readonly from: number; readonly count: number }

/**
 * The lines `from` to `from + count` of a user. Lines tell whole seconds, so times are compared in whole seconds, and
 * those that are equal by arrival.
 */
export function findUserLog(state: State, user: string, { from, count, users }: Window & { users: Users }): UserLine[] {
  const most = from + count
  const asked = newestAsked(state, user, most)
  const lines: Arrived[] = [
    ...agentsOf(state, user, users).flatMap(toAgentLines),
    ...asked.map(job => ours(job.createdAt, () => toAsked(job))).reverse(),
    ...endedAmong(state, user, { asked, most }).map(job => ours(job.endedAt ?? job.createdAt, () => toEnded(job))),
    ...(state.companions.get(user)?.lines ?? []).map(toHeardLine),
  ]
  return lines
    .map((line, order) => ({ line, order, key: `${secondOf(line.at)} ${line.arrivedAt}` }))
    .sort((a, b) => (a.key === b.key ? b.order - a.order : a.key < b.key ? 1 : -1))
    .slice(from, most)
    .map(({ line: { at, toText } }) => ({ at, text: toOneLine(toText()) }))
}

/** A text that stays on its line, wherever it came from. */
export function toOneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}

// those of the same second as the last one are taken as well
function newestAsked(state: State, user: string, most: number): JobRow[] {
  const found: JobRow[] = []
  for (const job of newestJobsFirst(state)) {
    if (job.requester !== user) continue
    const last = found[most - 1]
    if (last !== undefined && secondOf(job.createdAt) < secondOf(last.createdAt)) break
    found.push(job)
  }
  return found
}

// whatever ended before the last one of the window was asked for is not in the window
function endedAmong(state: State, user: string, known: { asked: readonly JobRow[]; most: number }): JobRow[] {
  const { asked, most } = known
  const last = asked[asked.length - 1]
  if (last === undefined || asked.length < most) return asked.filter(job => job.endedAt !== undefined)
  const ended: JobRow[] = []
  for (const day of state.jobs.keys('endedDay')) {
    if (day < last.createdAt.slice(0, 10)) continue
    for (const job of state.jobs.find('endedDay', day)) {
      if (job.requester !== user || job.purged || job.endedAt === undefined) continue
      if (secondOf(job.endedAt) >= secondOf(last.createdAt)) ended.push(job)
    }
  }
  return ended
}

function toAgentLines(row: AgentRow): Arrived[] {
  const what = `agent ${row.name} of cluster ${row.cluster}`
  const came = ours(row.since, () => `${what} connected`)
  return row.connected ? [came] : [came, ours(row.silentSince ?? row.since, () => `${what} is down`)]
}

function toAsked(job: JobRow): string {
  const paths = job.counts.total === 1 ? '1 path' : `${job.counts.total} paths`
  return `job ${job.number} ${job.name} created: ${job.action} of ${paths} on cluster ${job.cluster}`
}

function toEnded(job: JobRow): string {
  const { succeeded, total } = job.counts
  return `job ${job.number} ${job.name} ended: ${job.status}, ${succeeded} of ${total} succeeded`
}

function toHeardLine({ at, text, heardAt = at }: LogLine): Arrived {
  return { at, arrivedAt: heardAt, toText: () => text }
}

function ours(at: Instant, toText: () => string): Arrived {
  return { at, arrivedAt: at, toText }
}

// instants are in UTC with milliseconds, so their beginning is the second
function secondOf(instant: Instant): string {
  return instant.slice(0, 19)
}
