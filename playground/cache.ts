// the worker's cache: filling it, making room, dropping
import type { Entry } from './tree.ts'
import type { World } from './world.ts'

/** Cache size in bytes: knob `quota`, 10 GiB unless told. */
export function quota(world: World): number {
  return Number(world.knobs['quota'] ?? 10 * 2 ** 30)
}

/** Block size in bytes; eviction takes whole blocks. */
export function blockBytes(world: World): number {
  return Number(world.knobs['block'] ?? 64 * 2 ** 20)
}

/** Takes all or some bytes of a file out of the cache. */
export function drop(world: World, entry: Entry, bytes: number = entry.cached): void {
  const gone = Math.min(bytes, entry.cached)
  entry.cached -= gone
  world.cachedBytes -= gone
  if (entry.cached === 0) world.lru.delete(entry)
}

export function isPinned(world: World, path: string): boolean {
  for (const pin of world.pins) if (path === pin || pin === '/' || path.startsWith(`${pin}/`)) return true
  return false
}

function makeRoom(world: World, wanted: number): number {
  const limit = quota(world)
  const block = blockBytes(world)
  for (const [victim, path] of world.lru) {
    const over = world.cachedBytes + wanted - limit
    if (over <= 0) break
    if (!isPinned(world, path)) drop(world, victim, Math.ceil(over / block) * block)
  }
  return Math.max(0, limit - world.cachedBytes)
}

/** Caches a file, evicting the least recently used ones; what does not fit stays out. */
export function fill(world: World, entry: Entry, path: string): void {
  const wanted = entry.meta?.bytes ?? 0
  drop(world, entry)
  const room = makeRoom(world, wanted)
  entry.cached = Math.min(wanted, room)
  world.cachedBytes += entry.cached
  world.readFromUfs += wanted
  if (entry.cached > 0) world.lru.set(entry, path)
}

/** In-cache share as the listing shows it: rounded down, an empty file counts as cached. */
export function percentage(entry: Entry): number {
  const bytes = entry.meta?.bytes ?? 0
  return bytes === 0 ? 100 : Math.floor((entry.cached * 100) / bytes)
}
