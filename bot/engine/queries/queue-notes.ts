// why a job waits: nobody is there to take it, or others come first

import { joined, LANES, type Lane } from '../../core/indexes.ts'
import { countFree } from '../../core/place.ts'
import { countersOf, type JobRow, type State } from '../../core/state.ts'

/** With more jobs waiting than this a place is not counted anew at each look. */
const MOST_COUNTED = 1_000

type Ahead = ReadonlyMap<string, number>
const counted = new WeakMap<State, { readonly index: number; readonly byQueue: Map<string, Ahead> }>()

/** Notes of a job of which something waits, in the words of the answer to its ask. */
export function toQueueNotes(state: State, row: JobRow): string[] {
  if (row.endedAt !== undefined || row.counts.queued === 0) return []
  const absence = toAbsence(state, row.cluster)
  if (absence !== undefined) return [`${absence}; the job waits`]
  // a job of which something is on an agent has its turn
  if (row.live > 0) return []
  const lane = LANES.find(one => row.waiting[one] > 0)
  return lane === undefined ? [] : toPlace(state, row, lane)
}

/** Says that no agent of a cluster could take anything now; undefined when one could. */
export function toAbsence(state: State, cluster: string): string | undefined {
  if (state.agents.countOf('ready', cluster) > 0) return undefined
  const connected = [...state.agents.find('cluster', cluster)].some(agent => agent.connected)
  return `no agent of cluster ${cluster} is ${connected ? 'ready' : 'connected'}`
}

function toPlace(state: State, { id, cluster }: JobRow, lane: Lane): string[] {
  const queue = joined(lane, cluster)
  const jobs = state.jobs.countOf('waitsIn', queue)
  if (jobs > MOST_COUNTED) return [`one of ${jobs} jobs in the queue of cluster ${cluster}`]
  const ahead = countAhead(state, queue, lane).get(id) ?? 0
  const free = countFree(state, { lane, cluster })
  return free > ahead ? [] : [`place ${ahead - free + 1} in the queue of cluster ${cluster}`]
}

// tasks of older jobs, for all jobs of a queue at once, as long as nothing changes
function countAhead(state: State, queue: string, lane: Lane): Ahead {
  const { index } = countersOf(state)
  const before = counted.get(state)
  const known = before?.index === index ? before : { index, byQueue: new Map<string, Ahead>() }
  counted.set(state, known)
  const again = known.byQueue.get(queue)
  if (again !== undefined) return again
  const ahead = new Map<string, number>()
  let sum = 0
  for (const job of [...state.jobs.find('waitsIn', queue)].sort((a, b) => a.number - b.number)) {
    ahead.set(job.id, sum)
    sum += job.waiting[lane]
  }
  known.byQueue.set(queue, ahead)
  return ahead
}
