// everything a caller can do: the verbs that HTTP, chat and clock translate to, and nothing else

import type { ActionName } from '../../../shared/actions.ts'
import type { AgentStatus, Capabilities } from '../../../shared/agent.ts'
import type { Exit } from '../../../shared/allocation.ts'
import type { ClusterReport } from '../../../shared/cluster.ts'
import type { Id } from '../../../shared/ids.ts'
import type { Actor, Job, JobRequest, JobStatus, Role, Task } from '../../../shared/job.ts'
import type { Instant } from '../../../shared/time.ts'
import type { StreamKind } from '../ports.ts'

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
}

/** Tasks by id, by name, or all that fit, as view 000 groups them: of one name only the newest of each action and path. */
export type TaskQuery = {
  readonly taskId?: Id | undefined
  readonly name?: string | undefined
  readonly action?: ActionName | undefined
  readonly status?: readonly Task['status'][] | undefined
}

/** Oldest first; `cut` when only the newest were looked at or are told. */
export type FoundTasks = { readonly items: readonly NamedTask[]; readonly cut: boolean }

export type NamedTask = {
  readonly task: Task
  readonly job: Job
  readonly lines: { loaded: number; alreadyCached: number; failed: number }
  /** Its run was lost, and it will be placed again. */
  readonly willRunAgain: boolean
}

export type Submitted = {
  readonly job: Job
  readonly tasks: readonly { readonly id: Id; readonly path: string }[]
  readonly repeated: boolean
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
  readonly timedOut: boolean
  /** Why it waited. */
  readonly notes: readonly string[]
}

/**
 * All verbs. Each throws AppError for the caller's mistakes; the actor's role is checked against the verb's effect.
 * `ref` is a job's UUID or its short number.
 */
export type Operations = {
  submitJob(actor: Actor, request: JobRequest, idempotencyKey?: string): Promise<Submitted>
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
  stopJob(actor: Actor, ref: string): Promise<Job>
  stopTask(actor: Actor, taskId: Id): Promise<Task>
  retryJob(actor: Actor, ref: string, only: 'failed' | 'all'): Promise<Job>
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
    wait: { readonly waitMs: number; readonly signal: AbortSignal; readonly idempotencyKey?: string | undefined },
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
  doctor(actor: Actor): Promise<Page<Check>>
}

/** Who a credential belongs to; undefined when it is unknown. Handed to the doors. */
export type Authenticate = (token: string | undefined) => { readonly name: string; readonly role: Role } | undefined

/** Counters and gauges for `/metrics`, read when asked. */
export type Vitals = {
  readonly jobs: Readonly<Record<string, number>>
  readonly tasksOpen: Readonly<Record<string, number>>
  readonly agents: Readonly<Record<AgentStatus, number>>
  readonly index: number
  readonly ready: boolean
}
