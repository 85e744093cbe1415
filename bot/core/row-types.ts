// the rows that work is made of: jobs, tasks, attempts, agents; and all kinds of rows by the name of their table
import type { ActionName, TaskOptions } from '../../shared/actions.ts'
import type { AgentDescription } from '../../shared/agent.ts'
import type { Desired, EngineCancel, Exit, LineCounts, Progress, Status, Step } from '../../shared/allocation.ts'
import type { ClusterReport, ListEntry } from '../../shared/cluster.ts'
import type { Id } from '../../shared/ids.ts'
import type { Counts, JobStatus, Via } from '../../shared/job.ts'
import type { CachePath } from '../../shared/path.ts'
import type { Instant } from '../../shared/time.ts'
import type { Estimate, Findings, Verdict } from '../../shared/verdict.ts'
import type { Asker, CardRow, ConversationRow, LetterRow, MessageRow, MeterRow, NoticeRow } from './chat-rows.ts'
import type {
  CompanionRow,
  CountersRow,
  Indexed,
  KeyRow,
  PolicyRow,
  ScheduleKeyRow,
  SubmissionRow,
  TokenRow,
  WarmedRow,
} from './kept-rows.ts'
import type { CourseRow, Scheduled, ScheduleRow, SlotRow } from './schedule-rows.ts'

export type * from './chat-rows.ts'
export type * from './kept-rows.ts'
export type * from './schedule-rows.ts'

/** Rows are replaced, never changed. */
export type JobRow = Indexed & {
  readonly id: Id
  readonly number: number
  readonly name: string
  readonly named: boolean
  readonly cluster: string
  /** What all its tasks do, or `mixed`. */
  readonly action: ActionName | 'mixed'
  readonly requester: string
  readonly via: Via
  /** Who asked for it in chat, oldest first: they are told how it ends. */
  readonly askers?: readonly Asker[]
  /** Set when its askers were told that it takes long, or need not be. */
  readonly toldHalfway?: true
  /** The slot of a schedule that it is the run of. */
  readonly scheduled?: Scheduled
  readonly desired: Desired
  readonly status: JobStatus
  readonly counts: Counts
  /** Its tasks that could be placed now, were there an agent, by the place that they need. */
  readonly waiting: { readonly work: number; readonly read: number }
  /** Its live allocations. */
  readonly live: number
  /** The least of its tasks' paths, compared: what a job of the same paths is found by. */
  readonly leastKey: string
  /** Gone for everybody; its rows go when nothing of it runs any more. */
  readonly purged?: true
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
  /** What the asker calls it, when that is not its path. */
  readonly label?: string
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
  /** Placements again because its restart policy said so, since it was asked for. */
  readonly restarts: number
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

/** `full`: the first that loads its path in its cluster; `incr`: the path was loaded before. */
export type Stage = 'full' | 'incr'

export type AllocationRow = Indexed & {
  readonly id: Id
  readonly taskId: Id
  readonly jobId: Id
  readonly agentId: Id
  readonly action: ActionName
  readonly attempt: number
  readonly stage: Stage
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

export type AgentRow = Indexed & {
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

export type Rows = {
  readonly jobs: JobRow
  readonly tasks: TaskRow
  readonly allocations: AllocationRow
  readonly agents: AgentRow
  readonly keys: KeyRow
  readonly tokens: TokenRow
  readonly submissions: SubmissionRow
  readonly warmed: WarmedRow
  readonly policies: PolicyRow
  readonly companions: CompanionRow
  readonly messages: MessageRow
  readonly conversations: ConversationRow
  readonly notices: NoticeRow
  readonly letters: LetterRow
  readonly cards: CardRow
  readonly meters: MeterRow
  readonly schedules: ScheduleRow
  readonly scheduleKeys: ScheduleKeyRow
  readonly courses: CourseRow
  readonly slots: SlotRow
  readonly counters: CountersRow
}
