// a lowdb adapter: what changed is on disk before anyone hears of it
import { type Adapter, Low } from 'lowdb'
import type { Log } from '../../shared/log.ts'
import type { Change, StateStore, StoreCounts, StoredTables } from '../engine/ports.ts'
import { type Files, realFiles } from './files.ts'
import { type Row, toRowsFrame } from './frames.ts'
import { createGenerations, type Generations } from './generations.ts'
import { createGroupCommit } from './group-commit.ts'
import type { Parsers } from './recovery.ts'
import { createReserve } from './reserve.ts'
import { createTables, type Tables } from './tracked.ts'

const ROTATE_BYTES = 8 * 1024 * 1024
const RESERVE_BYTES = 16 * 1024 * 1024

export type JournalOptions = {
  /** Directory of the state's files; made when it is not there. */
  readonly dir: string
  /** Each table with the parser of its records; a stored record that a parser refuses is damage. */
  readonly tables: Parsers
  readonly log?: Log
  /** A journal longer than this (bytes), and than the last snapshot, is folded into a new one. */
  readonly rotateBytes?: number
  /** Room kept for `priority` saves (bytes, at most a tenth of the disk). */
  readonly reserveBytes?: number
  readonly files?: Files
}

/** The state on disk. `settled` resolves when nothing is being written: neither a frame nor a snapshot. */
export type Journal = StateStore & { settled(): Promise<void>; counts(): StoreCounts }

/**
 * A StateStore over lowdb: the tables are lowdb's data, and writing them appends one frame with what changed since the
 * last write. Changes are applied only when their frame is about to be written, so memory is never more than one frame
 * ahead of the disk; when that frame fails, it is taken back.
 */
export function createJournal(options: JournalOptions): Journal {
  const { dir, log } = options
  const files = options.files ?? realFiles
  const rotateBytes = options.rotateBytes ?? ROTATE_BYTES
  const disk = createGenerations({ dir, files, parsers: options.tables, rotateBytes, log })
  const reserve = createReserve({ dir, files, bytes: options.reserveBytes ?? RESERVE_BYTES, log })
  const counts = { rollBacks: 0 }
  const adapter = createAdapter(disk, counts)
  const db = new Low<Tables>(adapter, createTables(Object.keys(options.tables)))
  const commits = createGroupCommit({
    reserve,
    write: changes => db.update(tables => apply(tables, changes)),
    // On a full disk a new journal and a snapshot would take the room that stops and reports need.
    afterCommit: async () => {
      if (disk.isRotationDue() && !reserve.isGiven()) await disk.rotate(db.data, marks)
    },
  })
  const marks = { barrier: () => commits.barrier(), rollBacks: () => counts.rollBacks }
  let closing: Promise<void> | undefined

  return {
    load: async () => {
      await db.read()
      await reserve.prepare()
      return toStored(db.data)
    },
    save: async (changes, how) => {
      if (closing !== undefined) throw new Error('the journal is closed')
      refuseUnknownTables(db.data, changes)
      await commits.save(changes, how?.priority ?? false)
    },
    counts: () => ({ ...disk.counts(), reserveBytes: reserve.held() }),
    settled: async () => {
      await commits.idle()
      await disk.settled()
    },
    close: () => {
      closing ??= commits.idle().then(() => disk.close())
      return closing
    },
  }
}

/** lowdb hands over all data; only what changed since the last write is stored. */
function createAdapter(disk: Generations, counts: { rollBacks: number }): Adapter<Tables> {
  return {
    read: () => disk.open(),
    write: async tables => {
      const rows = [...tables].flatMap(([name, table]): Row[] => table.changes(name))
      if (rows.length === 0) return
      try {
        await disk.append(await toRowsFrame(rows))
      } catch (error) {
        counts.rollBacks++
        for (const table of tables.values()) table.rollBack()
        throw error
      }
      for (const table of tables.values()) table.settle()
    },
  }
}

function apply(tables: Tables, changes: readonly Change[]): void {
  for (const { table, key, value } of changes) {
    const target = tables.get(table)
    if (value === null) target?.delete(key)
    else target?.set(key, value)
  }
}

function refuseUnknownTables(tables: Tables, changes: readonly Change[]): void {
  const unknown = changes.find(change => !tables.has(change.table) || change.value === undefined)
  if (unknown === undefined) return
  throw new Error(`a change of table ${unknown.table}, key ${unknown.key}, has no such table or no value`)
}

function toStored(tables: Tables): StoredTables {
  return new Map(Array.from(tables, ([name, table]) => [name, new Map(table)]))
}
