// what an agent reports: each number once, and only what may have happened to what it holds
import { ALLOCATION_MOVES, isEnded } from '../../../shared/allocation.ts'
import { AppError, shown } from '../../../shared/errors.ts'
import { MINUTE, SECOND } from '../../../shared/time.ts'
import type { Report } from '../../../shared/wire.ts'
import type { Command, Context, Decision } from '../commands.ts'
import type { Event } from '../events.ts'
import { hasLastWord, isBelievable, mayReturn, settleEnding } from '../settle.ts'
import type { AllocationRow, State, TaskRow } from '../state.ts'

type Ask = Extract<Command, { type: 'agent.report' }>
type AllocationReport = Exclude<Report, { type: 'capabilities' }>

/** Takes one report in. What was taken before, or cannot be, changes nothing but the count. */
export function decideReport(state: State, { agentId, n, report }: Ask, context: Context): Decision {
  const agent = state.agents.get(agentId)
  if (agent === undefined) throw new AppError('AGENT_NOT_FOUND', `There is no agent ${shown(agentId)}.`)
  if (n <= agent.taken) return { events: [], answer: { acknowledged: agent.taken } }
  if (n > agent.taken + 1) {
    // taking it would count those before it as taken: the socket is closed, and the agent goes on where it was
    throw new AppError('CONFLICT', `Report ${n} of agent ${agent.name} came before report ${agent.taken + 1}.`)
  }
  const taken: Event = { type: 'agent.taken', agentId, n }
  const answer = { acknowledged: n }
  if (report.type === 'capabilities') {
    return { events: [taken, { type: 'agent.described', agentId, capabilities: report.capabilities }], answer }
  }
  const row = state.allocations.get(report.allocation)
  if (row === undefined || row.agentId !== agentId || hasLastWord(row)) return { events: [taken], answer }
  const read = READERS[report.type] as (told: Told) => Event[]
  return { events: [taken, ...read({ state, row, report, now: context.now })], answer }
}

type Told<One extends AllocationReport = AllocationReport> = {
  readonly state: State
  readonly row: AllocationRow
  readonly report: One
  readonly now: number
}

const READERS: {
  readonly [Type in AllocationReport['type']]: (told: Told<Extract<AllocationReport, { type: Type }>>) => Event[]
} = {
  accepted: ({ row }) =>
    row.status === 'queued' && !row.accepted ? [{ type: 'allocation.accepted', allocationId: row.id }] : [],
  refused: ({ state, row, report, now }) =>
    ALLOCATION_MOVES[row.status].includes('failed') ? refuse(state, row, { ...report, now }) : [],
  started: ({ state, row }) =>
    row.status === 'queued' || mayReturn(state, row) ? [{ type: 'allocation.started', allocationId: row.id }] : [],
  step: ({ row, report }) => live(row, { type: 'allocation.stepped', allocationId: row.id, step: report.step }),
  progress: ({ row, report: { progress, lines } }) =>
    live(row, { type: 'allocation.progressed', allocationId: row.id, progress, ...(lines !== undefined && { lines }) }),
  measured: ({ row, report }) =>
    live(row, { type: 'allocation.measured', allocationId: row.id, findings: report.findings }),
  ended: ({ state, row, report, now }) =>
    ALLOCATION_MOVES[row.status].length > 0 ? settleEnding(state, row, { ending: report.ending, now }) : [],
}

function live(row: AllocationRow, event: Event): Event[] {
  return isEnded(row.status) ? [] : [event]
}

/** Waits before a task goes back to agents that have all refused it: doubled each time. */
const REFUSED_WAIT_MS = 10 * SECOND
const LONGEST_REFUSED_WAIT_MS = 5 * MINUTE

type Refusal = { readonly reason: string; readonly moveOn: boolean; readonly now: number }

function refuse(state: State, row: AllocationRow, { reason, moveOn, now }: Refusal): Event[] {
  const refused: Event = { type: 'allocation.refused', allocationId: row.id, reason, moveOn }
  const task = state.tasks.get(row.taskId)
  // one that waits for its next placement already goes on waiting
  if (task === undefined || !isBelievable(task, row) || task.waiting) return [refused]
  if (moveOn && task.desired === 'run') return [refused, toWaiting(state, { task, row, now })]
  const status = task.desired === 'stop' ? 'stopped' : 'failed'
  return [
    refused,
    { type: 'task.ended', taskId: task.id, status, exit: { reason: 'refused', message: reason }, notes: [reason] },
  ]
}

function toWaiting(state: State, { task, row, now }: { task: TaskRow; row: AllocationRow; now: number }): Event {
  const queued = { type: 'task.queued', taskId: task.id, why: 'refused' } as const
  const others = [...state.agents.find('ready', task.cluster)].filter(
    agent => agent.id !== row.agentId && !task.refusedBy.includes(agent.id),
  )
  if (others.length > 0) return queued
  const waitMs = Math.min(REFUSED_WAIT_MS * 2 ** Math.min(task.attempts, 10), LONGEST_REFUSED_WAIT_MS)
  return { ...queued, notBefore: now + waitMs }
}
