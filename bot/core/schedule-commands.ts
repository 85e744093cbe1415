// what the clock, and people who keep schedules, ask of the core
import type { Id } from '../../shared/ids.ts'
import type { Actor } from '../../shared/job.ts'
import type { QuietHours } from '../../shared/schedule.ts'
import type { Instant } from '../../shared/time.ts'
import type { Idempotency } from './kept-rows.ts'
import type { Plan, ScheduleRow } from './schedule-rows.ts'

/** What a schedule is to be, validated at the door. */
export type ScheduleDraft = Pick<ScheduleRow, 'work' | 'timing' | 'policy' | 'view' | 'document' | 'description'> & {
  /** Without one a name is made. */
  readonly name?: string
  readonly paused?: boolean
}

/** One slot as the calendar makes it for the core, which knows neither zones nor macros. */
export type Firing = {
  readonly slot: Instant
  readonly dueAt: Instant
  readonly plan: Plan
  /** Its time is within quiet hours that are over at `until`. */
  readonly quiet?: { readonly until: Instant; readonly mode: QuietHours['mode'] }
  /** The marker, its macros filled in. */
  readonly marker?: string
  readonly readyBy?: Instant
}

/** What is due of one schedule. */
export type DueSchedule = {
  readonly scheduleId: Id
  /** Of the schedule for which this was computed. */
  readonly version: number
  /** The newest slots that are due, oldest first. */
  readonly firings: readonly Firing[]
  /** Slots before those that nobody was there for: too many to name. */
  readonly others?: { readonly count: number; readonly since: Instant; readonly atLeast?: boolean }
}

/** What a look at a marker saw; absent: it is not there. Nobody could look: nothing is said. */
export type Look = { readonly bytes: number; readonly files: number }

export type ScheduleCommand =
  /** Makes a schedule, or replaces what one is. `distinct`: no other may have its name (CONFLICT). */
  | {
      readonly type: 'schedule.put'
      readonly actor: Actor
      readonly scheduleId?: Id
      readonly draft: ScheduleDraft
      readonly distinct?: boolean
      /** Of one that is made: the same again answers with the schedule that it made the first time. */
      readonly idempotency?: Idempotency
      /** Slots that wait, as they are to be now. */
      readonly replanned?: readonly { readonly slotId: string; readonly firing: Firing }[]
    }
  | { readonly type: 'schedule.remove'; readonly actor: Actor; readonly scheduleId: Id }
  /** All of them or none. */
  | {
      readonly type: 'schedule.pause'
      readonly actor: Actor
      readonly scheduleIds: readonly Id[]
      readonly paused: boolean
    }
  /** Runs it now, whatever its rules say. `version`: of the schedule for which the firing was computed; another is CONFLICT. */
  | {
      readonly type: 'schedule.run'
      readonly actor: Actor
      readonly scheduleId: Id
      readonly version?: number
      readonly firing: Firing
    }
  /** Slots of the past, one after the other, oldest first. `missing`: those without a run that went well. */
  | {
      readonly type: 'schedule.backfill'
      readonly actor: Actor
      readonly scheduleId: Id
      readonly version?: number
      readonly firings: readonly Firing[]
      readonly only: 'missing' | 'all'
    }
  /** The clock: these are due. Slots that were run before are refused, whoever says that they are due. */
  | { readonly type: 'schedule.due'; readonly due: readonly DueSchedule[] }
  /** A look at the marker of a slot that waits for it. `path`: what was looked at, when the slot may wait for another one by now. */
  | { readonly type: 'slot.looked'; readonly slotId: string; readonly path?: string; readonly look?: Look }
