// following what happens: live changes of one job or of everything, and waiting for a state to be reached
import type { Event, Published } from '../../core/events.ts'
import { countersOf } from '../../core/state.ts'
import { isQuiet } from '../frame.ts'
import { findJob } from '../queries/find.ts'
import { toAgent, toJob, toTask } from '../queries/views.ts'
import type { OperationsDeps } from './deps.ts'
import { permit } from './permission.ts'
import type { LiveEvent, Operations } from './port.ts'

type Wait = {
  /** Of which the change is awaited; undefined: of anything. */
  readonly jobId: string | undefined
  readonly waitMs: number
  readonly signal: AbortSignal
  readonly reached: () => boolean
}

export type LiveOperations = Pick<Operations, 'follow' | 'stateIndex' | 'waitForIndex'> & {
  /** Resolves when `reached` holds after a frame that changed the job, when the time is over, or when aborted. */
  until(wait: Wait): Promise<void>
}

/** Frames a slow listener may be behind; then they are left out, it is told, and it gets the present state. */
const MOST_PENDING = 256
/** A frame that only tells of progress is a `progress` event. */
const QUIET_EVENTS: ReadonlySet<string> = new Set([
  'allocation.progressed',
  'allocation.stepped',
  'allocation.measured',
  'agent.taken',
])
// the present state names at most this many jobs and tasks
const MOST_PRESENT = 100

/** Verbs that follow. */
export function createLiveOperations(deps: OperationsDeps): LiveOperations {
  return {
    follow(actor, of, signal) {
      permit(actor, 'read', 'following jobs')
      const jobId = of.ref === undefined ? undefined : findJob(deps.state, of.ref).id
      return follow(deps, jobId, signal)
    },
    stateIndex: () => countersOf(deps.state).index,
    async waitForIndex(after, { waitMs, signal }) {
      const reached = (): boolean => countersOf(deps.state).index > after
      await until(deps, { jobId: undefined, waitMs, signal, reached })
      return countersOf(deps.state).index
    },
    until: wait => until(deps, wait),
  }
}

async function* follow(
  deps: OperationsDeps,
  jobId: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<LiveEvent> {
  const pending: Published[] = []
  let missed = false
  let wake = (): void => {}
  const undo = deps.frames.subscribe(frame => {
    if (!concerns(frame, jobId)) return
    if (pending.length < MOST_PENDING) pending.push(frame)
    else missed = true
    wake()
  })
  const abort = (): void => wake()
  signal.addEventListener('abort', abort)
  try {
    yield* present(deps, jobId)
    while (!signal.aborted) {
      if (missed) {
        pending.length = 0
        missed = false
        yield { type: 'gap', index: countersOf(deps.state).index }
        yield* present(deps, jobId)
      }
      const frame = pending.shift()
      if (frame !== undefined) yield* toLiveEvents(deps, frame, jobId)
      else if (isGone(deps, jobId)) return
      else
        await new Promise<void>(resolve => {
          wake = resolve
          if (signal.aborted || missed || pending.length > 0) resolve()
        })
    }
  } finally {
    undo()
    signal.removeEventListener('abort', abort)
  }
}

// removed, or about to be: nothing more will be told of it
function isGone({ state }: OperationsDeps, jobId: string | undefined): boolean {
  const job = jobId === undefined ? undefined : state.jobs.get(jobId)
  return jobId !== undefined && (job === undefined || job.purged === true)
}

function isProgress(event: Event): boolean {
  return QUIET_EVENTS.has(event.type) || isQuiet(event)
}

function concerns(frame: Published, jobId: string | undefined): boolean {
  if (frame.events.every(isQuiet)) return false
  const { jobs, tasks, agents } = frame.changed
  if (jobId === undefined) return jobs.length + tasks.length + agents.length > 0 || frame.changed.allocations.length > 0
  return jobs.includes(jobId) || frame.changed.allocations.length > 0
}

function* present(deps: OperationsDeps, jobId: string | undefined): Generator<LiveEvent> {
  const { state } = deps
  const index = countersOf(state).index
  const open =
    jobId === undefined
      ? [...state.jobs.keys('open')].flatMap(cluster => [...state.jobs.find('open', cluster)]).slice(-MOST_PRESENT)
      : [state.jobs.get(jobId)]
  for (const job of open) {
    if (job === undefined || job.purged) continue
    const tasks = [...state.tasks.find('job', job.id)].slice(0, MOST_PRESENT).map(task => toTask(state, task))
    yield { type: 'status', index, job: toJob(state, job), tasks: jobId === undefined ? [] : tasks }
  }
  if (jobId === undefined)
    for (const agent of state.agents.rows()) yield { type: 'agent', index, agent: toAgent(state, agent) }
}

// the rows are read now, not when the frame was saved: a slow listener hears of the newest state once more, never of an older one
function* toLiveEvents(deps: OperationsDeps, frame: Published, jobId: string | undefined): Generator<LiveEvent> {
  const { state } = deps
  const { index } = frame
  const type = frame.events.every(isProgress) ? 'progress' : 'status'
  const byJob = new Map<string, Set<string>>(frame.changed.jobs.map(id => [id, new Set()]))
  const note = (job: string, task: string): void =>
    void (byJob.get(job) ?? byJob.set(job, new Set()).get(job))?.add(task)
  for (const id of frame.changed.tasks) note(state.tasks.get(id)?.jobId ?? '', id)
  for (const id of frame.changed.allocations) {
    const allocation = state.allocations.get(id)
    if (allocation !== undefined) note(allocation.jobId, allocation.taskId)
  }
  for (const [id, taskIds] of byJob) {
    const job = state.jobs.get(id)
    if (job === undefined || job.purged || (jobId !== undefined && id !== jobId)) continue
    const rows = [...taskIds].map(task => state.tasks.get(task)).filter(task => task !== undefined)
    yield { type, index, job: toJob(state, job), tasks: rows.map(task => toTask(state, task)) }
  }
  if (jobId !== undefined || type === 'progress') return
  for (const id of frame.changed.agents) {
    const agent = state.agents.get(id)
    if (agent !== undefined) yield { type: 'agent', index, agent: toAgent(state, agent) }
  }
}

function until(deps: OperationsDeps, wait: Wait): Promise<void> {
  if (wait.reached() || wait.signal.aborted || wait.waitMs <= 0) return Promise.resolve()
  return new Promise(resolve => {
    const finish = (): void => {
      undo()
      stop()
      wait.signal.removeEventListener('abort', finish)
      resolve()
    }
    const undo = deps.frames.subscribe(frame => {
      const concerned = wait.jobId === undefined || frame.changed.jobs.includes(wait.jobId)
      if (concerned && wait.reached()) finish()
    })
    const stop = deps.clock.after(wait.waitMs, finish)
    wait.signal.addEventListener('abort', finish)
  })
}
