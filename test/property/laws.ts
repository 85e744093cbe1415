// the laws of the core, checked after every step of a history

import type { Event } from '../../bot/core/events.ts'
import { INDEXES, isPlaceable, joined, LANES } from '../../bot/core/indexes.ts'
import { isRefreshing, toLeaderKey } from '../../bot/core/leader-key.ts'
import { countFree } from '../../bot/core/place.ts'
import { recount, toJobStatus } from '../../bot/core/rollup.ts'
import { type State, TABLE_NAMES, type TaskRow } from '../../bot/core/state.ts'
import { createTable, type Table } from '../../bot/core/table.ts'
import { ACTIONS } from '../../shared/actions.ts'
import { ALLOCATION_MOVES, isEnded } from '../../shared/allocation.ts'
import type { Id } from '../../shared/ids.ts'
import { type ChatMemory, createChatMemory } from './chat-laws.ts'
import { noteWarmths, type Warmths } from './kept-laws.ts'

export type Breach = { readonly law: string; readonly what: string }

/** What has to be remembered between events. */
export type Memory = {
  readonly placed: Map<Id, number>
  /** Placements again by themselves since somebody asked, by task and reason. */
  readonly again: Map<string, number>
  readonly revived: Set<Id>
  /** Allocations whose agent said its last word on them, and it was taken. */
  readonly lastWords: Set<Id>
  readonly warmths: Warmths
  readonly chat: ChatMemory
  readonly breaches: Breach[]
}
export const createMemory = (): Memory => ({
  placed: new Map(),
  again: new Map(),
  revived: new Set(),
  lastWords: new Set(),
  warmths: new Set(),
  chat: createChatMemory(),
  breaches: [],
})

/** Placements without anyone asking again: the first, two after losses, two after passing causes; restarts come on top. */
const MOST_PLACED = 5
const MOST_AGAIN: ReadonlySet<string> = new Set(['lost', 'passing', 'restart'])

/** Laws about one event: `apply` changes the draft. */
export function watchEvent(draft: State, event: Event, world: { memory: Memory; apply: () => void }): void {
  const { memory, apply } = world
  const breach = (law: string, what: string): void => void memory.breaches.push({ law, what })
  const allocationId = 'allocationId' in event ? event.allocationId : undefined
  const allocationBefore = allocationId === undefined ? undefined : draft.allocations.get(allocationId)
  const taskId =
    'taskId' in event
      ? event.taskId
      : event.type === 'allocation.placed'
        ? event.allocation.taskId
        : allocationBefore?.taskId
  const taskBefore = taskId === undefined ? undefined : draft.tasks.get(taskId)
  if (event.type === 'allocation.placed') watchPlacement(draft, event.allocation, breach)
  apply()
  noteWarmths(draft, event, memory.warmths)
  const allocationAfter = allocationId === undefined ? undefined : draft.allocations.get(allocationId)
  const taskAfter = taskId === undefined ? undefined : draft.tasks.get(taskId)
  if (allocationBefore && allocationAfter && allocationBefore.status !== allocationAfter.status) {
    if (!ALLOCATION_MOVES[allocationBefore.status].includes(allocationAfter.status)) {
      breach('legal moves', `allocation ${allocationBefore.status} -> ${allocationAfter.status}`)
    }
    if (allocationBefore.status === 'lost' && allocationAfter.status === 'running')
      memory.revived.add(allocationAfter.taskId)
  }
  if (event.type === 'task.ended') watchServed(draft, taskBefore, breach)
  const retried = event.type === 'task.queued' && event.why === 'retry'
  if (taskBefore && taskAfter && taskBefore.status !== taskAfter.status && isEnded(taskBefore.status) && !retried) {
    if (taskBefore.status !== 'lost') breach('legal moves', `task ${taskBefore.status} -> ${taskAfter.status}`)
  }
  if (event.type === 'task.queued') {
    const reason = `${event.taskId} ${event.why}`
    const again = (memory.again.get(reason) ?? 0) + 1
    memory.again.set(reason, again)
    const most = event.why === 'restart' ? (taskBefore?.options.restart?.attempts ?? 0) : 2
    if (MOST_AGAIN.has(event.why) && again > most) breach('attempts are bounded', event.why)
    if (retried) for (const why of MOST_AGAIN) memory.again.delete(`${event.taskId} ${why}`)
    if (retried) memory.placed.set(event.taskId, 0)
    else if (taskBefore?.desired === 'stop') breach('a stopped task is not run again', event.why)
    if (event.why === 'refused') memory.placed.set(event.taskId, (memory.placed.get(event.taskId) ?? 0) - 1)
  }
  if (event.type === 'allocation.placed') {
    const placed = (memory.placed.get(event.allocation.taskId) ?? 0) + 1
    memory.placed.set(event.allocation.taskId, placed)
    if (placed > MOST_PLACED + (taskAfter?.options.restart?.attempts ?? 0))
      breach('attempts are bounded', `${placed} placements`)
    const { agentId, action } = event.allocation
    const { lane } = ACTIONS[action]
    const live = draft.allocations.countOf('liveByLane', joined(lane, agentId))
    const capacity = draft.agents.get(agentId)?.description.capacity[lane] ?? 0
    if (live > capacity) breach('capacity is never exceeded', `${live} of ${capacity}`)
  }
}

