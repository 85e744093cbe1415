// what was asked and tried, as views that speak of registrations and attempts read it: their verbs and shapes
import type { ActionName, TaskOptions } from '../../../shared/actions.ts'
import type { Desired, Exit, LineCounts, Status, Step } from '../../../shared/allocation.ts'
import type { Id } from '../../../shared/ids.ts'
import type { Actor, Job, Task } from '../../../shared/job.ts'
import type { Instant } from '../../../shared/time.ts'
import type { PolicyRow, SubmissionRow } from '../../core/state.ts'
import type { Page, PageQuery, Submitted } from './port.ts'

/** How a submission came: its view, its own words, and what it may meet. */
export type SubmitHow = {
  readonly idempotencyKey?: string | undefined
  /** Default `native`. */
  readonly view?: string
  /** What was asked in the view's own words: kept with the job, at most as large as a request. */
  readonly document?: unknown
  /** The newest job of the same name or the same paths that has not succeeded is taken up again instead. */
  readonly resume?: boolean
  /** What the open job of the name has at work already, with the same options, is not added again; a note says how much. */
  readonly skipOpen?: 'same'
  /** Only when the name was asked about last at this index of the state (0: only a new name); else CONFLICT. */
  readonly enforceIndex?: number
}

/** Units of work that differ under one name. Without any it is a job that waits until it is stopped. */
export type Registration = {
  readonly name: string
  readonly cluster?: string
  readonly groups: readonly {
    readonly label: string
    readonly action: ActionName
    readonly path: string
    readonly options: TaskOptions
  }[]
}

/** One ask about a job: `submit`, or `stop`. `version` counts what was submitted under the name before. */
export type SubmissionView = SubmissionRow
export type SubmissionQuery = { readonly id?: Id; readonly ref?: string; readonly name?: string }

/** `ref` is a job's UUID or number; `name` takes all jobs of that name. */
export type AllocationQuery = {
  readonly id?: Id
  readonly ref?: string
  readonly name?: string
  readonly agentId?: Id
  /** Of the ids of those that fit, oldest first, the ones that are told, in that order; all when left out. */
  readonly choose?: (ids: readonly Id[]) => readonly Id[]
}

export type AllocationView = {
  readonly id: Id
  readonly agentId: Id
  readonly agent?: string
  readonly task: Task
  /** What the asker called the task. */
  readonly label: string
  readonly job: Job
  readonly attempt: number
  readonly stage: 'full' | 'incr'
  readonly status: Status
  readonly desired: Desired
  readonly placedAt: Instant
  readonly startedAt?: Instant
  readonly endedAt?: Instant
  readonly exit?: Exit
  readonly lines?: LineCounts
  readonly steps: readonly Step[]
  /** The attempts before and after this one. */
  readonly previous?: Id
  readonly next?: Id
  /** The ask that it came from. */
  readonly submission?: SubmissionView
  readonly createIndex: number
  readonly modifyIndex: number
}

/** `name` is one name, `prefix` the beginning of names; `after` is the last name of the page before. */
export type NameQuery = PageQuery & {
  readonly name?: string | undefined
  readonly prefix?: string | undefined
  readonly reverse?: boolean | undefined
}

/** What the jobs and tasks of a name have to tell there: a name may have as many as are kept. */
export type JobOfName = Pick<Job, 'id' | 'name' | 'cluster' | 'requester' | 'desired' | 'createdAt' | 'endedAt'>
export type TaskOfName = Pick<Task, 'id' | 'path' | 'action' | 'options' | 'status' | 'attempts'>

export type NamedJobs = {
  readonly name: string
  /** Oldest first; at least one. */
  readonly jobs: readonly JobOfName[]
  /** Oldest first. */
  readonly submissions: readonly SubmissionView[]
  /** Of one label the newest task, in the order in which they were asked for first. */
  readonly tasks: readonly { readonly label: string; readonly task: TaskOfName }[]
  readonly createIndex: number
  readonly modifyIndex: number
}

export type PolicyView = PolicyRow
type Wait = { readonly waitMs: number; readonly signal: AbortSignal }

export type RegistryVerbs = {
  /** A submission whose units differ; what is open of them under that name is left to go on. */
  registerJob(actor: Actor, registration: Registration, how?: SubmitHow): Promise<Submitted>
  /** Stops a job and removes all that is known of it, also that its paths were ever loaded. Gone at once for everybody. */
  purgeJob(actor: Actor, ref: string): Promise<void>
  /** What was asked under a name, of a job, or one ask by its id; oldest first. Nothing known: an empty list. */
  listSubmissions(actor: Actor, of: SubmissionQuery): Promise<readonly SubmissionView[]>
  /** Attempts, oldest first. Nothing known: an empty list. */
  listAllocations(actor: Actor, of: AllocationQuery): Promise<readonly AllocationView[]>
  /** Jobs by their names, in the order of the names (code points). */
  listNames(actor: Actor, query: NameQuery): Promise<Page<NamedJobs>>
  /** The index of the state: every change raises it. */
  stateIndex(): number
  /** Answers the index as soon as it is above `after`, or when the time is over. */
  waitForIndex(after: number, wait: Wait): Promise<number>
  /** Rules of paths that the daemon remembers for a cluster. */
  listPolicies(
    actor: Actor,
    of: { readonly kind: PolicyView['kind']; readonly cluster: string },
  ): Promise<readonly PolicyView[]>
}
