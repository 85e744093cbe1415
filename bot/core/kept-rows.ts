// the rows that stand beside the work: what was asked and how, tokens, and what the daemon remembers of paths and users
import type { Id } from '../../shared/ids.ts'
import type { CachePath } from '../../shared/path.ts'
import type { Instant } from '../../shared/time.ts'

/** Indexes of the state at which a row came to be and changed last; the frame that saves it sets them. */
export type Indexed = { readonly createIndex: number; readonly modifyIndex: number }

/** An `Idempotency-Key` of an ask, and what tells asks apart that have the same one. */
export type Idempotency = { readonly key: string; readonly fingerprint: string }

/** An `Idempotency-Key` that was used for a job; its id is `user NUL key`. */
export type KeyRow = {
  readonly id: string
  readonly jobId: Id
  readonly taskIds: readonly Id[]
  readonly fingerprint: string
}

/** The same for a schedule: a key that was used for a job says nothing about schedules, nor the reverse. */
export type ScheduleKeyRow = {
  readonly id: string
  readonly scheduleId: Id
  readonly fingerprint: string
}

/** A token made through the API, hashed. */
export type TokenRow = {
  readonly id: Id
  readonly name: string
  readonly user: string
  readonly role: 'viewer' | 'operator' | 'admin'
  readonly sha256: string
  readonly createdAt: Instant
}

/** One ask about a job, kept as it was asked: a submission, or that it be stopped. Its id is the age of the ask. */
export type SubmissionRow = Indexed & {
  readonly id: Id
  readonly jobId: Id
  readonly name: string
  readonly cluster: string
  readonly kind: 'submit' | 'stop'
  /** How many submissions of that name came before it. */
  readonly version: number
  /** The view through which it came, such as `native` or `nomad`. */
  readonly view: string
  readonly by: string
  readonly at: Instant
  /** What was asked in that view's own words. */
  readonly document?: unknown
}

/** A path that was loaded whole at least once; its id is `cluster LF key`. */
export type WarmedRow = {
  readonly id: string
  readonly cluster: string
  readonly path: CachePath
  /** The job that loaded it last, and when. */
  readonly jobId: Id
  readonly at: Instant
}

/** A rule for a path that a cluster keeps and nobody lists, so the daemon remembers it; its id is `kind LF cluster LF key`. */
export type PolicyRow = {
  readonly id: string
  readonly kind: 'ttl' | 'priority'
  readonly cluster: string
  readonly path: CachePath
  readonly value: string
  readonly by: string
  readonly at: Instant
}

/** `heardAt` is when it arrived, when that is not its time. */
export type LogLine = { readonly at: Instant; readonly text: string; readonly heardAt?: Instant | undefined }

/** What a user's own daemon (reference document 003) says of itself; its id is the user's name. */
export type CompanionRow = {
  readonly id: string
  /** 21 lower-case hexadecimal digits. */
  readonly daemonId: string
  readonly entrypoints: readonly string[]
  /** `repository/item:tag` that it calls abnormal. */
  readonly abnormal: readonly string[]
  /** Oldest first. */
  readonly lines: readonly LogLine[]
  readonly heardAt?: Instant
}

/** The one row of counters: its id is `counters`. */
export type CountersRow = {
  readonly id: 'counters'
  readonly nextNumber: number
  readonly nextSchedule: number
  readonly index: number
}
