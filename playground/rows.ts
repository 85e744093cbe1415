// the rows of a listing at a path, in the order of the era
import { type Shell, walkOrder } from './shell.ts'
import { type Entry, type Found, normalise } from './tree.ts'
import { filesUnder, type Row, walk } from './walk.ts'

/** `self`: the directory itself instead of its children. */
export interface RowAsk {
  path: string
  deep: boolean
  self?: boolean
}

export function rowsAt(shell: Shell, found: Found, ask: RowAsk): Iterable<Row> {
  const path = normalise(ask.path)
  if (found.kind === 'file') return [{ path, kind: 'file', entry: found.entry }]
  if (ask.self === true) return [{ path, kind: 'dir', dir: found.dir }]
  return walk(found.dir, path, { deep: ask.deep, childrenFirst: walkOrder(shell) })
}

/** All files at or under the path; in the order of the era. */
export function filesAt(shell: Shell, found: Found, path: string): Iterable<[string, Entry]> {
  const clean = normalise(path)
  if (found.kind === 'file') return [[clean, found.entry]]
  return filesUnder(found.dir, clean, walkOrder(shell))
}
