// what rows are found under: ids by index and key, and how many there are

/** What keys a row is found under in each index; undefined leaves it out. A list puts it under several. */
export type Indexing<Row> = Readonly<Record<string, (row: Row) => string | readonly string[] | undefined>>

const NO_KEYS: readonly string[] = []

/** Which ids each index has under each key. */
export type Postings<Row> = {
  ids(index: string, key: string): ReadonlySet<string>
  keys(index: string): Iterable<string>
  move(id: string, old: Row | undefined, row: Row | undefined): void
}

export const NO_IDS: ReadonlySet<string> = new Set()

/** None yet: index -> key -> ids; a key without ids is forgotten. */
export function createPostings<Row>(indexing: Indexing<Row>): Postings<Row> {
  const indexes = Object.entries(indexing).map(([name, toKeys]) => ({
    name,
    toKeys,
    sets: new Map<string, Set<string>>(),
  }))
  const byName = new Map(indexes.map(index => [index.name, index.sets]))
  return {
    ids: (index, key) => byName.get(index)?.get(key) ?? NO_IDS,
    keys: index => byName.get(index)?.keys() ?? [],
    move(id, old, row) {
      for (const { toKeys, sets } of indexes) {
        const [before, after] = [keysOf(old, toKeys), keysOf(row, toKeys)]
        // most changes of a row move it in few indexes
        if (before === after) continue
        const from = toList(before)
        const to = toList(after)
        for (const key of from) if (!to.includes(key)) take(sets, key, id)
        for (const key of to) if (!from.includes(key)) sets.set(key, (sets.get(key) ?? new Set()).add(id))
      }
    },
  }
}

function take(sets: Map<string, Set<string>>, key: string, id: string): void {
  const ids = sets.get(key)
  ids?.delete(id)
  if (ids?.size === 0) sets.delete(key)
}

/** How much the count of each key differs from the layer below. */
export type Tallies<Row> = {
  of(index: string, key: string): number
  move(old: Row | undefined, row: Row | undefined): void
}

/** No difference yet. */
export function createTallies<Row>(indexing: Indexing<Row>): Tallies<Row> {
  const indexes = Object.entries(indexing).map(([name, toKeys]) => ({ name, toKeys, tally: new Map<string, number>() }))
  const byName = new Map(indexes.map(index => [index.name, index.tally]))
  return {
    of: (index, key) => byName.get(index)?.get(key) ?? 0,
    move(old, row) {
      for (const { toKeys, tally } of indexes) {
        const [before, after] = [keysOf(old, toKeys), keysOf(row, toKeys)]
        if (before === after) continue
        for (const key of toList(before)) tally.set(key, (tally.get(key) ?? 0) - 1)
        for (const key of toList(after)) tally.set(key, (tally.get(key) ?? 0) + 1)
      }
    },
  }
}

type Keys = string | readonly string[] | undefined

function keysOf<Row>(row: Row | undefined, toKeys: Indexing<Row>[string]): Keys {
  return row === undefined ? undefined : toKeys(row)
}

function toList(keys: Keys): readonly string[] {
  if (keys === undefined) return NO_KEYS
  return typeof keys === 'string' ? [keys] : keys
}
