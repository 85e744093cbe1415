// how the master learns of the under storage: once per directory, always, or by force (sync interval 0)
import { drop } from './cache.ts'
import { type Dir, type Entry, fileIn, filesIn, isShut, segments } from './tree.ts'
import type { World } from './world.ts'

/** `once`: directories never listed before · `always`: also new objects · `force`: changed and removed ones too. */
export type SyncMode = 'once' | 'always' | 'force'

export interface SyncAsk {
  path: string
  mode: SyncMode
  deep: boolean
  /** false: only the path itself (stat), not its children */
  children: boolean
  /** false: count what would change and change nothing */
  apply: boolean
}

function syncFile(world: World, entry: Entry, ask: SyncAsk): number {
  if (entry.meta === undefined) {
    if (entry.ufs === undefined) return 0
    if (ask.apply) entry.meta = entry.ufs
    return 1
  }
  if (ask.mode !== 'force' || entry.ufs?.etag === entry.meta.etag) return 0
  if (ask.apply) {
    entry.meta = entry.ufs
    drop(world, entry)
  }
  return 1
}

function forgetDir(world: World, dir: Dir): void {
  for (const [, entry] of filesIn(dir)) {
    drop(world, entry)
    entry.meta = undefined
  }
  for (const child of dir.dirs.values()) forgetDir(world, child)
  dir.known = false
  dir.listed = false
}

function syncChildDir(world: World, child: Dir, ask: SyncAsk): number {
  if (!child.known && child.ufs) {
    if (ask.apply) child.known = true
    return 1
  }
  if (ask.mode !== 'force' || !child.known || child.ufs) return 0
  if (ask.apply) forgetDir(world, child)
  return 1
}

function listDir(world: World, dir: Dir, ask: SyncAsk): number {
  let changes = 0
  for (const entry of dir.files.values()) changes += syncFile(world, entry, ask)
  if (dir.rule?.known === false) {
    changes++
    if (ask.apply) dir.rule.known = true
  }
  for (const child of dir.dirs.values()) changes += syncChildDir(world, child, ask)
  if (!dir.listed) changes++
  if (ask.apply) dir.listed = true
  return changes
}

function syncDir(world: World, dir: Dir, ask: SyncAsk): number {
  if (isShut(dir)) return 0
  let changes = ask.mode === 'once' && dir.listed ? 0 : listDir(world, dir, ask)
  if (!ask.deep) return changes
  for (const child of dir.dirs.values()) if (child.known || child.ufs) changes += syncDir(world, child, ask)
  return changes
}

/** Lets the master look at the under storage; returns how many facts were (or would be) new to it. */
export function sync(world: World, ask: SyncAsk): number {
  let dir = world.root
  let changes = 0
  const parts = segments(ask.path)
  for (const [index, name] of parts.entries()) {
    const next = dir.dirs.get(name)
    if (next === undefined) {
      const entry = index === parts.length - 1 ? fileIn(dir, name) : undefined
      return entry === undefined ? 0 : changes + syncFile(world, entry, ask)
    }
    changes += syncChildDir(world, next, ask)
    dir = next
  }
  return ask.children ? changes + syncDir(world, dir, ask) : changes
}