// `task` as it was before it ended: of a follower that is not stopped the leader's measurement is the reason
function watchServed(draft: State, task: TaskRow | undefined, breach: (law: string, what: string) => void): void {
  const after = task === undefined ? undefined : draft.tasks.get(task.id)
  const leader = task?.attachedTo === undefined ? undefined : draft.tasks.get(task.attachedTo)
  const run = leader?.allocationId === undefined ? undefined : draft.allocations.get(leader.allocationId)
  const verify = run?.steps.findLast(step => step.name === 'verify')
  if (task === undefined || after?.verdict === undefined || run === undefined || verify === undefined) return
  const askedAt = task.retriedAt ?? task.createdAt
  if (askedAt > run.placedAt && verify.startedAt <= askedAt)
    breach('served by what was measured afterwards', `${verify.startedAt} <= ${askedAt}`)
}

function watchPlacement(
  draft: State,
  row: { taskId: Id; jobId: Id; agentId: Id },
  breach: (law: string, what: string) => void,
): void {
  const agent = draft.agents.get(row.agentId)
  const task = draft.tasks.get(row.taskId)
  const job = draft.jobs.get(row.jobId)
  const blind = agent?.description.capabilities.found === false
  const sighted = [...draft.agents.find('ready', task?.cluster ?? '')].some(one => one.description.capabilities.found)
  if (!agent?.connected || agent.draining || (blind && sighted) || agent.cluster !== task?.cluster) {
    breach('placed on ready agents only', row.agentId)
  }
  if (task?.desired !== 'run' || job?.desired !== 'run') breach('nothing is placed for what is stopped', row.taskId)
}

/** Laws about a state at rest. */
export function checkState(state: State): Breach[] {
  return [
    ...checkTasks(state),
    ...checkJobs(state),
    ...checkAllocations(state),
    ...checkPlaces(state),
    ...checkIndexes(state),
  ]
}

function checkTasks(state: State): Breach[] {
  const breaches: Breach[] = []
  const breach = (law: string, what: string): void => void breaches.push({ law, what })
  for (const task of state.tasks.rows()) {
    const open = !isEnded(task.status)
    const live = [...state.allocations.find('task', task.id)].filter(row => !isEnded(row.status))
    if (live.length > 1) breach('one live attempt a task', `${live.length}`)
    if (live.some(row => row.id !== task.allocationId || !open))
      breach('one live attempt a task', `an older one lives, task ${task.status}`)
    if (open === (task.endedAt !== undefined)) breach('ended means ended', `${task.status} ${task.endedAt}`)
    const waits = task.status === 'queued' && task.attachedTo === undefined && live.length === 0
    if (waits !== task.waiting) breach('waiting means without a place', `${task.status} ${task.waiting}`)
    if (open && task.attachedTo === undefined && live[0] && live[0].status !== task.status)
      breach('a task is as its attempt', `${live[0].status} ${task.status}`)
    if (task.waiting && task.desired === 'stop') breach('a stopped task is not run again', 'waits')
    if (open && task.attachedTo !== undefined) checkFollower(state, task, breach)
    if (task.verify && task.status === 'succeeded' && task.verdict?.ok === false)
      breach('the measurement decides', 'succeeded')
    if (task.verify && task.status === 'failed' && task.verdict?.ok === true)
      breach('the measurement decides', 'failed')
  }
  return breaches
}

function checkFollower(state: State, task: TaskRow, breach: (law: string, what: string) => void): void {
  const leader = task.attachedTo === undefined ? undefined : state.tasks.get(task.attachedTo)
  if (!leader || isEnded(leader.status) || leader.attachedTo !== undefined)
    return breach('an open follower has an open leader', `${leader?.status}`)
  if (leader.status !== task.status) breach('a follower is as its leader', `${leader.status} ${task.status}`)
}

