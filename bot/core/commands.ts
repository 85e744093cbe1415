// what the core can be asked, and what it answers
import type { ActionName, TaskOptions } from '../../shared/actions.ts'
import type { AgentDescription } from '../../shared/agent.ts'
import type { Id, Ids } from '../../shared/ids.ts'
import type { Actor } from '../../shared/job.ts'
import type { CachePath } from '../../shared/path.ts'
import type { LiveAllocation, Report } from '../../shared/wire.ts'
import type { Event } from './events.ts'
import type { Settings } from './state.ts'

/** A submission, validated at the door. `report` has no paths and makes one task with the path "". */
export type SubmitJob = {
  readonly type: 'job.submit'
  readonly actor: Actor
  readonly action: ActionName
  readonly paths: readonly CachePath[]
  readonly name?: string
  readonly cluster?: string
  readonly options: TaskOptions
  readonly idempotency?: { readonly key: string; readonly fingerprint: string }
}

export type Command =
  | SubmitJob
  | { readonly type: 'job.stop'; readonly actor: Actor; readonly jobId: Id }
  | { readonly type: 'task.stop'; readonly actor: Actor; readonly taskId: Id }
  | { readonly type: 'job.retry'; readonly actor: Actor; readonly jobId: Id; readonly only: 'failed' | 'all' }
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
  /** Time has passed: reconcile looks at everything due. */
  | { readonly type: 'tick' }

export type CommandType = Command['type']

/** What the asker learns. A mistake of the asker is thrown as an AppError instead. */
export type Answer = {
  readonly jobId?: Id
  readonly taskIds?: readonly Id[]
  readonly tokenId?: Id
  /** The same ask was answered before (Idempotency-Key). */
  readonly repeated?: boolean
  /** What the answer has to add: no agent connected, place in the queue. */
  readonly notes?: readonly string[]
  /** agent.hello: the highest report taken, and allocations of this agent that it may forget. */
  readonly acknowledged?: number
  readonly forget?: readonly Id[]
  /** agent.hello: allocations that live there and must not (any more): send `stop`. */
  readonly stop?: readonly Id[]
}

/** What an ask means: what happens because of it, and what the asker learns. */
export type Decision = { readonly events: readonly Event[]; readonly answer: Answer }

export type Context = { readonly now: number; readonly ids: Ids; readonly settings: Settings }
