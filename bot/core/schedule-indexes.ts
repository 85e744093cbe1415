// under which keys schedules and their slots are found
import type { Rows } from './row-types.ts'
import type { SlotRow } from './schedule-rows.ts'
import type { Indexing } from './table.ts'

/** Its job is at work, or will be. */
export function isActive(row: SlotRow): boolean {
  return row.status === 'fired' && row.outcome === undefined
}

/** Nothing will become of it any more. */
export function isOver(row: SlotRow): boolean {
  return !isActive(row) && row.status !== 'waiting' && row.status !== 'due'
}

export const SCHEDULE_INDEXES: {
  readonly [Name in 'schedules' | 'scheduleKeys' | 'courses' | 'slots']: Indexing<Rows[Name]>
} = {
  /** `number` · `name` · `owner`. */
  schedules: { number: row => String(row.number), name: row => row.name, owner: row => row.owner },
  /** `schedule`. */
  scheduleKeys: { schedule: row => row.scheduleId },
  courses: {},
  /**
   * `schedule` (all of it, in the order in which they were written down) · `over` (schedule: may be forgotten) · `active`
   * (schedule: its job is at work) · `due` ("all") · `waiting` (schedule) · `overlap` (schedule: waits for an earlier run) ·
   * `turn` (schedule: backfill) · `quiet` (the second at which its quiet hours are over) · `marker` ("all") · `deadline` (the
   * second at which its marker is given up) · `check` (the second at which its readiness is looked at) · `job`.
   */
  slots: {
    schedule: row => row.scheduleId,
    over: row => (isOver(row) ? row.scheduleId : undefined),
    active: row => (isActive(row) ? row.scheduleId : undefined),
    due: row => (row.status === 'due' ? 'all' : undefined),
    waiting: row => (row.status === 'waiting' ? row.scheduleId : undefined),
    overlap: row => (row.status === 'waiting' && row.why === 'overlap' ? row.scheduleId : undefined),
    turn: row => (row.status === 'waiting' && row.why === 'turn' ? row.scheduleId : undefined),
    quiet: row => (row.status === 'waiting' ? row.notBefore?.slice(0, 19) : undefined),
    marker: row => (isAwaiting(row) ? 'all' : undefined),
    deadline: row => (isAwaiting(row) ? row.awaited?.deadlineAt.slice(0, 19) : undefined),
    check: row => row.checkAt?.slice(0, 19),
    job: row => row.jobId,
  },
}

function isAwaiting(row: SlotRow): boolean {
  return row.status === 'waiting' && row.why === 'marker'
}
