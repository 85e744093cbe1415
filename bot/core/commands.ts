// what the core can be asked, and what it answers
import type { ActionName, TaskOptions } from '../../shared/actions.ts'
import type { AgentDescription } from '../../shared/agent.ts'
import type { Id, Ids } from '../../shared/ids.ts'
import type { Actor } from '../../shared/job.ts'
import type { CachePath } from '../../shared/path.ts'
import type { LiveAllocation, Report } from '../../shared/wire.ts'
import type { ChatCommand } from './chat-commands.ts'
import type { Event } from './events.ts'
import type { ScheduleCommand } from './schedule-commands.ts'
import type { CompanionRow, Idempotency, PolicyRow, Scheduled, Settings } from './state.ts'

/** One unit of a submission. `report` has the path "". */
export type Ask = {
  readonly action: ActionName
  readonly path: CachePath
  readonly options: TaskOptions
  /** What the asker calls it, when that is not its path. */
  readonly label?: string
}

/** A submission, validated at the door. Without asks it makes a job that waits until it is stopped. */
export type SubmitJob = {
  readonly type: 'job.submit'
  readonly actor: Actor
  readonly asks: readonly Ask[]
  readonly name?: string
  readonly cluster?: string
  /** The view through which it came. */
  readonly view: string
  /** What was asked in that view's own words, kept with it. */
  readonly document?: unknown
  /** Asks for what is open already under that name are left to what is open; `same`: with the same options, and said so. */
  readonly skipOpen?: boolean | 'same'
  /** The newest job of the same name or the same paths, when it has not succeeded, is taken up again instead. */
  readonly resume?: boolean
  /** Only when the name was asked about last at this index of the state; 0: only when there is no such name. */
  readonly enforceIndex?: number
  readonly idempotency?: Idempotency
  /** The run of a slot: a job of its own, whatever is open under its name. */
  readonly scheduled?: Scheduled
}

export type Command =
  | SubmitJob
  | ChatCommand
  | ScheduleCommand
  | { readonly type: 'job.stop'; readonly actor: Actor; readonly jobId: Id; readonly view?: string }
  | { readonly type: 'task.stop'; readonly actor: Actor; readonly taskId: Id }
  | { readonly type: 'job.retry'; readonly actor: Actor; readonly jobId: Id; readonly only: Again }
  /** Removes all that is known of a job, and that its paths were ever loaded; what runs of it is stopped. */
  | { readonly type: 'job.purge'; readonly actor: Actor; readonly jobId: Id }
  /** Remembers a rule of a path, or forgets it when it has no value. */
  | {
      readonly type: 'policy.set'
      readonly actor: Actor
      readonly policy: Pick<PolicyRow, 'kind' | 'cluster' | 'path'>
      readonly value?: string
    }
  /** Gives a user the id of their own daemon (reference document 003), once. */
  | { readonly type: 'companion.named'; readonly user: string; readonly daemonId: string }
  | { readonly type: 'companion.heard'; readonly daemonId: string; readonly said: CompanionSaid }
  /** A connection was made. Fails with CONFLICT when another identity holds the name in that cluster and is connected. */
  | {
      readonly type: 'agent.hello'
      readonly agent: AgentDescription
      readonly live: readonly LiveAllocation[]
      /** The first report that the agent's outbox still holds, or the next one that it will make. */
      readonly nextNumber: number
      readonly connection: string
    }
  | { readonly type: 'agent.gone'; readonly agentId: Id; readonly connection: string }
  /**
   * One numbered report. Numbers already taken are ignored; reports about what the agent does not hold are ignored. Fails
   * with CONFLICT when one before it was never taken: the agent has to say that one first.
   */
  | { readonly type: 'agent.report'; readonly agentId: Id; readonly n: number; readonly report: Report }
  | { readonly type: 'agent.drain'; readonly actor: Actor; readonly agentId: Id; readonly draining: boolean }
  | {
      readonly type: 'token.create'
      readonly actor: Actor
      readonly name: string
      readonly role: Actor['role']
      readonly sha256: string
    }
  | { readonly type: 'token.revoke'; readonly actor: Actor; readonly tokenId: Id }
  /** Once after the state was loaded: no agent is connected, whatever was stored. */
  | { readonly type: 'daemon.started' }
  /** Time has passed: reconcile looks at everything due, but for slots. */
  | { readonly type: 'tick' }
  /** Slots whose wait is over begin, or are given up. */
  | { readonly type: 'slots.wake' }

/** Which tasks of a job run again: what failed or was lost, what has not succeeded, or everything. */
export type Again = 'failed' | 'unfinished' | 'all'

/** What a user's daemon says of itself; lines oldest first. */
export type CompanionSaid = Pick<CompanionRow, 'entrypoints' | 'abnormal' | 'lines'>

export type CommandType = Command['type']

/** What the asker learns. A mistake of the asker is thrown as an AppError instead. */
export type Answer = {
  readonly jobId?: Id
  readonly taskIds?: readonly Id[]
  readonly tokenId?: Id
  readonly scheduleId?: Id
  /** Slots that were written down because of the ask. */
  readonly slotIds?: readonly string[]
  /** The same ask was answered before (Idempotency-Key). */
  readonly repeated?: boolean
  /** The job was there before: still open, and left alone, or taken up again. */
  readonly met?: 'open' | 'resumed'
  /** The submission, or the request to stop, that was written down. */
  readonly submissionId?: Id
  /** What the answer has to add: no agent connected, place in the queue. */
  readonly notes?: readonly string[]
  /** letter.write, letter.seal: the letter. */
  readonly letterId?: Id
  /** agent.hello: the highest report taken, and allocations of this agent that it may forget. */
  readonly acknowledged?: number
  readonly forget?: readonly Id[]
  /** agent.hello: allocations that live there and must not (any more): send `stop`. */
  readonly stop?: readonly Id[]
}

/** What an ask means: what happens because of it, and what the asker learns. */
export type Decision = { readonly events: readonly Event[]; readonly answer: Answer }

export type Context = {
  readonly now: number
  readonly ids: Ids
  readonly settings: Settings
  /** What is judged may use the room that is kept for a full disk, so that work can end: no slot begins with it. */
  readonly isUrgent?: boolean
}
