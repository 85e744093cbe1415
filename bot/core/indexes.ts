// under which keys each kind of row is found, so that nothing has to walk everything
import { ACTIONS } from '../../shared/actions.ts'
import { isEnded } from '../../shared/allocation.ts'
import { CHAT_INDEXES, toHalfwayKey } from './chat-indexes.ts'
import { toLeaderKey } from './leader-key.ts'
import { SCHEDULE_INDEXES } from './schedule-indexes.ts'
import type { Rows, TaskRow } from './state.ts'
import type { Indexing } from './table.ts'

/** Key of several parts: no part of ours contains a line feed. */
export function joined(...parts: readonly (string | number)[]): string {
  return parts.join('\n')
}

/** The first of several keys in their order. */
export function least(texts: Iterable<string>): string | undefined {
  let first: string | undefined
  for (const text of texts) if (first === undefined || text < first) first = text
  return first
}

/** Whether a task could be placed now, were there an agent. */
export function isPlaceable(row: TaskRow): boolean {
  return row.waiting && row.notBefore === undefined && row.attachedTo === undefined
}

// within a frame only: it still names its leader, and waits because that one has ended
function isOrphan(row: TaskRow): boolean {
  return row.waiting && row.attachedTo !== undefined
}

export type Lane = 'work' | 'read'
export const LANES: readonly Lane[] = ['work', 'read']

/**
 * jobs: `number` · `name` · `status` · `openName` (cluster, name; takes more tasks) · `open` (cluster) · `ended` ("all") ·
 * `endedDay` (2024-05-01) · `ending` ("all": its last task ended in this frame) · `waitsIn` (lane, cluster) ·
 * `placeable` (lane, cluster, live allocations) · `leastKey` (cluster, path) · `purged` ("all": its rows may go) · `halfway` (the
 * minute in which it started: its askers may have to be told that it takes long). A purged one has no name and number any more.
 */
const jobs: Indexing<Rows['jobs']> = {
  number: row => (row.purged ? undefined : String(row.number)),
  name: row => (row.purged ? undefined : row.name),
  status: row => row.status,
  openName: row => (row.endedAt === undefined && row.desired === 'run' ? joined(row.cluster, row.name) : undefined),
  open: row => (row.endedAt === undefined ? row.cluster : undefined),
  leastKey: row => (row.purged || row.leastKey === '' ? undefined : joined(row.cluster, row.leastKey)),
  purged: row => (row.purged && row.endedAt !== undefined ? 'all' : undefined),
  ended: row => (row.endedAt === undefined ? undefined : 'all'),
  halfway: toHalfwayKey,
  endedDay: row => row.endedAt?.slice(0, 10),
  ending: row => {
    const { total, queued, running } = row.counts
    return row.endedAt === undefined && total > 0 && queued + running === 0 ? 'all' : undefined
  },
  waitsIn: row => LANES.filter(lane => row.waiting[lane] > 0).map(lane => joined(lane, row.cluster)),
  placeable: row =>
    LANES.filter(lane => row.waiting[lane] > 0).map(lane => joined(lane, row.cluster, Math.max(0, row.live))),
}

/** The key of `frees`: of those that are under way without an instant. */
export function toFreesKey(cluster: string, endedAt = ''): string {
  return joined(cluster, endedAt.slice(0, 13))
}

/**
 * tasks: `job` · `open` (cluster) · `openStatus` (status, cluster) · `waiting` (lane, job) · `waitingIn` (lane, cluster) ·
 * `delayed` (its notBefore, to the second) · `leaders` (what may be followed) · `followers` (their leader) ·
 * `orphans` ("all": their leader has ended) · `frees` (cluster, the hour in which it ended, or none: those that began).
 */
const tasks: Indexing<Rows['tasks']> = {
  job: row => row.jobId,
  open: row => (isEnded(row.status) ? undefined : row.cluster),
  openStatus: row => (isEnded(row.status) ? undefined : joined(row.status, row.cluster)),
  waiting: row => (isPlaceable(row) ? joined(ACTIONS[row.action].lane, row.jobId) : undefined),
  waitingIn: row => (isPlaceable(row) ? joined(ACTIONS[row.action].lane, row.cluster) : undefined),
  delayed: row => (row.waiting ? row.notBefore?.slice(0, 19) : undefined),
  leaders: row => toLeaderKey(row),
  followers: row => (isEnded(row.status) ? undefined : row.attachedTo),
  orphans: row => (isOrphan(row) ? 'all' : undefined),
  frees: row =>
    row.action === 'free' && row.startedAt !== undefined ? toFreesKey(row.cluster, row.endedAt) : undefined,
}

/** allocations: `task` · `agent` · `liveByAgent` · `liveByLane` (lane, agent) · `deadline` ("all": live, not yet asked to stop). */
const allocations: Indexing<Rows['allocations']> = {
  task: row => row.taskId,
  agent: row => row.agentId,
  liveByAgent: row => (isEnded(row.status) ? undefined : row.agentId),
  liveByLane: row => (isEnded(row.status) ? undefined : joined(ACTIONS[row.action].lane, row.agentId)),
  deadline: row => (row.deadlineAt !== undefined && !isEnded(row.status) && row.desired === 'run' ? 'all' : undefined),
}

/** agents: `cluster` · `name` (cluster, name) · `connected` ("all") · `ready` (cluster: work may be placed) · `silent` ("all"). */
const agents: Indexing<Rows['agents']> = {
  cluster: row => row.cluster,
  name: row => joined(row.cluster, row.name),
  connected: row => (row.connected ? 'all' : undefined),
  ready: row => (row.connected && !row.draining ? row.cluster : undefined),
  silent: row => (row.silentSince === undefined ? undefined : 'all'),
}

export const INDEXES: { readonly [Name in keyof Rows]: Indexing<Rows[Name]> } = {
  jobs,
  tasks,
  allocations,
  agents,
  /** `job`. */
  keys: { job: row => row.jobId },
  /** `user` · `sha256`. */
  tokens: { user: row => row.user, sha256: row => row.sha256 },
  /** `job` · `name`. */
  submissions: { job: row => row.jobId, name: row => row.name },
  /** `day` (2024-05-01: it was loaded last). */
  warmed: { day: row => row.at.slice(0, 10) },
  /** `kind` (kind, cluster). */
  policies: { kind: row => joined(row.kind, row.cluster) },
  /** `daemonId`. */
  companions: { daemonId: row => row.daemonId },
  ...CHAT_INDEXES,
  ...SCHEDULE_INDEXES,
  counters: {},
}
