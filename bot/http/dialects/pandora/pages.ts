// one page of a list that was sorted by a field of its items
import type { Paging } from './schemas.ts'

export type Sorted<Item> = {
  readonly items: readonly Item[]
  readonly by: (item: Item) => string | number
  /** Decides between items of which the field is the same. */
  readonly tie: (item: Item) => number
}

export type OnePage<Item> = {
  readonly total: number
  readonly pageNo: number
  readonly pageSize: number
  readonly items: readonly Item[]
}

/** The page; empty past the end, with the same total. */
export function toPage<Item>({ items, by, tie }: Sorted<Item>, asked: Omit<Paging, 'prefix'>): OnePage<Item> {
  const { pageNo, pageSize, order } = asked
  const sign = order === 'asc' ? 1 : -1
  const sorted = [...items].sort((a, b) => sign * (compare(by(a), by(b)) || compare(tie(a), tie(b))))
  const from = (pageNo - 1) * pageSize
  return { total: items.length, pageNo, pageSize, items: sorted.slice(from, from + pageSize) }
}

function compare<Value extends string | number>(a: Value, b: Value): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
