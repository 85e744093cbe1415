// everything a caller can do: the verbs that HTTP, chat and clock translate to, and nothing else

import type { ActionName } from '../../../shared/actions.ts'
import type { AgentStatus, Capabilities } from '../../../shared/agent.ts'
import type { Exit } from '../../../shared/allocation.ts'
import type { ClusterReport, ListEntry } from '../../../shared/cluster.ts'
import type { Id } from '../../../shared/ids.ts'
import type { Actor, Job, JobRequest, JobStatus, Role, Task } from '../../../shared/job.ts'
import type { Instant } from '../../../shared/time.ts'
import type { AuditEntry, AuditQuery, StreamKind } from '../ports.ts'
import type { AdoptVerb } from './adopt.ts'
import type { CatalogVerbs } from './catalog-port.ts'
import type { CompanionVerbs } from './companions-port.ts'
import type { ExpandVerbs } from './expand.ts'
import type { FeatureVerbs } from './features.ts'
import type { RegistryVerbs, SubmitHow } from './registry-port.ts'
import type { ScheduleVerbs } from './schedule-port.ts'
import type { FoundTasks, TaskQuery } from './task-port.ts'

export type * from './catalog-port.ts'
export type * from './companions-port.ts'
export type { ClusterFeatures, Features } from './features.ts'
export type * from './registry-port.ts'
export type * from './schedule-port.ts'
export type * from './task-port.ts'
export type { ChatVitals, LatenessCount, LoadCount, RunCount, SlotCount, Vitals } from './vitals.ts'

/** `next` continues the list; it is opaque and absent at the end. */
export type Page<Item> = { readonly items: readonly Item[]; readonly next?: string }
export type PageQuery = { readonly limit?: number | undefined; readonly after?: string | undefined }

export type JobQuery = PageQuery & {
  readonly status?: readonly JobStatus[] | undefined
  readonly name?: string | undefined
  readonly action?: readonly (ActionName | 'mixed')[] | undefined
  readonly cluster?: string | undefined
  /** Jobs with a task at that path or below it. */
  readonly path?: string | undefined
  readonly createdAfter?: Instant | undefined
  /** Jobs with a task of one of these actions. */
  readonly does?: readonly ActionName[] | undefined
  readonly oldestFirst?: boolean | undefined
  /** Only jobs behind this id, whether there is such a job or not; instead of `after`. */
  readonly afterId?: string | undefined
}

export type Submitted = {
  readonly job: Job
  readonly tasks: readonly { readonly id: Id; readonly path: string }[]
  readonly repeated: boolean
  /** The job was there before: still open, and left alone, or taken up again. */
  readonly met?: 'open' | 'resumed'
  readonly submissionId?: Id
  readonly notes: readonly string[]
}

export type AgentView = {
  readonly id: Id
  readonly name: string
  readonly cluster: string
  readonly status: AgentStatus
  readonly version: string
  readonly host: string
  readonly capacity: { readonly work: number; readonly read: number }
  readonly running: number
  readonly since: Instant
  readonly createIndex: number
  readonly modifyIndex: number
  readonly silentSince?: Instant
  readonly capabilities: Capabilities
  readonly entrypoint?: string
  readonly owner?: string
}

export type ClusterView = {
  readonly name: string
  readonly agents: number
  readonly ready: number
  readonly simulated: boolean
  readonly running: number
  readonly queued: number
}

/** A stream of one task's newest allocation, read from the daemon's own disk while it grows. */
export type OutputReader = {
  readonly task: Id
  readonly path: string
  length(): Promise<number>
  read(from: number, maxBytes: number): Promise<Uint8Array>
  tailOffset(lines: number): Promise<number>
  /** Resolves when there is more than `from`, or nothing will come any more (`false`). Aborting resolves it with `false`. */
  more(from: number, signal: AbortSignal): Promise<boolean>
}

/** A change as a live listener hears of it. `index` resumes. */
export type LiveEvent =
  | { readonly type: 'status'; readonly index: number; readonly job: Job; readonly tasks: readonly Task[] }
  | { readonly type: 'progress'; readonly index: number; readonly job: Job; readonly tasks: readonly Task[] }
  | { readonly type: 'agent'; readonly index: number; readonly agent: AgentView }
  /** The listener was too slow: events were left out, the present state follows. */
  | { readonly type: 'gap'; readonly index: number }

