// what happens to tasks
import { ACTIONS } from '../../../shared/actions.ts'
import { isEnded } from '../../../shared/allocation.ts'
import { type Instant, toInstant, toMs } from '../../../shared/time.ts'
import { LONGEST_SHARED_WAIT_MS, tellAttached } from '../attach.ts'
import type { Event } from '../events.ts'
import { without } from '../rows.ts'
import type { State, TaskRow } from '../state.ts'
import { toWarmthId } from '../warmth.ts'
import { changeFollowers, changeTask, type Evolvers, putTask } from './put.ts'

type TaskEvent = Extract<Event['type'], `task.${string}`>
type Queued = Extract<Event, { type: 'task.queued' }>

/** Remarks kept with a task; what came first is the cause. */
const MOST_NOTES = 20

export const TASK_EVENTS: Evolvers<TaskEvent> = {
  'task.created'(draft, { task }, at) {
    putTask(draft, task)
    const job = draft.jobs.get(task.jobId)
    if (job !== undefined && task.key !== '' && (job.leastKey === '' || task.key < job.leastKey))
      draft.jobs.set(job.id, { ...job, leastKey: task.key })
    if (task.attachedTo !== undefined) wakeLeader(draft, task.attachedTo, at)
  },
  'task.attached'(draft, { taskId, leader }, at) {
    const followed = draft.tasks.get(leader)
    const running = followed?.status === 'running'
    const waiting = followed === undefined || isEnded(followed.status)
    const number = followed === undefined ? undefined : draft.jobs.get(followed.jobId)?.number
    const told = followed === undefined ? [] : [tellAttached(followed, number)]
    changeTask(draft, taskId, row => ({
      ...without(row, 'notBefore', 'targets'),
      attachedTo: leader,
      waiting,
      status: running ? 'running' : 'queued',
      ...(running && { startedAt: row.startedAt ?? at }),
      notes: withNotes(row.notes, told),
    }))
    wakeLeader(draft, leader, at)
  },
  'task.detached'(draft, { taskId }) {
    changeTask(draft, taskId, row => ({ ...without(row, 'attachedTo'), status: 'queued' }))
  },
  'task.stop-requested'(draft, { taskId }) {
    changeTask(draft, taskId, row => ({ ...row, desired: 'stop' }))
  },
  'task.queued'(draft, event, at) {
    const before = draft.tasks.get(event.taskId)
    if (before === undefined) return
    putTask(draft, REQUEUE[event.why](toQueued(before, event), { draft, at }))
    changeFollowers(draft, event.taskId, row => ({ ...row, status: 'queued' }))
  },
  'task.ready'(draft, { taskId }) {
    // who refused it then may take it now
    changeTask(draft, taskId, row => ({ ...without(row, 'notBefore'), refusedBy: [] }))
  },
  'task.ended'(draft, { taskId, status, exit, verdict, estimate, notes }, at) {
    changeTask(draft, taskId, row => ({
      ...without(row, 'notBefore', 'exit', 'verdict', 'estimate'),
      status,
      waiting: false,
      endedAt: at,
      ...(exit !== undefined && { exit }),
      ...(verdict !== undefined && { verdict }),
      ...(estimate !== undefined && { estimate }),
      notes: withNotes(row.notes, notes),
    }))
    noteWarmth(draft, taskId, at)
    // still attached and waiting: left behind
    changeFollowers(draft, taskId, row => ({ ...row, status: 'queued', waiting: true }))
  },
}

// it may sleep for as long as its asker said, but who comes now did not say so
function wakeLeader(draft: State, leader: string, at: Instant): void {
  const { notBefore } = draft.tasks.get(leader) ?? {}
  const latest = toInstant(toMs(at) + LONGEST_SHARED_WAIT_MS)
  if (notBefore !== undefined && notBefore > latest) changeTask(draft, leader, row => ({ ...row, notBefore: latest }))
}

// what was loaded once is known from then on
function noteWarmth(draft: State, taskId: string, at: Instant): void {
  const row = draft.tasks.get(taskId)
  // who had its job removed wants to begin anew
  if (row === undefined || draft.jobs.get(row.jobId)?.purged) return
  if (row.status !== 'succeeded' || !ACTIONS[row.action].verified || row.options.dryRun === true) return
  const { cluster, path, jobId } = row
  const id = toWarmthId(row)
  draft.warmed.set(id, { id, cluster, path, jobId, at })
}

function withNotes(known: readonly string[], more: readonly string[] = []): readonly string[] {
  return more.length === 0 ? known : [...known, ...more].slice(0, MOST_NOTES)
}

/** It is placed again for a reason that has nothing to do with what is missing. */
const KEEPS_TARGETS: ReadonlySet<Queued['why']> = new Set(['lost', 'refused'])

function toQueued(before: TaskRow, { why, notBefore, targets, notes }: Queued): TaskRow {
  const row = KEEPS_TARGETS.has(why) ? before : without(before, 'targets')
  return {
    ...without(row, 'attachedTo', 'notBefore', 'endedAt', 'exit', 'verdict', 'estimate'),
    status: 'queued',
    waiting: true,
    ...(notBefore !== undefined && { notBefore: toInstant(notBefore) }),
    ...(targets !== undefined && { targets }),
    notes: withNotes(why === 'retry' ? [] : row.notes, notes),
  }
}

type Requeue = (row: TaskRow, world: { readonly draft: State; readonly at: Instant }) => TaskRow

const REQUEUE: Readonly<Record<Queued['why'], Requeue>> = {
  retry: (row, { at }) => ({
    ...without(row, 'passingSince', 'startedAt'),
    // what a coordinator was given past us has ended there: from now on it is a load of ours
    options: without(row.options, 'adopted'),
    retriedAt: at,
    desired: 'run',
    lostAgain: 0,
    passedAgain: 0,
    restarts: 0,
    refusedBy: [],
  }),
  lost: row => ({ ...row, lostAgain: row.lostAgain + 1 }),
  restart: row => ({ ...row, restarts: row.restarts + 1 }),
  passing: (row, { at }) => ({ ...row, passedAgain: row.passedAgain + 1, passingSince: row.passingSince ?? at }),
  refused(row, { draft }) {
    const agent = row.allocationId === undefined ? undefined : draft.allocations.get(row.allocationId)?.agentId
    return agent === undefined || row.refusedBy.includes(agent) ? row : { ...row, refusedBy: [...row.refusedBy, agent] }
  },
  'handed-over': row => row,
}
