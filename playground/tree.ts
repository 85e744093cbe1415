// the name space: what the under storage holds, what the master knows of it, and what the cache holds

/** One version of an object. `mtime` is epoch milliseconds; `etag` differs between versions of the same path. */
export interface Blob {
  bytes: number
  mtime: number
  etag: number
  /** What it holds; without it as many letters as it has bytes. */
  text?: string | undefined
}

/** A file: `ufs` is the truth, `meta` what the master believes, `cached` the bytes that the worker holds. */
export interface Entry {
  ufs?: Blob | undefined
  meta?: Blob | undefined
  cached: number
}

/** Many equal files kept as one line: `part-00000` to `part-<files-1>`; they become entries only when touched. */
export interface Rule {
  files: number
  blob: Blob
  known: boolean
}

/** A directory; `listed` once the master has read its children from the under storage. */
export interface Dir {
  mode: number
  mtime: number
  ufs: boolean
  known: boolean
  listed: boolean
  rule?: Rule | undefined
  files: Map<string, Entry>
  dirs: Map<string, Dir>
}

/** What a path leads to. */
export type Found = { kind: 'dir'; dir: Dir } | { kind: 'file'; entry: Entry }

export function createDir(mtime: number): Dir {
  return { mode: 0o755, mtime, ufs: true, known: false, listed: false, files: new Map(), dirs: new Map() }
}

/** Doubled and trailing slashes do not count, as in the real path class. */
export function normalise(path: string): string {
  const clean = path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1')
  return clean === '' ? '/' : clean
}

export function join(parent: string, name: string): string {
  return parent === '/' ? `/${name}` : `${parent}/${name}`
}

export function segments(path: string): string[] {
  return path.split('/').filter(part => part !== '')
}

const RULE_NAME = /^part-(\d{5,})$/

/** Name of the n-th file of a rule, counted from 0. */
export function ruleName(index: number): string {
  return `part-${String(index).padStart(5, '0')}`
}

function virtualEntry(rule: Rule): Entry {
  return { ufs: rule.blob, meta: rule.known ? rule.blob : undefined, cached: 0 }
}

/** The file of that name, made real when a rule stands for it. */
export function fileIn(dir: Dir, name: string): Entry | undefined {
  const real = dir.files.get(name)
  if (real !== undefined || dir.rule === undefined) return real
  const index = Number(RULE_NAME.exec(name)?.[1] ?? Number.NaN)
  if (!(index < dir.rule.files) || ruleName(index) !== name) return undefined
  const entry = virtualEntry(dir.rule)
  dir.files.set(name, entry)
  return entry
}

/** All files of a directory, those of its rule included (these stay virtual). */
export function* filesIn(dir: Dir): Generator<[string, Entry]> {
  for (const pair of dir.files) yield pair
  const rule = dir.rule
  if (rule === undefined) return
  const shared = virtualEntry(rule)
  for (let index = 0; index < rule.files; index++) {
    const name = ruleName(index)
    if (!dir.files.has(name)) yield [name, shared]
  }
}

/** Makes every file of a rule a real entry, before one rule replaces another. */
export function expandRule(dir: Dir): void {
  const rule = dir.rule
  if (rule === undefined) return
  for (let index = 0; index < rule.files; index++) fileIn(dir, ruleName(index))
  dir.rule = undefined
}

/** What stands at the path, known to the master or not. */
export function find(root: Dir, path: string): Found | undefined {
  let dir = root
  const parts = segments(path)
  for (const [index, name] of parts.entries()) {
    const next = dir.dirs.get(name)
    if (next !== undefined) {
      dir = next
      continue
    }
    const entry = index === parts.length - 1 ? fileIn(dir, name) : undefined
    return entry === undefined ? undefined : { kind: 'file', entry }
  }
  return { kind: 'dir', dir }
}

/** The directory at the path, made with all its parents when absent. */
export function makeDir(root: Dir, path: string, mtime: number): Dir {
  let dir = root
  for (const name of segments(path)) {
    let next = dir.dirs.get(name)
    if (next === undefined) {
      next = createDir(mtime)
      dir.dirs.set(name, next)
    }
    next.ufs = true
    dir = next
  }
  return dir
}

/** True when the mode lets nobody list the directory: it then looks empty, without an error. */
export function isShut(dir: Dir): boolean {
  return (dir.mode & 0o444) === 0
}
