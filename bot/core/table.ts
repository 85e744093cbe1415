// a table of rows with indexes, and a draft of it layered over the committed one
import { type Changes, createChanges, createPostings, type Indexing, NO_IDS } from './postings.ts'

export type { Indexing } from './postings.ts'

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
  /** Sets a row of the table's own anew that is found under the same keys as before. */
  amend(id: string, row: Row): void
  remove(id: string): void
  /** What a draft changed against the layer below, newest value each; empty for a committed table. */
  changes(): ReadonlyMap<string, Row | undefined>
}

const NO_CHANGES: ReadonlyMap<string, undefined> = new Map()

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
    has: postings.has,
    countOf: postings.countOf,
    keys: postings.keys,
    rows: () => rows.values(),
    get size() {
      return rows.size
    },
    set(id, row) {
      postings.move(id, rows.get(id), row)
      rows.set(id, row)
    },
    amend: (id, row) => void rows.set(id, row),
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
  // most tables of most drafts are only read
  let own: Changes<Row> | undefined
  let grown = 0
  const get = (id: string): Row | undefined => (changed.has(id) ? changed.get(id) : below.get(id))

  const put = (id: string, row: Row | undefined): void => {
    const old = get(id)
    own ??= createChanges(indexing)
    own.move(id, { old, isOwn: changed.has(id), row })
    grown += Number(row !== undefined) - Number(old !== undefined)
    changed.set(id, row)
  }
  const countOf = (index: string, key: string): number =>
    below.countOf(index, key) + (own?.differenceOf(index, key) ?? 0)
  const idsOf = (index: string, key: string): ReadonlySet<string> => own?.ids(index, key) ?? NO_IDS

  return {
    indexing,
    get,
    find: (index, key) =>
      changed.size === 0 ? below.find(index, key) : merged({ below, changed, mine: idsOf(index, key), index, key }),
    has: (index, key, id) => (changed.has(id) ? own?.has(index, key, id) === true : below.has(index, key, id)),
    countOf,
    *keys(index) {
      for (const key of below.keys(index)) if (own === undefined || countOf(index, key) > 0) yield key
      for (const key of own?.keys(index) ?? []) if (below.countOf(index, key) === 0) yield key
    },
    *rows() {
      for (const row of below.rows()) if (!changed.has(row.id)) yield row
      for (const row of changed.values()) if (row !== undefined) yield row
    },
    get size() {
      return below.size + grown
    },
    set: put,
    amend: (id, row) => void changed.set(id, row),
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
