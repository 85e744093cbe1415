// the stored tables as the live state: rows were parsed by the store, here they only find their places
import { createDraftState, mergeDraftState, type State, TABLE_NAMES } from '../core/state.ts'
import type { StoredTables } from './ports.ts'

/** Puts every stored row into the empty `state`, oldest id first, so that the order of its tables is their age. */
export function fillState(state: State, stored: StoredTables): void {
  const draft = createDraftState(state)
  for (const name of TABLE_NAMES) {
    const rows = [...(stored.get(name) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))
    // each table's rows were parsed by the record of that name
    const table = draft[name] as { set(id: string, row: unknown): void }
    for (const [id, row] of rows) table.set(id, row)
  }
  mergeDraftState(draft, state)
}

/** The youngest id in use, so that new ones are younger; undefined in an empty state. */
export function newestId(state: State): string | undefined {
  let newest: string | undefined
  for (const table of [state.jobs, state.tasks, state.allocations, state.tokens]) {
    for (const { id } of table.rows()) if (newest === undefined || id > newest) newest = id
  }
  return newest
}
