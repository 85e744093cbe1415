// the rows of the clock: schedules, and each of their slots with what became of it
import type { Asker } from '../../shared/chat.ts'
import type { Id } from '../../shared/ids.ts'
import type { JobStatus, Role, Via } from '../../shared/job.ts'
import type { Misfire, NotifyPolicy, Overlap, QuietHours, RunKind, WaitFor, Why, Work } from '../../shared/schedule.ts'
import type { Instant } from '../../shared/time.ts'
import type { Measurement, Verdict } from '../../shared/verdict.ts'

/** When a schedule fires. `cron`: seven fields in the one dialect that the calendar reads. */
export type Timing = {
  readonly expression: string
  readonly cron: string
  readonly zone: string
  readonly startAt?: Instant
  readonly endAt?: Instant
  readonly jitterSeconds: number
  readonly quietHours?: QuietHours
}

/** How its slots are treated. */
export type Policy = {
  readonly overlap: Overlap
  readonly misfire: Misfire
  readonly misfireWithinSeconds?: number
  readonly waitFor?: WaitFor
  readonly readyBy?: string
  readonly notify: NotifyPolicy
}

/** Slots of the clock from one to another, of which all were judged. `open`: the next one that is forgotten may go on with it. */
export type Stretch = { readonly from: Instant; readonly through: Instant; readonly open?: boolean }

export type ScheduleRow = {
  readonly id: Id
  readonly number: number
  readonly name: string
  readonly description?: string
  readonly owner: string
  /** The owner's when it was written last: its jobs are asked for with it. */
  readonly role: Role
  readonly via: Via
  /** Who made it in chat: there its alarms are told. */
  readonly home?: Asker
  readonly work: Work
  readonly timing: Timing
  readonly policy: Policy
  /** The view through which it came, and what was asked in that view's own words. */
  readonly view: string
  readonly document?: unknown
  readonly paused: boolean
  /** Goes up with each change of what it does and when: what was computed for an older one is void. */
  readonly version: number
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

/** How far a schedule came, under its id: apart from it, since each slot changes this, and what it does may be long. */
export type CourseRow = {
  readonly id: Id
  /** Slots written down so far; the next one has the number after it. */
  readonly runs: number
  /** When the newest of its runs began. */
  readonly lastRunAt?: Instant
  readonly lastSlotId?: string
  /** Slots of the clock until then are accounted for. */
  readonly through: Instant
  /** Slots that were judged and forgotten, and are not run again: stretches of them, oldest first. */
  readonly forgotten?: readonly Stretch[]
}

/** What a slot loads: the macros filled in for it, or why that cannot be. */
export type Plan = { readonly name: string; readonly paths: readonly string[] } | { readonly problem: string }

/** A marker that is waited for, and what was seen of it last. */
export type Awaited = {
  readonly path: string
  readonly everySeconds: number
  readonly deadlineAt: Instant
  readonly stableMinutes?: number
  readonly otherwise: WaitFor['otherwise']
  /** What the last look saw, and since when it looks the same: bytes and files below the path. */
  readonly seen?: { readonly bytes: number; readonly files: number; readonly since: Instant }
  readonly lookedAt?: Instant
}

/** How the job of a slot ended, kept when the job is long gone. */
export type Outcome = {
  readonly status: JobStatus
  readonly endedAt: Instant
  readonly verdict?: Pick<Verdict, 'kind' | 'ok'>
  readonly before?: Measurement
  readonly after?: Measurement
}

/** Its id is `schedule clock slot` for what the clock is due, so that no slot can be written down twice. */
export type SlotRow = {
  readonly id: string
  readonly scheduleId: Id
  readonly number: number
  readonly kind: RunKind
  readonly slot: Instant
  readonly dueAt: Instant
  /** When it was written down. */
  readonly at: Instant
  /** `due`: within a frame only, it is fired or waits at the end of it. */
  readonly status: 'due' | 'waiting' | 'fired' | 'skipped' | 'missed' | 'unstarted'
  readonly why?: Why
  /** Why it could not be submitted, as one sentence. */
  readonly message?: string
  /** Who asked for it, when that was not the clock; in chat, where. */
  readonly by?: string
  readonly asker?: Asker
  /** Until it is fired. */
  readonly plan?: Plan
  /** waiting for quiet hours: not before. */
  readonly notBefore?: Instant
  /** waiting for a marker. */
  readonly awaited?: Awaited
  /** It was due while nobody was there: so many slots were, itself among them. */
  readonly late?: number
  /** When its data must be warm; `checkAt`: when that is to be looked at next; `told`: what was told of it. */
  readonly readyBy?: Instant
  readonly checkAt?: Instant
  readonly told?: 'ahead' | 'over'
  /** missed: slots before it that it stands for too. */
  readonly others?: { readonly count: number; readonly since: Instant; readonly atLeast?: boolean }
  readonly firedAt?: Instant
  readonly jobId?: Id
  readonly jobNumber?: number
  readonly outcome?: Outcome
}

/** What a job of a schedule knows of it. */
export type Scheduled = {
  readonly id: Id
  readonly name: string
  readonly slotId: string
  readonly slot: Instant
  /** Its slot's number. */
  readonly run: number
  readonly kind: RunKind
  readonly notify: NotifyPolicy
  /** Where its schedule was made. */
  readonly home?: Asker
}
