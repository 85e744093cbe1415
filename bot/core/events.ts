// everything that can have happened: what the core's verdicts turn into, and what listeners are told
import type { AgentDescription, Capabilities } from '../../shared/agent.ts'
import type { Exit, LineCounts, Progress, Step } from '../../shared/allocation.ts'
import type { Id } from '../../shared/ids.ts'
import type { Estimate, Findings, Verdict } from '../../shared/verdict.ts'
import type { Ending, Follower } from '../../shared/wire.ts'
import type { ChatEvent } from './chat-events.ts'
import type { ScheduleEvent } from './schedule-events.ts'
import type {
  AllocationRow,
  CompanionRow,
  JobRow,
  KeyRow,
  PolicyRow,
  Sample,
  SubmissionRow,
  Targets,
  TaskRow,
  TokenRow,
} from './state.ts'

export type Event =
  | ChatEvent
  | ScheduleEvent
  | { readonly type: 'job.created'; readonly job: JobRow }
  | { readonly type: 'job.stop-requested'; readonly jobId: Id; readonly by: string }
  | { readonly type: 'job.retried'; readonly jobId: Id; readonly by: string }
  | { readonly type: 'job.ended'; readonly jobId: Id }
  | { readonly type: 'job.removed'; readonly jobId: Id; readonly allocationIds: readonly Id[] }
  | { readonly type: 'job.purged'; readonly jobId: Id }
  | { readonly type: 'job.asked'; readonly submission: SubmissionRow }
  | { readonly type: 'task.created'; readonly task: TaskRow }
  | { readonly type: 'task.attached'; readonly taskId: Id; readonly leader: Id }
  | { readonly type: 'task.detached'; readonly taskId: Id }
  | { readonly type: 'task.stop-requested'; readonly taskId: Id }
  /** It waits for a placement (again); `notBefore` in ms since the epoch. */
  | {
      readonly type: 'task.queued'
      readonly taskId: Id
      readonly why: 'retry' | 'lost' | 'passing' | 'restart' | 'refused' | 'handed-over'
      readonly notBefore?: number
      /** Where its next load begins, when that is not the whole path. */
      readonly targets?: Targets
      readonly notes?: readonly string[]
    }
  /** The time that it had to wait for is over. */
  | { readonly type: 'task.ready'; readonly taskId: Id }
  | {
      readonly type: 'task.ended'
      readonly taskId: Id
      readonly status: 'succeeded' | 'failed' | 'stopped' | 'lost'
      readonly exit?: Exit
      readonly verdict?: Verdict
      readonly estimate?: Estimate
      readonly notes?: readonly string[]
    }
  | { readonly type: 'allocation.placed'; readonly allocation: AllocationRow }
  | { readonly type: 'allocation.followed'; readonly allocationId: Id; readonly follower: Follower }
  | { readonly type: 'allocation.accepted'; readonly allocationId: Id }
  | {
      readonly type: 'allocation.refused'
      readonly allocationId: Id
      readonly reason: string
      readonly moveOn: boolean
    }
  | { readonly type: 'allocation.started'; readonly allocationId: Id }
  | { readonly type: 'allocation.stepped'; readonly allocationId: Id; readonly step: Step }
  | {
      readonly type: 'allocation.progressed'
      readonly allocationId: Id
      readonly progress: Progress
      readonly lines?: LineCounts
    }
  | { readonly type: 'allocation.measured'; readonly allocationId: Id; readonly findings: Findings }
  | { readonly type: 'allocation.stop-requested'; readonly allocationId: Id; readonly why: 'stopped' | 'timeout' }
  /** `status` is judged: it follows the verdict, not the exit. */
  | {
      readonly type: 'allocation.ended'
      readonly allocationId: Id
      readonly status: 'succeeded' | 'failed' | 'stopped'
      readonly ending: Ending
    }
  /** `ending` when the agent itself said so: its last word. */
  | {
      readonly type: 'allocation.lost'
      readonly allocationId: Id
      readonly neverStarted: boolean
      readonly ending?: Ending
    }
  | { readonly type: 'agent.joined'; readonly agent: AgentDescription; readonly connection: string }
  | { readonly type: 'agent.left'; readonly agentId: Id }
  | { readonly type: 'agent.taken'; readonly agentId: Id; readonly n: number }
  | { readonly type: 'agent.sampled'; readonly agentId: Id; readonly sample: Sample }
  | { readonly type: 'agent.described'; readonly agentId: Id; readonly capabilities: Capabilities }
  | { readonly type: 'agent.drained'; readonly agentId: Id; readonly draining: boolean }
  | { readonly type: 'agent.removed'; readonly agentId: Id }
  | { readonly type: 'policy.set'; readonly policy: PolicyRow }
  | { readonly type: 'policy.forgotten'; readonly policyId: string }
  | { readonly type: 'warmth.forgotten'; readonly ids: readonly string[] }
  | { readonly type: 'companion.changed'; readonly companion: CompanionRow }
  | { readonly type: 'key.used'; readonly key: KeyRow }
  | { readonly type: 'token.created'; readonly token: TokenRow }
  | { readonly type: 'token.revoked'; readonly tokenId: Id }

/** One saved frame, as listeners hear of it. `index` counts frames and never goes back. */
export type Published = {
  readonly index: number
  readonly at: number
  readonly events: readonly Event[]
  /** Rows that changed, by id. */
  readonly changed: {
    readonly jobs: readonly Id[]
    readonly tasks: readonly Id[]
    readonly allocations: readonly Id[]
    readonly agents: readonly Id[]
  }
}
