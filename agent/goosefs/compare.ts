// two listings of a path, before and after a load: what is in the cache now, what is missing, and why
import { closeSync, openSync } from 'node:fs'
import { isWithin } from '../../shared/path.ts'
import type { Cause, Findings, MissingFile } from '../../shared/verdict.ts'
import { MOST_MISSING_EXAMPLES } from '../../shared/verdict.ts'
import { toReason } from '../spool.ts'
import { createTally, type ListedFile, readListFile, type Totals, writeWhole } from './list-file.ts'
import { createPathTable, type PathTable, stampOf } from './path-table.ts'

export type Comparison = {
  /** Listing taken before; without it nothing can be called new, changed or gone. */
  readonly before?: string
  readonly after: string
  /** Only files at or below this comparable path. */
  readonly within?: string
  /** Files that are still being written: they list as cached, and nothing of them is. */
  readonly incomplete?: readonly string[]
  /** Whether a file that the listing shows is not what was asked for. */
  readonly isMissing: (file: ListedFile) => boolean
  /** Why such a file is missing; `change` tells what the two listings say of it. */
  readonly blame: (file: ListedFile, change: 'same' | 'changed' | 'new') => Cause
  /** Whether the load said that such a file was cached. */
  readonly wasLoaded?: (path: string) => boolean
  /** File for the whole list of missing files, one `path<TAB>cause` a line. */
  readonly missingPath?: string
}

export type Compared = Pick<Findings, 'missing' | 'missingTotal' | 'missingByCause'> & {
  readonly before?: Totals
  readonly after: Totals
  /** Cached before or called loaded, unchanged since, and not wholly cached any more. */
  readonly dropped: { readonly files: number; readonly bytes: number }
  /** How much of the list of missing files stands in its file. */
  readonly missingStreamBytes: number
  /** Why that is not all of it. */
  readonly missingTrouble?: string
}

// bits of a row's mark
const SEEN = 1
const CACHED = 2

/** Compares; memory does not grow with path lengths: about 35 bytes for each file of the first listing. */
export async function compareLists(comparison: Comparison): Promise<Compared> {
  const wanted = (file: ListedFile) => comparison.within === undefined || isWithin(file.path, comparison.within)
  const incomplete = new Set(comparison.incomplete)
  const table = createPathTable()
  const before = comparison.before === undefined ? undefined : await remember(comparison.before, table, wanted)
  const missing = createMissing(comparison.missingPath)
  const tally = createTally()
  const dropped = { files: 0, bytes: 0 }
  const onFile = (listed: ListedFile) => {
    if (!wanted(listed)) return
    const file = incomplete.has(listed.path) ? { ...listed, percent: 0, persisted: false } : listed
    tally.add(file)
    const { change, cached } = before === undefined ? UNKNOWN : changeOf(table, file)
    if (change === 'same' && listed.percent < 100 && (cached || comparison.wasLoaded?.(file.path) === true)) {
      dropped.files += 1
      dropped.bytes += file.bytes - Math.floor((file.bytes * listed.percent) / 100)
    }
    if (comparison.isMissing(file)) missing.add(file.path, comparison.blame(file, change))
  }
  try {
    await readListFile(comparison.after, onFile, ({ path }) => {
      if (comparison.within === undefined || isWithin(path, comparison.within)) missing.add(path, 'permission')
    })
    if (comparison.before !== undefined) {
      await readListFile(comparison.before, file => {
        if (!wanted(file)) return
        const row = table.find(file.path)
        if ((table.mark(row) & SEEN) === 0) missing.add(file.path, 'gone')
      })
    }
  } finally {
    missing.close()
  }
  return { ...missing.found(), after: tally.totals(), dropped, ...(before === undefined ? {} : { before }) }
}

async function remember(path: string, table: PathTable, wanted: (file: ListedFile) => boolean): Promise<Totals> {
  const tally = createTally()
  await readListFile(path, file => {
    if (!wanted(file)) return
    tally.add(file)
    table.put(file.path, { size: file.bytes, stamp: stampOf(file.modified), mark: file.percent === 100 ? CACHED : 0 })
  })
  return tally.totals()
}

type Change = { readonly change: 'same' | 'changed' | 'new'; readonly cached: boolean }
const UNKNOWN: Change = { change: 'same', cached: false }

/** What the first listing says of a file; `cached`: it was wholly cached then. */
function changeOf(table: PathTable, file: ListedFile): Change {
  const row = table.find(file.path)
  if (row < 0) return { change: 'new', cached: false }
  const mark = table.mark(row)
  table.setMark(row, mark | SEEN)
  const isSame = table.size(row) === file.bytes && table.stamp(row) === stampOf(file.modified)
  return { change: isSame ? 'same' : 'changed', cached: (mark & CACHED) !== 0 }
}

/** Counts the missing files and lists them in a file; when that cannot be written they are counted all the same. */
function createMissing(path: string | undefined) {
  const examples: MissingFile[] = []
  const byCause: Partial<Record<Cause, number>> = {}
  let handle: number | undefined
  let trouble: string | undefined
  let total = 0
  let bytes = 0
  let buffered = ''
  const attempt = (act: () => void) => {
    try {
      if (trouble === undefined) act()
    } catch (thrown) {
      trouble = toReason(thrown)
    }
  }
  const flush = () => {
    attempt(() => {
      if (handle !== undefined) bytes += writeWhole(handle, buffered)
    })
    buffered = ''
  }
  attempt(() => {
    if (path !== undefined) handle = openSync(path, 'w')
  })
  return {
    add(file: string, cause: Cause) {
      total += 1
      byCause[cause] = (byCause[cause] ?? 0) + 1
      if (examples.length < MOST_MISSING_EXAMPLES) examples.push({ path: file, cause })
      buffered += `${file}\t${cause}\n`
      if (buffered.length > 64 * 1024) flush()
    },
    close() {
      flush()
      if (handle !== undefined) closeSync(handle)
      handle = undefined
    },
    found: () => ({
      ...{ missing: examples, missingTotal: total, missingByCause: byCause, missingStreamBytes: bytes },
      ...(trouble === undefined ? {} : { missingTrouble: trouble }),
    }),
  }
}
