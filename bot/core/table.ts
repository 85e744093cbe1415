// a table of rows with indexes, and a draft of it layered over the committed one

/** What keys a row is found under in each index; undefined leaves it out. A list puts it under several. */
export type Indexing<Row> = Readonly<Record<string, (row: Row) => string | readonly string[] | undefined>>

/** Reads go through the layers, newest first. Rows are frozen values. */
export type Table<Row> = {
  get(id: string): Row | undefined
  /** Ids of the rows found under `key` in an index, oldest id first is NOT promised; the order is that of insertion. */
  find(index: string, key: string): Iterable<Row>
  /** How many rows `find` would give; cheap in a committed table. */
  countOf(index: string, key: string): number
  /** Keys in use in an index. */
  keys(index: string): Iterable<string>
  rows(): Iterable<Row>
  readonly size: number
  set(id: string, row: Row): void
  remove(id: string): void
  /** What a draft changed against the layer below, newest value each; empty for a committed table. */
  changes(): ReadonlyMap<string, Row | undefined>
}
