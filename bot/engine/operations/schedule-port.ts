// the verbs on schedules: what people, views and the command line can do with what the clock repeats
import type { Actor } from '../../../shared/job.ts'
import type {
  BackfillRequest,
  Preview,
  PreviewRequest,
  Run,
  RunStatus,
  Schedule,
  ScheduleRequest,
} from '../../../shared/schedule.ts'
import type { Instant } from '../../../shared/time.ts'
import type { Page, PageQuery } from './port.ts'

export type ScheduleQuery = PageQuery & {
  readonly name?: string | undefined
  /** Names that begin so. */
  readonly prefix?: string | undefined
  readonly owner?: string | undefined
  readonly paused?: boolean | undefined
}

export type RunQuery = PageQuery & {
  readonly status?: readonly RunStatus[] | undefined
}

/** How a schedule came. */
export type ScheduleHow = {
  /** Default: native. */
  readonly view?: string
  /** What was asked in that view's own words, kept with it and handed back as `documentOf`. */
  readonly document?: unknown
  /** A statement that cannot be read makes runs that fail, instead of a refusal. */
  readonly tolerant?: boolean
  /** Others may have its name; default: CONFLICT. */
  readonly sameName?: boolean
}

/** `repeated`: it was made before, with the same key. */
export type MadeSchedule = { readonly schedule: Schedule; readonly repeated: boolean }

/**
 * `ref` is a schedule's UUID, its number, or its name; a name that several have is CONFLICT, one that none has
 * SCHEDULE_NOT_FOUND.
 */
export type ScheduleVerbs = {
  createSchedule(actor: Actor, request: ScheduleRequest, how?: ScheduleHow): Promise<Schedule>
  /** The same key of the same user again: the schedule that was made then, as it is now. CONFLICT for another request. */
  createScheduleOnce(actor: Actor, request: ScheduleRequest, key: string): Promise<MadeSchedule>
  /** Replaces what it is; id, number, runs and whether it is paused stay, unless `paused` says otherwise. */
  replaceSchedule(actor: Actor, request: ScheduleRequest, of: ScheduleHow & { readonly ref: string }): Promise<Schedule>
  /** What is at work goes on; nothing more is begun. */
  removeSchedule(actor: Actor, ref: string): Promise<Schedule>
  getSchedule(actor: Actor, ref: string): Promise<Schedule>
  /** By number, oldest first. */
  listSchedules(actor: Actor, query: ScheduleQuery): Promise<Page<Schedule>>
  /** All of them, for views that sort. */
  findSchedules(actor: Actor, query: Pick<ScheduleQuery, 'prefix'>): Promise<readonly Schedule[]>
  /** What it was asked for in its view's own words. */
  documentOf(actor: Actor, ref: string): Promise<unknown>
  /** All of them or none. */
  pauseSchedules(actor: Actor, refs: readonly string[], paused: boolean): Promise<readonly Schedule[]>
  /** Now, whatever its rules say; `slot`: the instant that its macros are filled in for, default now. */
  runSchedule(actor: Actor, ref: string, slot?: Instant): Promise<Run>
  /** Slots of the past, one after the other, oldest first. INVALID_INPUT for more than `MOST_BACKFILL`, or none. */
  backfillSchedule(actor: Actor, ref: string, request: BackfillRequest): Promise<readonly Run[]>
  /** Newest first. */
  listRuns(actor: Actor, ref: string, query: RunQuery): Promise<Page<Run>>
  /** All that are kept, newest first, for views that sort. */
  findRuns(actor: Actor, ref: string): Promise<readonly Run[]>
  previewSchedule(actor: Actor, request: PreviewRequest): Promise<Preview>
}
