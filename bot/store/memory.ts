// both stores without a disk
import type { Hole, OutputStore, StateStore, StoredTables, StreamId } from '../engine/ports.ts'
import { findTail, paintHoles, toNewBytes, toNewHole } from './output-layout.ts'
import { STREAM_KINDS } from './output-path.ts'

/** A StateStore that forgets everything with the process. `tables` names the tables that may be saved to. */
export function createMemoryState(names: readonly string[]): StateStore {
  const tables = new Map(names.map(name => [name, new Map<string, unknown>()]))
  let isClosed = false
  return {
    load: async (): Promise<StoredTables> => new Map(Array.from(tables, ([name, rows]) => [name, new Map(rows)])),
    save: async changes => {
      if (isClosed) throw new Error('the journal is closed')
      const unknown = changes.find(change => !tables.has(change.table) || change.value === undefined)
      if (unknown !== undefined) throw new Error(`a change of table ${unknown.table} has no such table or no value`)
      for (const { table, key, value } of changes) {
        if (value === null) tables.get(table)?.delete(key)
        else tables.get(table)?.set(key, value)
      }
    },
    close: async () => {
      isClosed = true
    },
  }
}

type MemoryStream = { bytes: Buffer; length: number; readonly holes: Hole[] }

/** An OutputStore that forgets everything with the process. */
export function createMemoryOutput(): OutputStore {
  const streams = new Map<string, MemoryStream>()
  const keyOf = ({ allocation, kind }: StreamId) => `${allocation}.${kind}`
  const lengthOf = (stream: StreamId) => streams.get(keyOf(stream))?.length ?? 0
  const grow = (stream: StreamId, by: number): MemoryStream => {
    const known = streams.get(keyOf(stream)) ?? { bytes: Buffer.alloc(0), length: 0, holes: [] }
    const length = known.length + by
    if (length > known.bytes.length) known.bytes = Buffer.concat([known.bytes], Math.max(length, 2 * known.length))
    known.length = length
    streams.set(keyOf(stream), known)
    return known
  }
  const read = (stream: StreamId, from: number, maxBytes: number): Uint8Array => {
    const known = streams.get(keyOf(stream))
    if (known === undefined) return new Uint8Array(0)
    const bytes = new Uint8Array(known.bytes.subarray(from, Math.min(known.length, from + maxBytes)))
    paintHoles(bytes, from, known.holes)
    return bytes
  }

  return {
    append: async (stream, offset, bytes) => {
      const length = lengthOf(stream)
      const fresh = toNewBytes(length, offset, bytes)
      if (fresh.length > 0) grow(stream, fresh.length).bytes.set(fresh, length)
      return lengthOf(stream)
    },
    skip: async (stream, hole) => {
      const fresh = toNewHole(lengthOf(stream), hole)
      if (fresh !== undefined) grow(stream, fresh.bytes).holes.push(fresh)
      return lengthOf(stream)
    },
    length: async stream => lengthOf(stream),
    read: async (stream, from, maxBytes) => read(stream, from, maxBytes),
    tailOffset: async (stream, lines) => {
      const holes = streams.get(keyOf(stream))?.holes ?? []
      return findTail({ length: lengthOf(stream), holes, read: async (from, max) => read(stream, from, max) }, lines)
    },
    sync: async stream => lengthOf(stream),
    remove: async allocations => {
      for (const allocation of allocations) {
        for (const kind of STREAM_KINDS) streams.delete(keyOf({ allocation, kind }))
      }
    },
    close: async () => {},
  }
}
