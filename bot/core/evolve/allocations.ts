// what happens to allocations, and to the tasks whose newest attempt they are
import { isEnded } from '../../../shared/allocation.ts'
import type { Instant } from '../../../shared/time.ts'
import { SECOND, toInstant, toMs } from '../../../shared/time.ts'
import type { Event } from '../events.ts'
import { without } from '../rows.ts'
import type { AllocationRow, State, TaskRow } from '../state.ts'
import { changeAllocation, changeFollowers, changeTask, type Evolvers, putAllocation } from './put.ts'

type AllocationEvent = Extract<Event['type'], `allocation.${string}`>

/** Steps kept with an allocation: a run has about ten, a resumed one some more. */
const MOST_STEPS = 100

export const ALLOCATION_EVENTS: Evolvers<AllocationEvent> = {
  'allocation.placed'(draft, { allocation }) {
    putAllocation(draft, allocation)
    changeTask(draft, allocation.taskId, row => ({
      ...without(row, 'notBefore'),
      attempts: allocation.attempt,
      allocationId: allocation.id,
      waiting: false,
      status: 'queued',
    }))
  },
  // told to the agent; the follower's own row says whom it follows
  'allocation.followed'() {},
  'allocation.accepted'(draft, { allocationId }) {
    changeAllocation(draft, allocationId, row => ({ ...row, accepted: true }))
  },
  'allocation.refused'(draft, { allocationId, reason }, at) {
    changeAllocation(draft, allocationId, row => ({
      ...row,
      status: 'failed',
      endedAt: at,
      exit: { reason: 'refused', message: reason },
    }))
  },
  'allocation.started'(draft, { allocationId }, at) {
    changeAllocation(draft, allocationId, row => toStarted(draft, row, at))
    const row = draft.allocations.get(allocationId)
    if (row === undefined || draft.tasks.get(row.taskId)?.allocationId !== allocationId) return
    changeTask(draft, row.taskId, task => toRunning(task, at))
    changeFollowers(draft, row.taskId, task => toRunning(task, at))
  },
  'allocation.stepped'(draft, { allocationId, step }) {
    changeAllocation(draft, allocationId, row => ({ ...row, steps: withStep(row.steps, step) }))
  },
  'allocation.progressed'(draft, { allocationId, progress, lines }) {
    changeAllocation(draft, allocationId, row => ({ ...row, progress, ...(lines !== undefined && { lines }) }))
  },
  'allocation.measured'(draft, { allocationId, findings }) {
    changeAllocation(draft, allocationId, row => ({ ...row, findings: { ...row.findings, ...findings } }))
  },
  'allocation.stop-requested'(draft, { allocationId, why }) {
    changeAllocation(draft, allocationId, row => ({
      ...row,
      desired: 'stop',
      ...(why === 'timeout' && { timedOut: true }),
    }))
  },
  'allocation.ended'(draft, { allocationId, status, ending }, at) {
    changeAllocation(draft, allocationId, row => ({
      ...without(row, 'progress'),
      status,
      started: row.started || ending.started,
      endedAt: at,
      exit: ending.exit,
      ...(ending.lines !== undefined && { lines: ending.lines }),
      ...(ending.findings !== undefined && { findings: ending.findings }),
      ...(ending.cancel !== undefined && { cancel: ending.cancel }),
      ...(ending.report !== undefined && { report: ending.report }),
      ...(ending.listing !== undefined && { listing: ending.listing }),
      outputBytes: ending.outputBytes,
      missingBytes: ending.missingBytes,
    }))
  },
  'allocation.lost'(draft, { allocationId, ending }, at) {
    changeAllocation(draft, allocationId, row => ({
      ...row,
      status: 'lost',
      endedAt: row.endedAt ?? at,
      exit: { reason: 'lost' },
      ...(ending !== undefined && { outputBytes: ending.outputBytes, missingBytes: ending.missingBytes }),
    }))
  },
}

// a run that was given up for lost keeps its first start
function toStarted(draft: State, row: AllocationRow, at: Instant): AllocationRow {
  const startedAt = row.startedAt ?? at
  const seconds = draft.tasks.get(row.taskId)?.options.timeoutSeconds
  const deadlineAt = seconds === undefined ? undefined : toInstant(toMs(startedAt) + seconds * SECOND)
  return {
    ...without(row, 'endedAt', 'exit'),
    status: 'running',
    accepted: true,
    started: true,
    startedAt,
    ...(deadlineAt !== undefined && { deadlineAt }),
  }
}

function toRunning(task: TaskRow, at: Instant): TaskRow {
  const open = isEnded(task.status) ? without(task, 'endedAt', 'exit', 'verdict', 'estimate') : task
  return { ...without(open, 'notBefore'), status: 'running', waiting: false, startedAt: task.startedAt ?? at }
}

// a step is told when it starts and again when it ends
function withStep(steps: AllocationRow['steps'], step: AllocationRow['steps'][number]): AllocationRow['steps'] {
  const index = steps.findLastIndex(one => one.name === step.name && one.startedAt === step.startedAt)
  return index < 0 ? [...steps, step].slice(-MOST_STEPS) : steps.with(index, step)
}
