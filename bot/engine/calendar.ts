// what the daemon needs of a calendar: it alone knows cron expressions, zones, times of day and date macros
import type { PreviewRequest, QuietHours, TimingRequest } from '../../shared/schedule.ts'
import type { Firing } from '../core/schedule-commands.ts'
import type { ScheduleRow, Timing } from '../core/state.ts'

/** The parts of a schedule that its slots are computed from. */
export type Dated = Pick<ScheduleRow, 'name' | 'work' | 'timing' | 'policy'> & { readonly id: string }

export type Calendar = {
  /**
   * Reads what was asked for. Throws INVALID_INPUT with one sentence that names field, expectation and value; its `details`
   * are `{ field, allowed, got, position? }`, `position` counting characters of the expression from 1.
   */
  read(asked: TimingRequest): Timing
  /** What an expression says, in words. */
  describe(timing: Pick<Timing, 'cron'>): { readonly en: string; readonly zh: string }
  /** Throws INVALID_INPUT when a name, a path or a marker holds a macro that nobody can fill in, or fills in to no path. */
  checkTemplates(asked: {
    readonly name?: string | undefined
    readonly paths: readonly string[]
    readonly marker?: string | undefined
    readonly zone: string
  }): void
  /** The first slot after this instant, in ms since the epoch; undefined when there is none any more. */
  next(timing: Timing, after: number): number | undefined
  /** The oldest slots after `after` up to and including `until`, at most `most` of them. */
  between(timing: Timing, span: { readonly after: number; readonly until: number; readonly most: number }): number[]
  /** What is to be done at a slot: macros filled in, jitter, quiet hours and times of day as instants. */
  toFiring(schedule: Dated, slot: number): Firing
  /** An instant on a zone's clock, with its offset: `2026-11-22 02:00:00 +08:00`. */
  toLocal(instant: number, zone: string): string
}

export type { Firing, PreviewRequest, QuietHours, Timing, TimingRequest }
