// choosing agents for tasks that wait
import { ACTIONS } from '../../shared/actions.ts'
import { toInstant } from '../../shared/time.ts'
import type { Context } from './commands.ts'
import type { Event } from './events.ts'
import { joined, LANES, type Lane } from './indexes.ts'
import { NOT_SAVED } from './rows.ts'
import type { AgentRow, JobRow, Stage, State, TaskRow } from './state.ts'
import { toSuited } from './suits.ts'
import { toStage } from './warmth.ts'

/** Waiting tasks of one job that are looked at for one place: others of it wait behind those that no free agent takes. */
const MOST_LOOKED_AT = 8
/** Jobs looked at beyond the number of free places, for those whose tasks only a busy agent would take. */
const SPARE_JOBS = 32

type Seat = { readonly agent: AgentRow; free: number; load: number }
type Queue = { readonly job: JobRow; live: number; readonly tasks: Iterator<TaskRow> }

/**
 * Places what can be placed now: the job with the fewest live allocations first, then the one that waits longest; on the
 * least loaded ready agent; not on one that refused the task lately, unless no other is ready.
 */
export function place(state: State, context: Context): Event[] {
  const waiting = [...state.jobs.keys('waitsIn')]
  return LANES.flatMap(lane =>
    waiting
      .filter(key => key.startsWith(`${lane}\n`))
      .flatMap(key => placeLane(state, context, { lane, cluster: key.slice(lane.length + 1) })),
  )
}

/** Places of a lane that are free on ready agents of a cluster. */
export function countFree(state: State, where: { readonly lane: Lane; readonly cluster: string }): number {
  return toSeats(state, where).reduce((sum, seat) => sum + seat.free, 0)
}

type Where = { readonly lane: Lane; readonly cluster: string }

function placeLane(state: State, context: Context, where: Where): Event[] {
  const seats = toSeats(state, where)
  let free = seats.reduce((sum, seat) => sum + seat.free, 0)
  if (free === 0) return []
  const queues = toQueues(state, where, free + SPARE_JOBS)
  const events: Event[] = []
  while (free > 0) {
    const placed = placeNext(queues, seats)
    if (placed === undefined) return events
    events.push(toPlaced({ ...placed, stage: toStage(state, placed.task) }, context))
    free -= 1
  }
  return events
}

function toSeats(state: State, { lane, cluster }: Where): Seat[] {
  const ready = [...state.agents.find('ready', cluster)]
  const able = ready.filter(agent => agent.description.capabilities.found)
  // where no agent has its CLI, the run says so at once: better than to wait for ever without a word
  return (able.length > 0 ? able : ready).map(agent => {
    const live = state.allocations.countOf('liveByLane', joined(lane, agent.id))
    const capacity = agent.description.capacity[lane]
    return { agent, free: Math.max(0, capacity - live), load: live / capacity }
  })
}

// the jobs that may get one of the free places, fairest first
function toQueues(state: State, { lane, cluster }: Where, most: number): Queue[] {
  const total = state.jobs.countOf('waitsIn', joined(lane, cluster))
  const queues: Queue[] = []
  for (let live = 0; queues.length < Math.min(most, total); live += 1) {
    for (const job of state.jobs.find('placeable', joined(lane, cluster, live))) {
      queues.push({ job, live, tasks: state.tasks.find('waiting', joined(lane, job.id))[Symbol.iterator]() })
      if (queues.length === most) break
    }
  }
  return queues
}

function placeNext(queues: Queue[], seats: readonly Seat[]): { task: TaskRow; agent: AgentRow } | undefined {
  while (queues.length > 0) {
    const fairest = queues.reduce((best, queue) => (queue.live < best.live ? queue : best))
    for (let looked = 0; looked < MOST_LOOKED_AT; looked += 1) {
      const next = fairest.tasks.next()
      if (next.done === true) break
      const seat = chooseSeat(seats, next.value)
      if (seat === undefined) continue
      seat.free -= 1
      seat.load = 1 - seat.free / seat.agent.description.capacity[ACTIONS[next.value.action].lane]
      fairest.live += 1
      return { task: next.value, agent: seat.agent }
    }
    queues.splice(queues.indexOf(fairest), 1)
  }
  return undefined
}

function chooseSeat(all: readonly Seat[], task: TaskRow): Seat | undefined {
  const seats = toSuited(all, task)
  const willing = seats.filter(seat => !task.refusedBy.includes(seat.agent.id))
  const free = (willing.length === 0 ? seats : willing).filter(seat => seat.free > 0)
  return free.reduce<Seat | undefined>(
    (best, seat) => (best === undefined || seat.load < best.load ? seat : best),
    undefined,
  )
}

type Placed = { readonly task: TaskRow; readonly agent: AgentRow; readonly stage: Stage }

function toPlaced({ task, agent, stage }: Placed, { now, ids }: Context): Event {
  return {
    type: 'allocation.placed',
    allocation: {
      ...{ id: ids.next(now), taskId: task.id, jobId: task.jobId, agentId: agent.id, action: task.action },
      ...{ attempt: task.attempts + 1, stage, status: 'queued', desired: 'run', accepted: false, started: false },
      ...{ placedAt: toInstant(now), steps: [], ...NOT_SAVED },
    },
  }
}
