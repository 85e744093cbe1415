// a million paths in typed arrays: each one a 64-bit hash, with a size, a stamp and a mark

export type PathTable = {
  /** Writes a row; the newest one of a path stands. */
  put(path: string, row: { size: number; stamp: number; mark: number }): void
  /** The row's number, or -1. */
  find(path: string): number
  size(row: number): number
  stamp(row: number): number
  mark(row: number): number
  setMark(row: number, mark: number): void
  readonly count: number
}

type Columns = {
  low: Uint32Array
  high: Uint32Array
  size: Float64Array
  stamp: Uint32Array
  mark: Uint8Array
  used: Uint8Array
}

const SMALLEST = 1024

/** Makes an empty table. About 22 bytes for each slot, at most two thirds of which are used; strings are not kept. */
export function createPathTable(): PathTable {
  let columns = allocate(SMALLEST)
  let count = 0

  function grow(): void {
    const old = columns
    columns = allocate(old.low.length * 2)
    for (let from = 0; from < old.low.length; from += 1) {
      if (old.used[from] !== 1) continue
      copy(old, from, slotOf(columns, old.low[from] ?? 0, old.high[from] ?? 0))
    }
  }

  function copy(old: Columns, from: number, to: number): void {
    columns.low[to] = old.low[from] ?? 0
    columns.high[to] = old.high[from] ?? 0
    columns.size[to] = old.size[from] ?? 0
    columns.stamp[to] = old.stamp[from] ?? 0
    columns.mark[to] = old.mark[from] ?? 0
    columns.used[to] = 1
  }

  return {
    put(path, row) {
      if ((count + 1) * 3 > columns.low.length * 2) grow()
      const [low, high] = hashOf(path)
      const at = slotOf(columns, low, high)
      if (columns.used[at] !== 1) count += 1
      columns.used[at] = 1
      columns.low[at] = low
      columns.high[at] = high
      columns.size[at] = row.size
      columns.stamp[at] = row.stamp
      columns.mark[at] = row.mark
    },
    find(path) {
      const [low, high] = hashOf(path)
      const at = slotOf(columns, low, high)
      return columns.used[at] === 1 ? at : -1
    },
    size: row => columns.size[row] ?? 0,
    stamp: row => columns.stamp[row] ?? 0,
    mark: row => columns.mark[row] ?? 0,
    setMark: (row, mark) => void columns.mark.fill(mark, row, row + 1),
    get count() {
      return count
    },
  }
}

/** A 32-bit stamp of a text, for comparing only. */
export function stampOf(text: string): number {
  return hashOf(text)[0]
}

function allocate(slots: number): Columns {
  return {
    low: new Uint32Array(slots),
    high: new Uint32Array(slots),
    size: new Float64Array(slots),
    stamp: new Uint32Array(slots),
    mark: new Uint8Array(slots),
    used: new Uint8Array(slots),
  }
}

function slotOf(columns: Columns, low: number, high: number): number {
  const mask = columns.low.length - 1
  let at = low & mask
  while (columns.used[at] === 1 && (columns.low[at] !== low || columns.high[at] !== high)) at = (at + 1) & mask
  return at
}

// two multiplications over the same characters with different seeds (the mixing of cyrb53, public domain)
function hashOf(text: string): readonly [number, number] {
  let first = 0xdeadbeef
  let second = 0x41c6ce57
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    first = Math.imul(first ^ code, 2654435761)
    second = Math.imul(second ^ code, 1597334677)
  }
  first = Math.imul(first ^ (first >>> 16), 2246822507) ^ Math.imul(second ^ (second >>> 13), 3266489909)
  second = Math.imul(second ^ (second >>> 16), 2246822507) ^ Math.imul(first ^ (first >>> 13), 3266489909)
  return [first >>> 0, second >>> 0]
}
