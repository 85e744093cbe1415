// what rows are found under: ids by index and key, and how many there are

/** What keys a row is found under in each index; undefined leaves it out. A list puts it under several. */
export type Indexing<Row> = Readonly<Record<string, (row: Row) => string | readonly string[] | undefined>>

type Keys = string | readonly string[] | undefined

const NO_KEYS: readonly string[] = []
export const NO_IDS: ReadonlySet<string> = new Set()

/** Ids under one key: most keys are of one row, which needs no set. */
type Ids = string | Set<string>
type Sets = Map<string, Ids>

/** Which ids each index has under each key. */
export type Postings<Row> = {
  ids(index: string, key: string): ReadonlySet<string>
  has(index: string, key: string, id: string): boolean
  countOf(index: string, key: string): number
  keys(index: string): Iterable<string>
  move(id: string, old: Row | undefined, row: Row | undefined): void
}

/** None yet: index -> key -> ids; a key without ids is forgotten. */
export function createPostings<Row>(indexing: Indexing<Row>): Postings<Row> {
  const indexes = Object.entries(indexing).map(([name, toKeys]) => ({ name, toKeys, sets: new Map() as Sets }))
  return {
    ...toLookups(new Map(indexes.map(({ name, sets }) => [name, sets]))),
    move(id, old, row) {
      for (const { toKeys, sets } of indexes) shift(sets, id, { from: keysOf(old, toKeys), to: keysOf(row, toKeys) })
    },
  }
}

/** The postings of a draft's own rows, and how much the count of each key differs from the layer below. */
export type Changes<Row> = Omit<Postings<Row>, 'move' | 'countOf'> & {
  differenceOf(index: string, key: string): number
  /** `isOwn`: the old row is the draft's too. */
  move(
    id: string,
    change: { readonly old: Row | undefined; readonly isOwn: boolean; readonly row: Row | undefined },
  ): void
}

/** No difference yet. */
export function createChanges<Row>(indexing: Indexing<Row>): Changes<Row> {
  const indexes = Object.entries(indexing).map(([name, toKeys]) => ({
    ...{ name, toKeys, sets: new Map() as Sets },
    tally: new Map<string, number>(),
  }))
  const tallies = new Map(indexes.map(({ name, tally }) => [name, tally]))
  return {
    ...toLookups(new Map(indexes.map(({ name, sets }) => [name, sets]))),
    differenceOf: (index, key) => tallies.get(index)?.get(key) ?? 0,
    move(id, { old, isOwn, row }) {
      for (const { toKeys, sets, tally } of indexes) {
        const [from, to] = [keysOf(old, toKeys), keysOf(row, toKeys)]
        shift(sets, id, { from: isOwn ? from : undefined, to })
        // most changes of a row move it in few indexes
        if (from === to) continue
        for (const key of toList(from)) tally.set(key, (tally.get(key) ?? 0) - 1)
        for (const key of toList(to)) tally.set(key, (tally.get(key) ?? 0) + 1)
      }
    },
  }
}

function toLookups(byName: ReadonlyMap<string, Sets>): Omit<Postings<never>, 'move'> {
  const idsOf = (index: string, key: string): Ids | undefined => byName.get(index)?.get(key)
  return {
    ids(index, key) {
      const ids = idsOf(index, key)
      if (ids === undefined) return NO_IDS
      return typeof ids === 'string' ? new Set([ids]) : ids
    },
    has(index, key, id) {
      const ids = idsOf(index, key)
      return typeof ids === 'object' ? ids.has(id) : ids === id
    },
    countOf(index, key) {
      const ids = idsOf(index, key)
      return typeof ids === 'object' ? ids.size : Number(ids !== undefined)
    },
    keys: index => byName.get(index)?.keys() ?? [],
  }
}

function shift(sets: Sets, id: string, { from, to }: { readonly from: Keys; readonly to: Keys }): void {
  if (from === to) return
  const [before, after] = [toList(from), toList(to)]
  for (const key of before) if (!after.includes(key)) take(sets, key, id)
  for (const key of after) if (!before.includes(key)) add(sets, key, id)
}

function add(sets: Sets, key: string, id: string): void {
  const ids = sets.get(key)
  if (ids === undefined) sets.set(key, id)
  else if (typeof ids === 'object') ids.add(id)
  else if (ids !== id) sets.set(key, new Set([ids, id]))
}

function take(sets: Sets, key: string, id: string): void {
  const ids = sets.get(key)
  if (ids === id) sets.delete(key)
  if (typeof ids !== 'object') return
  ids.delete(id)
  if (ids.size === 0) sets.delete(key)
}

function keysOf<Row>(row: Row | undefined, toKeys: Indexing<Row>[string]): Keys {
  return row === undefined ? undefined : toKeys(row)
}

function toList(keys: Keys): readonly string[] {
  if (keys === undefined) return NO_KEYS
  return typeof keys === 'string' ? [keys] : keys
}
