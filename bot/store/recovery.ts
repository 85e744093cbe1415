// reads the newest snapshot and the journals behind it, and refuses anything that is not surely what was saved
import { join } from 'node:path'
import { toError } from '../../shared/errors.ts'
import { StateDamaged } from './faults.ts'
import type { Files } from './files.ts'
import { readGenerations, toFileName, UNFINISHED_SNAPSHOT } from './layout.ts'
import { readJournals, type Torn } from './recover-journals.ts'
import { readSnapshot } from './recover-snapshot.ts'
import { createTables, type Tables } from './tracked.ts'

/** Turns one stored record into the value in memory, or throws what is wrong with it. */
export type RecordParser = (value: unknown) => unknown
export type Parsers = Readonly<Record<string, RecordParser>>

/** What was found. `journal` is the generation to go on with, 0 when there is none yet. */
export type Recovered = {
  readonly tables: Tables
  readonly journal: number
  readonly journalBytes: number
  readonly snapshotBytes: number
  /** Ends that were incomplete or wrong, with nothing valid behind them. */
  readonly torn: readonly Torn[]
  /** The newest snapshot was damaged, and an older one with all journals since was there. */
  readonly passedOver?: StateDamaged
  /** Files that are no longer needed. */
  readonly leftovers: readonly string[]
}

type Found = {
  readonly dir: string
  readonly files: Files
  readonly parsers: Parsers
  readonly names: readonly string[]
}

/**
 * Reads the state in `dir` and changes nothing there.
 *
 * @throws StateDamaged naming file and byte, when something is wrong that is not a torn last frame
 */
export async function recover(from: Omit<Found, 'names'>): Promise<Recovered> {
  const found: Found = { ...from, names: await from.files.list(from.dir) }
  const snapshots = readGenerations(found.names, 'snapshot').reverse()
  // Without any snapshot the first journal begins with empty tables.
  const bases = snapshots.length > 0 ? snapshots : [0]
  let first: StateDamaged | undefined
  for (const base of bases) {
    try {
      const recovered = await recoverFrom(found, base)
      return first === undefined ? recovered : { ...recovered, passedOver: first }
    } catch (error) {
      // An older snapshot is as good when all journals since are still here; if not, the first damage is the news.
      if (!(error instanceof StateDamaged)) throw error
      first ??= error
    }
  }
  throw first ?? new Error('no base was tried')
}

async function recoverFrom(found: Found, snapshot: number): Promise<Recovered> {
  const { dir, files, names } = found
  const tables = createTables(Object.keys(found.parsers))
  const put = createPut(tables, found.parsers)
  const base = Math.max(snapshot, 1)
  const journals = readGenerations(names, 'journal').filter(generation => generation >= base)
  checkChain(found, base, journals)
  const path = join(dir, toFileName('snapshot', snapshot))
  const snapshotBytes = snapshot === 0 ? 0 : await readSnapshot(files, { path, generation: snapshot }, put)
  const read = await readJournals(files, { dir, journals, mayStartOver: snapshot === 0 }, put)
  return {
    tables,
    journal: read.journal,
    journalBytes: read.bytes,
    snapshotBytes,
    torn: read.torn,
    leftovers: toLeftovers(names, base, snapshot),
  }
}

/** Each journal since the base must be there: a missing one would be acknowledged changes lost in silence. */
function checkChain(found: Found, base: number, journals: readonly number[]): void {
  const isFresh = base === 1 && journals.length === 0 && !found.names.includes(toFileName('snapshot', 1))
  if (isFresh) return
  const last = journals.at(-1) ?? base
  for (let generation = base; generation <= last; generation++) {
    if (journals.includes(generation)) continue
    throw new StateDamaged(join(found.dir, toFileName('journal', generation)), 0, 'the file is missing')
  }
}

function toLeftovers(names: readonly string[], base: number, snapshot: number): string[] {
  return [
    ...names.filter(name => name === UNFINISHED_SNAPSHOT),
    ...readGenerations(names, 'journal')
      .filter(one => one < base)
      .map(one => toFileName('journal', one)),
    ...readGenerations(names, 'snapshot')
      .filter(one => one !== snapshot)
      .map(one => toFileName('snapshot', one)),
  ]
}

/** Takes in the rows of one frame. */
export type PutRows = (rows: unknown, at: { path: string; byte: number }) => number

function createPut(tables: Tables, parsers: Parsers): PutRows {
  const putRow = (row: unknown): void => {
    if (!Array.isArray(row) || row.length !== 3) throw new Error('a row is not [table, key, value]')
    const [name, key, value]: unknown[] = row
    const table = tables.get(String(name))
    const parse = parsers[String(name)]
    if (table === undefined || parse === undefined) throw new Error(`table ${JSON.stringify(name)} is unknown`)
    if (typeof key !== 'string') throw new Error(`a key of table ${String(name)} is not a string`)
    try {
      table.put(key, value === null ? null : parse(value))
    } catch (error) {
      throw new Error(`record ${key} of table ${String(name)} is not readable: ${toError(error).message}`)
    }
  }
  return (rows, { path, byte }) => {
    try {
      if (!Array.isArray(rows)) throw new Error('a frame is not a list of rows')
      for (const row of rows) putRow(row)
      return rows.length
    } catch (error) {
      throw new StateDamaged(path, byte, toError(error).message)
    }
  }
}
