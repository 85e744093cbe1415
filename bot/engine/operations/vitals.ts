// the numbers for monitoring, as they are read when somebody asks
import type { ActionName } from '../../../shared/actions.ts'
import type { AgentStatus } from '../../../shared/agent.ts'
import type { Status } from '../../../shared/allocation.ts'
import type { StoreCounts } from '../ports.ts'

/** Counters and gauges for `/metrics`, read when asked. */
export type Vitals = {
  readonly jobs: Readonly<Record<string, number>>
  readonly tasksOpen: Readonly<Record<string, number>>
  /** The same by cluster. */
  readonly queues: readonly { readonly cluster: string; readonly queued: number; readonly running: number }[]
  readonly agents: Readonly<Record<AgentStatus, number>>
  readonly index: number
  readonly ready: boolean
  readonly loads: readonly LoadCount[]
  readonly runs: readonly RunCount[]
  readonly store?: StoreCounts | undefined
  /** Absent without a bot and a robot. */
  readonly chat?: ChatVitals | undefined
  readonly schedules?: { readonly active: number; readonly paused: number } | undefined
  readonly slots?: readonly SlotCount[] | undefined
  readonly lateness?: LatenessCount | undefined
}

/** Slots since the daemon began, by what became of them. */
export type SlotCount = { readonly status: string; readonly count: number }

/** Slots that were fired since the daemon began, and how many of them at most so many seconds after their time. */
export type LatenessCount = Pick<RunCount, 'count' | 'seconds' | 'buckets'>

/** How the chat is; what there is none of is absent. */
export type ChatVitals = {
  readonly connected?: boolean | undefined
  /** Seconds since the platform sent anything. */
  readonly lastFrameSeconds?: number | undefined
  readonly reconnects: number
  readonly frames: number
  readonly heard: number
  readonly repeated: number
  readonly quotaRefusals: number
  readonly ackSeconds?: number | undefined
  readonly notices: number
  readonly letters: number
  /** Sends since the daemon began, by way and how they ended. */
  readonly sends: readonly { readonly channel: string; readonly outcome: string; readonly count: number }[]
  /** Billed calls of this month, by way. */
  readonly used: readonly { readonly channel: string; readonly count: number }[]
}

/** What the loads of a cluster brought since the daemon began. */
export type LoadCount = {
  readonly cluster: string
  readonly bytes: number
  /** Files, by what became of them. */
  readonly loaded: number
  readonly alreadyCached: number
  readonly missing: number
}

/** Ended runs of one action and end since the daemon began, and how many of them took at most so many seconds. */
export type RunCount = {
  readonly action: ActionName
  readonly status: Status
  readonly count: number
  readonly seconds: number
  readonly buckets: readonly { readonly seconds: number; readonly count: number }[]
}
