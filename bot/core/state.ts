// everything the daemon knows: its rows, and the tables through which they are found without walking everything
import type { ActionName, TaskOptions } from '../../shared/actions.ts'
import type { AgentDescription } from '../../shared/agent.ts'
import type { Desired, EngineCancel, Exit, LineCounts, Progress, Status, Step } from '../../shared/allocation.ts'
import type { ClusterReport, ListEntry } from '../../shared/cluster.ts'
import type { Id } from '../../shared/ids.ts'
import type { Counts, JobStatus, Via } from '../../shared/job.ts'
import type { CachePath } from '../../shared/path.ts'
import type { Instant } from '../../shared/time.ts'
import type { Estimate, Findings, Verdict } from '../../shared/verdict.ts'
import { INDEXES } from './indexes.ts'
import { createDraft, createTable, mergeDraft, type Table } from './table.ts'

export type { Settings } from './settings.ts'

/** Rows are replaced, never changed. */
export type JobRow = {
  readonly id: Id
  readonly number: number
  readonly name: string
  readonly named: boolean
  readonly cluster: string
  /** What all its tasks do, or `mixed`. */
  readonly action: ActionName | 'mixed'
  readonly requester: string
  readonly via: Via
  readonly desired: Desired
  readonly status: JobStatus
  readonly counts: Counts
  /** Its tasks that could be placed now, were there an agent, by the place that they need. */
  readonly waiting: { readonly work: number; readonly read: number }
  /** Its live allocations. */
  readonly live: number
  readonly createdAt: Instant
  readonly startedAt?: Instant
  readonly endedAt?: Instant
  readonly notes: readonly string[]
}

/** Places at which a load begins, at or below its task's path, because the rest of it was cached. */
export type Targets = {
  readonly paths: readonly string[]
  /** Whoever asked later than this asks for more than what was seen to be missing. */
  readonly seenAt: Instant
}

export type TaskRow = {
  readonly id: Id
  readonly jobId: Id
  readonly cluster: string
  readonly action: ActionName
  readonly path: CachePath
  /** The path in the form in which paths are compared. */
  readonly key: string
  readonly options: TaskOptions
  readonly verify: boolean
  readonly status: Status
  readonly desired: Desired
  /** It waits for a placement: queued, not attached (or left behind, within a frame), nothing of it on an agent. */
  readonly waiting: boolean
  /** Placements so far. */
  readonly attempts: number
  /** The newest allocation. */
  readonly allocationId?: Id
  readonly attachedTo?: Id
  /** Not to be placed before; set while a cause that passes by itself is waited for. */
  readonly notBefore?: Instant
  /** Placements again because a run was lost (at most 2). */
  readonly lostAgain: number
  /** Placements again because the verdict named only causes that pass (at most 2 within 30 minutes of `passingSince`). */
  readonly passedAgain: number
  readonly passingSince?: Instant
  /** Set while only what was missing is loaded again. */
  readonly targets?: Targets
  /** Agents that refused it lately, so that it moves elsewhere. */
  readonly refusedBy: readonly Id[]
  readonly createdAt: Instant
  /** Somebody asked for it again. */
  readonly retriedAt?: Instant
  readonly startedAt?: Instant
  readonly endedAt?: Instant
  readonly exit?: Exit
  readonly verdict?: Verdict
  readonly estimate?: Estimate
  readonly notes: readonly string[]
}

export type AllocationRow = {
  readonly id: Id
  readonly taskId: Id
  readonly jobId: Id
  readonly agentId: Id
  readonly action: ActionName
  readonly attempt: number
  readonly status: Status
  readonly desired: Desired
  /** The agent said that it has it. */
  readonly accepted: boolean
  /** The agent said that it began. */
  readonly started: boolean
  readonly placedAt: Instant
  readonly startedAt?: Instant
  readonly endedAt?: Instant
  /** Its task's time is over at this instant. */
  readonly deadlineAt?: Instant
  readonly timedOut?: boolean
  readonly exit?: Exit
  readonly lines?: LineCounts
  readonly progress?: Progress
  readonly findings?: Findings
  readonly cancel?: EngineCancel
  readonly steps: readonly Step[]
  readonly outputBytes?: number
  readonly missingBytes?: number
  /** What a report or a list said, as the agent read it. */
  readonly report?: ClusterReport
  readonly listing?: readonly ListEntry[]
}

/** What one load brought into the cache, and how long its load steps took. */
export type Sample = { readonly files: number; readonly bytes: number; readonly ms: number }

export type AgentRow = {
  readonly id: Id
  readonly name: string
  readonly cluster: string
  readonly description: AgentDescription
  readonly connected: boolean
  /** Names the socket, so that the end of an older one says nothing about a newer one. */
  readonly connection?: string
  readonly draining: boolean
  readonly since: Instant
  /** Silent from then on; its runs are lost when the grace period is over. */
  readonly silentSince?: Instant
  /** Highest report taken in. */
  readonly taken: number
  /** Its newest loads, oldest first, for estimates. */
  readonly samples: readonly Sample[]
}

/** An `Idempotency-Key` that was used; its id is `user NUL key`. */
export type KeyRow = {
  readonly id: string
  readonly jobId: Id
  readonly taskIds: readonly Id[]
  readonly fingerprint: string
}

/** A token made through the API, hashed. */
export type TokenRow = {
  readonly id: Id
  readonly name: string
  readonly user: string
  readonly role: 'viewer' | 'operator' | 'admin'
  readonly sha256: string
  readonly createdAt: Instant
}

/** The one row of counters: its id is `counters`. */
export type CountersRow = { readonly id: 'counters'; readonly nextNumber: number; readonly index: number }

export type Rows = {
  readonly jobs: JobRow
  readonly tasks: TaskRow
  readonly allocations: AllocationRow
  readonly agents: AgentRow
  readonly keys: KeyRow
  readonly tokens: TokenRow
  readonly counters: CountersRow
}
export type TableName = keyof Rows
export const TABLE_NAMES = Object.keys(INDEXES) as readonly TableName[]

/** All tables; a draft has the same shape, layered over the committed one. */
export type State = { readonly [Name in TableName]: Table<Rows[Name]> }

/** An empty state. */
export function createState(): State {
  return build(name => createTable<Rows[typeof name]>(INDEXES[name] as never))
}

/** A draft over `state`, which may be a draft itself; `state` must not change while the draft is in use. */
export function createDraftState(state: State): State {
  return build(name => createDraft<Rows[typeof name]>(state[name] as never))
}

/** Writes what a draft changed into `into`: the state below it, or one that equals it. */
export function mergeDraftState(draft: State, into: State): void {
  for (const name of TABLE_NAMES) mergeDraft<Rows[typeof name]>(draft[name] as never, into[name] as never)
}

/** The counters; before the first frame they stand at the beginning. */
export function countersOf(state: State): CountersRow {
  return state.counters.get('counters') ?? { id: 'counters', nextNumber: 1, index: 0 }
}

function build(make: (name: TableName) => unknown): State {
  return Object.fromEntries(TABLE_NAMES.map(name => [name, make(name)])) as State
}
