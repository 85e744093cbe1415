// small changes of a row that keep its type exact

/** The row without some of its optional fields. */
export function without<Row extends object, Key extends keyof Row>(row: Row, ...keys: readonly Key[]): Omit<Row, Key> {
  const rest: Partial<Row> = { ...row }
  for (const key of keys) delete rest[key]
  return rest as Omit<Row, Key>
}
