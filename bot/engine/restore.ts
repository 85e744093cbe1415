// the stored tables as the live state: rows were parsed by the store, here they only find their places
import {
  type CourseRow,
  createDraftState,
  type JobRow,
  mergeDraftState,
  type ScheduleRow,
  type State,
  TABLE_NAMES,
  type TaskRow,
} from '../core/state.ts'
import type { StoredTables } from './ports.ts'

/** Puts every stored row into the empty `state`, oldest id first, so that the order of its tables is their age. */
export function fillState(state: State, stored: StoredTables): void {
  const draft = createDraftState(state)
  const toRow = createMender(stored)
  for (const name of TABLE_NAMES) {
    const rows = [...(stored.get(name) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))
    // each table's rows were parsed by the record of that name
    const table = draft[name] as { set(id: string, row: unknown): void }
    for (const [id, row] of rows) table.set(id, toRow(row as object))
  }
  for (const schedule of draft.schedules.rows()) {
    if (draft.courses.get(schedule.id) === undefined) draft.courses.set(schedule.id, toCourse(draft, schedule))
  }
  mergeDraftState(draft, state)
}

// how far a schedule came stood in its own row once: then its slots tell it
function toCourse(state: State, { id, updatedAt }: ScheduleRow): CourseRow {
  const course: { -readonly [Key in keyof CourseRow]: CourseRow[Key] } = { id, runs: 0, through: updatedAt }
  for (const { id: slotId, number, kind, slot, status, at, firedAt } of state.slots.find('schedule', id)) {
    course.runs = Math.max(course.runs, number)
    if (kind === 'clock' && slot > course.through) course.through = slot
    const begunAt = firedAt ?? (status === 'unstarted' ? at : '')
    if (begunAt > (course.lastRunAt ?? '')) Object.assign(course, { lastRunAt: begunAt, lastSlotId: slotId })
  }
  return course
}

/** The youngest id in use, so that new ones are younger; undefined in an empty state. */
export function newestId(state: State): string | undefined {
  let newest: string | undefined
  for (const table of [
    ...[state.jobs, state.tasks, state.allocations, state.tokens, state.submissions],
    state.notices,
    state.letters,
  ]) {
    for (const { id } of table.rows()) if (newest === undefined || id > newest) newest = id
  }
  return newest
}

// rows of the time before they knew their index came to be at the index at which they are read; jobs of the time before
// they knew their least path learn it from their tasks
function createMender(stored: StoredTables): (row: object) => object {
  const counters = stored.get('counters')?.get('counters') as { readonly index: number } | undefined
  const index = Math.max(1, counters?.index ?? 0)
  const least = toLeastKeys(stored)
  return row => {
    const indexed = 'createIndex' in row && row.createIndex === 0
    const mended = indexed ? { ...row, createIndex: index, modifyIndex: index } : row
    if (!('leastKey' in row) || row.leastKey !== '') return mended
    return { ...mended, leastKey: least.get((row as JobRow).id) ?? '' }
  }
}

function toLeastKeys(stored: StoredTables): ReadonlyMap<string, string> {
  const least = new Map<string, string>()
  for (const row of stored.get('tasks')?.values() ?? []) {
    const { jobId, key } = row as TaskRow
    const known = least.get(jobId)
    if (key !== '' && (known === undefined || key < known)) least.set(jobId, key)
  }
  return least
}
