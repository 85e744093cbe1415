// what the operator decided of what happens
import type { Guard } from '../../shared/guard.ts'
import type { Misfire, Overlap } from '../../shared/schedule.ts'
import type { Route } from './routes.ts'

/** Read once at start. */
export type Settings = {
  readonly verify: boolean
  readonly graceMs: number
  readonly keepDays: number
  readonly keepJobs: number
  /** Where asks go that name no cluster; unset: the only one known, else `default`. */
  readonly defaultCluster?: string
  /** Configured clusters; empty: whatever agents say. */
  readonly clusters: readonly string[]
  /** What becomes of a load that the cache has no room for. */
  readonly guard: Guard
  /** Who is told; absent: what holds by default. */
  readonly routes?: readonly Route[]
  /** There is a custom robot: without one nothing is queued for it. */
  readonly robot?: boolean
  /** How schedules treat their slots that do not say so themselves. */
  readonly schedules?: { readonly misfire?: Misfire | undefined; readonly overlap?: Overlap | undefined }
}