export type Check = {
  readonly name: string
  readonly ok: boolean | null
  readonly answer: string
  readonly remedy?: string
}
export type TokenView = {
  readonly id: Id
  readonly name: string
  readonly user: string
  readonly role: Role
  readonly createdAt: Instant
}
export type ClusterAnswer = {
  readonly cluster: string
  readonly report?: ClusterReport
  readonly text: string
  readonly at: Instant
  readonly notes: readonly string[]
}
/** What a synchronous ask ended with. */
export type RunOutcome = {
  readonly task: Task
  readonly exit?: Exit
  readonly output: Uint8Array
  /** Of a list its first entries, as the agent read them. */
  readonly listing?: readonly ListEntry[]
  readonly timedOut: boolean
  /** Why it waited. */
  readonly notes: readonly string[]
}

/**
 * All verbs. Each throws AppError for the caller's mistakes; the actor's role is checked against the verb's effect.
 * `ref` is a job's UUID or its short number.
 */
export type Operations = CatalogVerbs &
  FeatureVerbs &
  ExpandVerbs &
  RegistryVerbs &
  CompanionVerbs &
  ScheduleVerbs &
  AdoptVerb & {
    submitJob(actor: Actor, request: JobRequest, how?: SubmitHow): Promise<Submitted>
    getJob(actor: Actor, ref: string): Promise<Job>
    /** Answers when the job has ended or `waitMs` are over. */
    waitForJob(actor: Actor, ref: string, wait: { readonly waitMs: number; readonly signal: AbortSignal }): Promise<Job>
    listJobs(actor: Actor, query: JobQuery): Promise<Page<Job>>
    listTasks(
      actor: Actor,
      ref: string,
      query: PageQuery & { readonly status?: readonly Task['status'][] | undefined },
    ): Promise<Page<Task>>
    findTasks(actor: Actor, query: TaskQuery): Promise<FoundTasks>
    /** `view` names the door in the note that is kept of it. */
    stopJob(actor: Actor, ref: string, view?: string): Promise<Job>
    stopTask(actor: Actor, taskId: Id): Promise<Task>
    retryJob(actor: Actor, ref: string, only: 'failed' | 'unfinished' | 'all'): Promise<Job>
    /** Readers of a task's output, or of all tasks of a job (in their order); `taskId` picks one. */
    openOutput(
      actor: Actor,
      of: { readonly ref?: string | undefined; readonly taskId?: Id | undefined },
      kind: StreamKind,
    ): Promise<readonly OutputReader[]>
    /** Submits and waits for its end: list and report, which answer at once. The task goes on when the time is over. */
    runNow(
      actor: Actor,
      request: JobRequest,
      wait: { readonly waitMs: number; readonly signal: AbortSignal; readonly how?: SubmitHow },
    ): Promise<RunOutcome>
    /** Live changes of one job, or of everything; first the present state. Ends when aborted. */
    follow(actor: Actor, of: { readonly ref?: string | undefined }, signal: AbortSignal): AsyncIterable<LiveEvent>
    listAgents(actor: Actor): Promise<Page<AgentView>>
    drainAgent(actor: Actor, agentId: Id, draining: boolean): Promise<AgentView>
    listClusters(actor: Actor): Promise<Page<ClusterView>>
    /** Asks the cluster now. Throws COMMAND_FAILED when nobody can, when it fails, or after 30 s; it leaves nothing behind. */
    clusterReport(actor: Actor, name: string, signal: AbortSignal): Promise<ClusterAnswer>
    listTokens(actor: Actor): Promise<Page<TokenView>>
    createToken(
      actor: Actor,
      request: { readonly name: string; readonly role?: Role | undefined },
    ): Promise<TokenView & { readonly token: string }>
    revokeToken(actor: Actor, tokenId: Id): Promise<void>
    /** Who wrote what, newest first. An administrator's verb. */
    listAudit(actor: Actor, query: AuditQuery): Promise<Page<AuditEntry>>
    doctor(actor: Actor): Promise<Page<Check>>
    /** The same, and a test message through each way that groups are reached by: everybody there sees it. */
    testSends(actor: Actor): Promise<Page<Check>>
  }

/** Who a credential belongs to; undefined when it is unknown. Handed to the doors. */
export type Authenticate = (token: string | undefined) => { readonly name: string; readonly role: Role } | undefined
