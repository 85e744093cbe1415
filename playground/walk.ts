// reading the name space as the master shows it: known entries only, in name order
import { type Dir, type Entry, filesIn, isShut, join } from './tree.ts'

/** One row of a listing. */
export type Row = { path: string; kind: 'file'; entry: Entry } | { path: string; kind: 'dir'; dir: Dir }

/** `deep` descends; `dirsFirst` is the order of 2.5, where the children of a directory come before itself. */
export interface Walk {
  deep: boolean
  childrenFirst: boolean
}

const byName = (a: [string, unknown], b: [string, unknown]): number => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)

function* knownPairs(dir: Dir): Generator<[string, Entry | Dir]> {
  for (const pair of filesIn(dir)) if (pair[1].meta !== undefined) yield pair
  for (const pair of dir.dirs) if (pair[1].known) yield pair
}

/** How many children a listing shows, as the size of a directory. */
export function childCount(dir: Dir): number {
  if (isShut(dir)) return 0
  let count = dir.rule?.known === true ? dir.rule.files : 0
  for (const [name, entry] of dir.files) {
    const counted = count > 0 && dir.rule !== undefined && name.startsWith('part-') && isOfRule(dir, name)
    if (entry.meta !== undefined && !counted) count++
    if (entry.meta === undefined && counted) count--
  }
  for (const child of dir.dirs.values()) if (child.known) count++
  return count
}

function isOfRule(dir: Dir, name: string): boolean {
  const index = Number(name.slice(5))
  return Number.isInteger(index) && index < (dir.rule?.files ?? 0)
}

/** The known entries under a directory. */
export function* walk(dir: Dir, path: string, how: Walk): Generator<Row> {
  if (isShut(dir)) return
  for (const [name, child] of [...knownPairs(dir)].sort(byName)) {
    const childPath = join(path, name)
    if (!('files' in child)) {
      yield { path: childPath, kind: 'file', entry: child }
      continue
    }
    if (how.deep && how.childrenFirst) yield* walk(child, childPath, how)
    yield { path: childPath, kind: 'dir', dir: child }
    if (how.deep && !how.childrenFirst) yield* walk(child, childPath, how)
  }
}

/** Known files only, the whole tree. */
export function* filesUnder(dir: Dir, path: string, childrenFirst: boolean): Generator<[string, Entry]> {
  for (const row of walk(dir, path, { deep: true, childrenFirst })) {
    if (row.kind === 'file') yield [row.path, row.entry]
  }
}
