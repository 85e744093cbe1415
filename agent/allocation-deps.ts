// what running one allocation needs of the agent around it
import type { Capabilities } from '../shared/agent.ts'
import type { Log } from '../shared/log.ts'
import type { Clock } from '../shared/time.ts'
import type { Ending, Follower, Report, RunOrder } from '../shared/wire.ts'
import type { Driver } from './driver.ts'
import type { SharedWalks } from './goosefs/shared-walks.ts'

/** Why an allocation is asked to end before its time; the `reason` of `stopRequested`. */
export type StopReason = 'stop' | 'timeout'

export type AllocationDeps = {
  readonly order: RunOrder
  /** The allocation's own directory in the spool; each of its runs gets a directory below. */
  readonly dir: string
  readonly driver: Driver
  readonly config: {
    readonly bin: string
    readonly graceMs: number
    /** What a command of an action may print; default 1 GiB. */
    readonly mostBytes?: number
  }
  readonly clock: Clock
  readonly log: Log
  /** Puts a report into the outbox; `accepted` and `ended` are said by the worker. */
  say(report: Report): void
  /** Aborted with a `StopReason`. */
  readonly stopRequested: AbortSignal
  /** Hears of followers that join while it runs; those of the order are in the order. Answers the undoing. */
  onFollower(listener: (follower: Follower) => void): () => void
  /**
   * Whether another live load of this agent works on the same path, a parent or a child: the engine's jobs name paths only,
   * so theirs cannot be told apart.
   */
  overlaps(): boolean
  capabilities(): Promise<Capabilities>
  /** Where the webs of master and job master answer, if they do; takes a probe when the CLI was not asked yet. */
  webs?(): Promise<{ readonly masterWeb?: string; readonly jobMasterWeb?: string }>
  readonly shared: SharedWalks
  /** Tells the sender which file of the spool carries a stream; the sender follows it. Twice is once. */
  stream(kind: 'output' | 'missing', path: string): void
}

/** Runs one allocation to its end. Never rejects for the world's failures; called again with the same `dir`, it resumes. */
export type RunAllocation = (deps: AllocationDeps) => Promise<Ending>
