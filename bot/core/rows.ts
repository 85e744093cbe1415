// small changes of a row that keep its type exact, and the indexes of a row that was never saved
import type { Indexed } from './kept-rows.ts'

/** The frame that saves the row sets them. */
export const NOT_SAVED: Indexed = { createIndex: 0, modifyIndex: 0 }

/** The row without some of its optional fields. */
export function without<Row extends object, Key extends keyof Row>(row: Row, ...keys: readonly Key[]): Omit<Row, Key> {
  const rest: Partial<Row> = { ...row }
  for (const key of keys) delete rest[key]
  return rest as Omit<Row, Key>
}
