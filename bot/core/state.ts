// everything the daemon knows: the tables through which its rows are found without walking everything
import { INDEXES } from './indexes.ts'
import type { CountersRow, CourseRow, Rows, ScheduleRow } from './row-types.ts'
import { createDraft, createTable, mergeDraft, type Table } from './table.ts'

export type * from './row-types.ts'
export type { Settings } from './settings.ts'

export type TableName = keyof Rows
export const TABLE_NAMES = Object.keys(INDEXES) as readonly TableName[]

/** All tables; a draft has the same shape, layered over the committed one. */
export type State = { readonly [Name in TableName]: Table<Rows[Name]> }

/** An empty state. */
export function createState(): State {
  return build(name => createTable<Rows[typeof name]>(INDEXES[name] as never))
}

/** A draft over `state`, which may be a draft itself; `state` must not change while the draft is in use. */
export function createDraftState(state: State): State {
  return build(name => createDraft<Rows[typeof name]>(state[name] as never))
}

/** Writes what a draft changed into `into`: the state below it, or one that equals it. */
export function mergeDraftState(draft: State, into: State): void {
  for (const name of TABLE_NAMES) mergeDraft<Rows[typeof name]>(draft[name] as never, into[name] as never)
}

/** The counters; before the first frame they stand at the beginning. */
export function countersOf(state: State): CountersRow {
  return state.counters.get('counters') ?? { id: 'counters', nextNumber: 1, nextSchedule: 1, index: 0 }
}

/** How far a schedule came; before its first step it stands where it was made. */
export function courseOf(state: State, { id, createdAt }: Pick<ScheduleRow, 'id' | 'createdAt'>): CourseRow {
  return state.courses.get(id) ?? { id, runs: 0, through: createdAt }
}

function build(make: (name: TableName) => unknown): State {
  return Object.fromEntries(TABLE_NAMES.map(name => [name, make(name)])) as State
}
