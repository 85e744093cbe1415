// small changes of a row that keep its type exact, and the indexes of a row that was never saved
import type { Indexed } from './kept-rows.ts'

/** The frame that saves the row sets them. */
export const NOT_SAVED: Indexed = { createIndex: 0, modifyIndex: 0 }

/** The row without some of its optional fields. */
export function without<Row extends object, Key extends keyof Row>(row: Row, ...keys: readonly Key[]): Omit<Row, Key> {
  // an object that had a field deleted is slow for ever
  const rest: Partial<Row> = {}
  for (const key in row) if (!(keys as readonly string[]).includes(key)) rest[key] = row[key]
  return rest as Omit<Row, Key>
}
