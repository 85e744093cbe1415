// rows as everyone sees them: jobs, tasks, agents
import { NO_LINES } from '../../../shared/allocation.ts'
import { toReasons } from '../../../shared/causes.ts'
import type { Files, Job, Task } from '../../../shared/job.ts'
import type { Verdict } from '../../../shared/verdict.ts'
import { toJobProgress, toJobVerdict } from '../../core/rollup.ts'
import {
  type AgentRow,
  type AllocationRow,
  countersOf,
  type JobRow,
  type Scheduled,
  type State,
  type TaskRow,
} from '../../core/state.ts'
import type { AgentView } from '../operations/port.ts'
import { toQueueNotes } from './queue-notes.ts'

// a job's own verdict and progress are sums over its tasks; beyond this many they are not worth a walk at each look
const MOST_SUMMED = 10_000

// rows are values: what was made of one holds until the state moves on, and of an ended one for good
const made = new WeakMap<JobRow, { readonly index: number; readonly job: Job }>()
const FOR_GOOD = -1

/** A job with the verdict and progress of its tasks taken together. Cheap when asked again before the next frame. */
export function toJob(state: State, row: JobRow): Job {
  const index = row.endedAt === undefined ? countersOf(state).index : FOR_GOOD
  const known = made.get(row)
  if (known?.index === index) return known.job
  const job = makeJob(state, row)
  made.set(row, { index, job })
  return job
}

function makeJob(state: State, row: JobRow): Job {
  const {
    desired,
    id,
    number,
    name,
    named,
    action,
    cluster,
    status,
    requester,
    via,
    createdAt,
    startedAt,
    endedAt,
    counts,
  } = row
  const rows = counts.total <= MOST_SUMMED ? [...state.tasks.find('job', id)] : []
  const live = rows.map(task => ({ task, allocation: newestOf(state, task) }))
  const progress = endedAt === undefined ? toJobProgress(live) : undefined
  const verdict = endedAt === undefined ? undefined : toJobVerdict(rows)
  return {
    ...{ id, number, name, named, action, cluster, status, desired, requester, via, createdAt },
    ...(row.scheduled !== undefined && { schedule: toSlotOf(row.scheduled) }),
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    counts,
    ...(progress !== undefined && { progress }),
    ...(verdict !== undefined && { verdict: withReasons(verdict) }),
    notes: [...row.notes, ...toQueueNotes(state, row)],
  }
}

function toSlotOf({ id, name, slot, run }: Scheduled): NonNullable<Job['schedule']> {
  return { id, name, slot, run }
}

// sentences are made when somebody looks, so that better ones need no new verdict; files that a stopped load did not get
// to are missing without a cause, and get no sentence
function withReasons(verdict: Verdict): Verdict {
  const causes = Object.values(verdict.missingByCause ?? {})
  const reasons = toReasons({ ...verdict, missingTotal: causes.reduce((sum, files) => sum + files, 0) })
  return reasons.length === 0 ? verdict : { ...verdict, reasons }
}

/** A task with what its newest attempt tells. A follower shows the attempt of the task that loads its path. */
export function toTask(state: State, row: TaskRow): Task {
  const own = newestOf(state, row)
  const agent = own === undefined ? undefined : state.agents.get(own.agentId)
  const exit = row.exit ?? own?.exit
  const {
    id,
    path,
    action,
    options,
    status,
    desired,
    attempts,
    createdAt,
    startedAt,
    endedAt,
    verdict,
    estimate,
    attachedTo,
  } = row
  return {
    ...{ id, job: row.jobId, path, action, options, status, desired, attempts, createdAt },
    ...(agent !== undefined && { agent: agent.name }),
    ...(attachedTo !== undefined && { attachedTo }),
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(exit !== undefined && { exit }),
    files: toFiles(row, own),
    ...(own?.progress !== undefined && endedAt === undefined && { progress: own.progress }),
    ...(verdict !== undefined && { verdict: withReasons(verdict) }),
    ...(estimate !== undefined && { estimate }),
    ...(own?.cancel !== undefined && { cancel: own.cancel }),
    steps: [...(own?.steps ?? [])],
    notes: [...row.notes],
  }
}

/** The newest attempt of a task, also of the task that it follows. */
export function newestOf(state: State, row: TaskRow): AllocationRow | undefined {
  const holder = row.attachedTo === undefined ? row : state.tasks.get(row.attachedTo)
  const id = holder?.allocationId
  return id === undefined ? undefined : state.allocations.get(id)
}

/** Files by what became of them: measured when they were measured, else as the CLI's lines say. */
function toFiles(row: TaskRow, allocation: AllocationRow | undefined): Files {
  const { before, after, missingTotal } = row.verdict ?? {}
  if (after !== undefined) {
    const already = Math.min(before?.cachedFiles ?? 0, after.cachedFiles)
    const failed = missingTotal ?? after.files - after.cachedFiles
    return { loaded: after.cachedFiles - already, alreadyCached: already, failed, total: after.cachedFiles + failed }
  }
  const lines = allocation?.lines ?? NO_LINES
  const failed = Math.max(lines.failed, lines.attemptsFailed)
  return {
    loaded: lines.loaded,
    alreadyCached: lines.alreadyCached,
    failed,
    total: lines.loaded + lines.alreadyCached + failed,
  }
}

/** An agent with how much it has at work. */
export function toAgent(state: State, row: AgentRow): AgentView {
  const { description, silentSince } = row
  const { version, host, capacity, capabilities, entrypoint, owner } = description
  return {
    ...{
      id: row.id,
      name: row.name,
      cluster: row.cluster,
      status: toAgentStatus(row),
      version,
      host,
      capacity,
      capabilities,
    },
    running: state.allocations.countOf('liveByAgent', row.id),
    since: row.since,
    createIndex: row.createIndex,
    modifyIndex: row.modifyIndex,
    ...(silentSince !== undefined && { silentSince }),
    ...(entrypoint !== undefined && { entrypoint }),
    ...(owner !== undefined && { owner }),
  }
}

/** Ready, draining or down, as people are told. */
export function toAgentStatus(row: AgentRow): AgentView['status'] {
  if (!row.connected) return 'down'
  return row.draining ? 'draining' : 'ready'
}