function checkJobs(state: State): Breach[] {
  const breaches: Breach[] = []
  const lives = new Map<Id, number>()
  for (const row of state.allocations.rows()) {
    if (!isEnded(row.status)) lives.set(row.jobId, (lives.get(row.jobId) ?? 0) + 1)
  }
  for (const job of state.jobs.rows()) {
    const fresh = recount(state.tasks.find('job', job.id))
    const live = lives.get(job.id) ?? 0
    const { total, queued, running } = fresh.counts
    // one without tasks waits until it is stopped
    const open = total === 0 ? job.desired === 'run' : queued + running > 0
    const status = total === 0 && !open ? 'stopped' : toJobStatus(fresh.counts)
    const same =
      JSON.stringify(fresh.counts) === JSON.stringify({ ...fresh.counts, ...job.counts }) &&
      fresh.waiting.work === job.waiting.work &&
      fresh.waiting.read === job.waiting.read &&
      live === job.live &&
      job.status === status &&
      open === (job.endedAt === undefined)
    if (!same) breaches.push({ law: 'the roll-up is fresh', what: JSON.stringify({ fresh, live, job }) })
  }
  return breaches
}

function checkAllocations(state: State): Breach[] {
  return [...state.allocations.rows()].flatMap(row =>
    state.tasks.get(row.taskId) && state.agents.get(row.agentId) !== undefined
      ? []
      : isEnded(row.status) && state.tasks.get(row.taskId)
        ? []
        : [{ law: 'rows have what they name', what: row.id }],
  )
}

function checkPlaces(state: State): Breach[] {
  const breaches: Breach[] = []
  for (const cluster of new Set([...state.agents.keys('ready')])) {
    for (const lane of LANES) {
      const free = countFree(state, { lane, cluster })
      const waiting = [...state.tasks.find('waitingIn', joined(lane, cluster))].filter(
        task => task.refusedBy.length === 0,
      )
      if (free > 0 && waiting.length > 0)
        breaches.push({ law: 'nothing waits beside a free place', what: `${waiting.length}` })
    }
  }
  return breaches
}

/** What is found through the indexes is what a table built anew from the rows finds. */
export function checkIndexes(state: State): Breach[] {
  return TABLE_NAMES.flatMap(name => {
    const table = state[name] as Table<{ id: string }>
    const fresh = createTable<{ id: string }>(INDEXES[name] as never)
    for (const row of table.rows()) fresh.set(row.id, row)
    if (table.size !== fresh.size) return [{ law: 'indexes are as if built anew', what: `${name} size` }]
    return Object.keys(INDEXES[name]).flatMap(index =>
      sameIndex(table, fresh, index) ? [] : [{ law: 'indexes are as if built anew', what: `${name}.${index}` }],
    )
  })
}

function sameIndex(table: Table<{ id: string }>, fresh: Table<{ id: string }>, index: string): boolean {
  const show = (of: Table<{ id: string }>): string =>
    Array.from(
      of.keys(index),
      key =>
        `${key}:${of.countOf(index, key)}:${Array.from(of.find(index, key), row => row.id)
          .sort()
          .join()}`,
    )
      .sort()
      .join(';')
  const has = [...fresh.keys(index)].every(key =>
    [...fresh.find(index, key)].every(row => table.has(index, key, row.id) && table.get(row.id) === row),
  )
  return has && show(table) === show(fresh)
}

/** What its agent called ended, and was heard, neither runs nor will. */
export function checkLastWords(state: State, memory: Memory): Breach[] {
  return [...memory.lastWords].flatMap(id => {
    const row = state.allocations.get(id)
    return row === undefined || isEnded(row.status) ? [] : [{ law: 'a last word is the last', what: row.status }]
  })
}

/** No two loads of the same kind at one path, unless one was given up and came back. */
export function checkLeaders(state: State, memory: Memory): Breach[] {
  const seen = new Map<string, Id>()
  return [...state.tasks.rows()].flatMap(task => {
    const key = toLeaderKey(task)
    if (key === undefined || memory.revived.has(task.id)) return []
    const full = `${key} ${isRefreshing(task)} ${task.verify}`
    const twice = seen.has(full)
    seen.set(full, task.id)
    return twice ? [{ law: 'one load a path', what: full }] : []
  })
}

export const isWaiting = isPlaceable
