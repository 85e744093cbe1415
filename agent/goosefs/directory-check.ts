// what a listing does not show: directories that cannot be read, and entries that are hidden from the agent's user
import type { ListEntry } from './read-ls.ts'

/** A directory with entries that the listing does not show; 0 when not even their number is told. */
export type HiddenPlace = { readonly path: string; readonly entries: number }

export type HiddenPlaces = {
  readonly places: readonly HiddenPlace[]
  /** Too many directories were open at once to hold them all against their sizes. */
  readonly skipped: boolean
}

export type DirectoryCheck = {
  restart(): void
  add(entry: ListEntry): void
  /** Direct children that were listed so far of a directory that has no line of its own. */
  shownIn(path: string): number
  found(): HiddenPlaces
}

type Row = { declared: number | undefined; shown: number; closed: boolean }

const MOST_DIRECTORIES = 100_000
const FEWEST_DOUBTS = 3

/**
 * A directory's line tells the number of its direct children, whoever may see them; what the listing shows of them is counted
 * and held against it. 2.5 lists children before their directory and 2.9 after it, so a directory is kept until both agree:
 * those on the way from the top, and those with something hidden. Fewer children than shown prove nothing: some were added
 * meanwhile. A directory without any right and without children lists as empty, whatever is in it.
 */
export function createDirectoryCheck(): DirectoryCheck {
  const rows = new Map<string, Row>()
  let skipped = false
  let agreeing = 0
  const rowOf = (path: string): Row => {
    const known = rows.get(path)
    if (known !== undefined) return known
    const row = { declared: undefined, shown: 0, closed: false }
    rows.set(path, row)
    if (rows.size > MOST_DIRECTORIES) {
      skipped = true
      rows.clear()
    }
    return row
  }
  const settle = (path: string, row: Row) => {
    if (row.declared === undefined || row.closed || row.shown < row.declared) return
    if (row.declared > 0) agreeing += 1
    rows.delete(path)
  }
  return {
    restart() {
      rows.clear()
      skipped = false
      agreeing = 0
    },
    add(entry) {
      if (skipped) return
      const parent = parentOf(entry.path)
      const above = rowOf(parent)
      above.shown += 1
      above.closed = false
      settle(parent, above)
      if (!entry.directory || skipped) return
      const own = rowOf(entry.path)
      own.declared = entry.size
      own.closed = entry.size === 0 && own.shown === 0 && entry.mode?.startsWith('d---------') === true
      settle(entry.path, own)
    },
    shownIn: path => rows.get(path)?.shown ?? 0,
    found: () => ({ places: toPlaces(rows, agreeing), skipped }),
  }
}

function toPlaces(rows: ReadonlyMap<string, Row>, agreeing: number): HiddenPlace[] {
  const closed: HiddenPlace[] = []
  const short: HiddenPlace[] = []
  for (const [path, { declared, shown, closed: isClosed }] of rows) {
    if (declared === undefined) continue
    if (isClosed) closed.push({ path, entries: 0 })
    else if (declared > shown) short.push({ path, entries: declared - shown })
  }
  // when no directory's size is the number of its children, sizes mean something else here
  const isUnderstood = agreeing > 0 || short.length < FEWEST_DOUBTS
  return isUnderstood ? [...closed, ...short] : closed
}

function parentOf(path: string): string {
  const at = path.lastIndexOf('/')
  return at <= 0 ? '/' : path.slice(0, at)
}

const MOST_TOLD = 5

/** The same for people: directories that cannot be read as a count, hidden entries by place. */
export function tellHidden({ places, skipped }: HiddenPlaces): string[] {
  const short = places.filter(place => place.entries > 0)
  const closed = places.length - short.length
  const notes = short
    .slice(0, MOST_TOLD)
    .map(({ path, entries }) => `${entries} entries of ${path} are not shown to the agent's user`)
  if (short.length > MOST_TOLD)
    notes.push(`${short.length - MOST_TOLD} more directories do not show all of their entries`)
  if (closed > 0)
    notes.push(`${closed} directories cannot be read by the agent's user: what is in them was not measured`)
  if (skipped)
    notes.push('whether every directory shows all of its entries was not checked: there are too many of them')
  return notes
}
