// a table of rows with indexes, and a draft of it layered over the committed one

/** What keys a row is found under in each index; undefined leaves it out. A list puts it under several. */
export type Indexing<Row> = Readonly<Record<string, (row: Row) => string | readonly string[] | undefined>>

type Identified = { readonly id: string }

/** Reads go through the layers, newest first. Rows are frozen values. */
export type Table<Row> = {
  readonly indexing: Indexing<Row>
  get(id: string): Row | undefined
  /** The rows found under `key` in an index, in the order in which they came under it. Collect it before changing the table. */
  find(index: string, key: string): Iterable<Row>
  /** Whether the row of that id is found under `key`. */
  has(index: string, key: string, id: string): boolean
  /** How many rows `find` would give, without walking them. */
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

const NO_CHANGES: ReadonlyMap<string, undefined> = new Map()
const NO_KEYS: readonly string[] = []

/** An empty committed table. */
export function createTable<Row extends Identified>(indexing: Indexing<Row>): Table<Row> {
  const rows = new Map<string, Row>()
  const postings = createPostings(indexing)
  return {
    indexing,
    get: id => rows.get(id),
    *find(index, key) {
      for (const id of postings.ids(index, key)) {
        const row = rows.get(id)
        if (row !== undefined) yield row
      }
    },
    has: (index, key, id) => postings.ids(index, key).has(id),
    countOf: (index, key) => postings.ids(index, key).size,
    keys: index => postings.keys(index),
    rows: () => rows.values(),
    get size() {
      return rows.size
    },
    set(id, row) {
      postings.move(id, rows.get(id), row)
      rows.set(id, row)
    },
    remove(id) {
      postings.move(id, rows.get(id), undefined)
      rows.delete(id)
    },
    changes: () => NO_CHANGES,
  }
}

/**
 * A draft over `below`, which may itself be a draft and must not change meanwhile. It costs what it changes, whatever
 * the size of the table below.
 */
export function createDraft<Row extends Identified>(below: Table<Row>): Table<Row> {
  const { indexing } = below
  const changed = new Map<string, Row | undefined>()
  const postings = createPostings(indexing)
  const tallies = createTallies(indexing)
  let grown = 0
  const get = (id: string): Row | undefined => (changed.has(id) ? changed.get(id) : below.get(id))

  const put = (id: string, row: Row | undefined): void => {
    const old = get(id)
    tallies.move(old, row)
    postings.move(id, changed.get(id), row)
    grown += Number(row !== undefined) - Number(old !== undefined)
    changed.set(id, row)
  }
  const countOf = (index: string, key: string): number => below.countOf(index, key) + tallies.of(index, key)

  return {
    indexing,
    get,
    find: (index, key) =>
      changed.size === 0
        ? below.find(index, key)
        : merged({ below, changed, mine: postings.ids(index, key), index, key }),
    has: (index, key, id) => (changed.has(id) ? postings.ids(index, key).has(id) : below.has(index, key, id)),
    countOf,
    *keys(index) {
      for (const key of below.keys(index)) if (countOf(index, key) > 0) yield key
      for (const key of postings.keys(index)) if (below.countOf(index, key) === 0) yield key
    },
    *rows() {
      for (const row of below.rows()) if (!changed.has(row.id)) yield row
      for (const row of changed.values()) if (row !== undefined) yield row
    },
    get size() {
      return below.size + grown
    },
    set: put,
    remove: id => put(id, undefined),
    changes: () => changed,
  }
}

/** Writes what a draft changed into `into`, in the order in which it was changed first. */
export function mergeDraft<Row>(draft: Table<Row>, into: Table<Row>): void {
  for (const [id, row] of draft.changes()) {
    if (row === undefined) into.remove(id)
    else into.set(id, row)
  }
}

type Layers<Row> = {
  readonly below: Table<Row>
  readonly changed: ReadonlyMap<string, Row | undefined>
  readonly mine: ReadonlySet<string>
  readonly index: string
  readonly key: string
}

// a row that changed but stays under its key keeps its place
function* merged<Row extends Identified>({ below, changed, mine, index, key }: Layers<Row>): Iterable<Row> {
  for (const row of below.find(index, key)) {
    if (!changed.has(row.id)) {
      yield row
      continue
    }
    const newer = mine.has(row.id) ? changed.get(row.id) : undefined
    if (newer !== undefined) yield newer
  }
  for (const id of mine) {
    const row = changed.get(id)
    if (row !== undefined && !below.has(index, key, id)) yield row
  }
}

type Postings<Row> = {
  ids(index: string, key: string): ReadonlySet<string>
  keys(index: string): Iterable<string>
  move(id: string, old: Row | undefined, row: Row | undefined): void
}

const NO_IDS: ReadonlySet<string> = new Set()

// index -> key -> ids; a key without ids is forgotten
function createPostings<Row>(indexing: Indexing<Row>): Postings<Row> {
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
        const from = toList(old, toKeys)
        const to = toList(row, toKeys)
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

type Tallies<Row> = { of(index: string, key: string): number; move(old: Row | undefined, row: Row | undefined): void }

// by how much each key's count differs from the layer below
function createTallies<Row>(indexing: Indexing<Row>): Tallies<Row> {
  const indexes = Object.entries(indexing).map(([name, toKeys]) => ({ name, toKeys, tally: new Map<string, number>() }))
  const byName = new Map(indexes.map(index => [index.name, index.tally]))
  return {
    of: (index, key) => byName.get(index)?.get(key) ?? 0,
    move(old, row) {
      for (const { toKeys, tally } of indexes) {
        for (const key of toList(old, toKeys)) tally.set(key, (tally.get(key) ?? 0) - 1)
        for (const key of toList(row, toKeys)) tally.set(key, (tally.get(key) ?? 0) + 1)
      }
    },
  }
}

function toList<Row>(row: Row | undefined, toKeys: Indexing<Row>[string]): readonly string[] {
  const keys = row === undefined ? undefined : toKeys(row)
  if (keys === undefined) return NO_KEYS
  return typeof keys === 'string' ? [keys] : keys
}
