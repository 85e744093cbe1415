// the streams whose files are open right now: never more than a fixed number, the longest unused one is closed first

import { errnoOf } from '../../shared/errors.ts'
import type { Hole, StreamId } from '../engine/ports.ts'
import { type DiskFile, type Files, OPEN } from './files.ts'
import { readHoles } from './output-holes.ts'
import { type StreamFiles, toStreamFiles } from './output-path.ts'

export type OpenStream = {
  readonly file: DiskFile
  readonly paths: StreamFiles
  length: number
  readonly holes: Hole[]
}

export type OpenStreams = {
  /**
   * Lends the open stream to `work`. Undefined when there is none and `create` is false. When `work` fails, the files
   * are closed and looked at afresh the next time.
   */
  use<T>(stream: StreamId, create: boolean, work: (open: OpenStream) => Promise<T>): Promise<T | undefined>
  /** Closes the stream as soon as nobody uses it; the next use opens it anew. */
  forget(stream: StreamId): void
  close(): Promise<void>
}

type Entry = { users: number; isForgotten: boolean; readonly opened: Promise<OpenStream | undefined> }
type Place = { readonly root: string; readonly files: Files; readonly maxOpen: number }

export function createOpenStreams(place: Place): OpenStreams {
  const entries = new Map<string, Entry>()
  const slots = createSlots(place.maxOpen)
  const keyOf = (stream: StreamId) => toStreamFiles(place.root, stream).data

  function lend(stream: StreamId, create: boolean): Entry {
    const key = keyOf(stream)
    const entry = entries.get(key) ?? { users: 0, isForgotten: false, opened: openStream(place, stream, create) }
    entry.users += 1
    entries.delete(key)
    entries.set(key, entry)
    trim(entries, place.maxOpen)
    return entry
  }

  function drop(stream: StreamId, entry: Entry | undefined): void {
    if (entry === undefined) return
    entry.isForgotten = true
    if (entries.get(keyOf(stream)) === entry) entries.delete(keyOf(stream))
    if (entry.users === 0) closeLater(entry)
  }

  async function attempt<T>(stream: StreamId, create: boolean, work: (open: OpenStream) => Promise<T>) {
    const entry = lend(stream, create)
    let isGood = false
    try {
      const open = await entry.opened
      if (open === undefined) return undefined
      const result = await work(open)
      isGood = true
      return { result }
    } finally {
      entry.users -= 1
      if (!isGood || (entry.isForgotten && entry.users === 0)) drop(stream, entry)
    }
  }

  return {
    use: async (stream, create, work) => {
      const leave = await slots.enter()
      try {
        // A reader may have found nothing just before this one came to create it: then the second look creates it.
        const done = (await attempt(stream, create, work)) ?? (create ? await attempt(stream, create, work) : undefined)
        return done?.result
      } finally {
        leave()
      }
    },
    forget: stream => drop(stream, entries.get(keyOf(stream))),
    close: async () => {
      await slots.empty()
      const open = [...entries.values()]
      entries.clear()
      for (const entry of open) await (await entry.opened)?.file.close()
    },
  }
}

function trim(entries: Map<string, Entry>, maxOpen: number): void {
  for (const [key, entry] of entries) {
    if (entries.size <= maxOpen) return
    if (entry.users > 0) continue
    entries.delete(key)
    closeLater(entry)
  }
}

function closeLater(entry: Entry): void {
  // Nothing was lost when closing fails: what must be durable was forced to the disk by `sync`.
  entry.opened.then(open => open?.file.close()).catch(() => undefined)
}

async function openStream(place: Place, stream: StreamId, create: boolean): Promise<OpenStream | undefined> {
  const paths = toStreamFiles(place.root, stream)
  const file = await openOrCreate(place, paths, create)
  if (file === undefined) return undefined
  try {
    const { size } = await file.stat()
    const holes = await readHoles(place.files, paths.holes, size)
    const last = holes.at(-1)
    const length = Math.max(size, last === undefined ? 0 : last.from + last.bytes)
    if (length > size) await file.truncate(length)
    return { file, paths, length, holes }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function openOrCreate(place: Place, paths: StreamFiles, create: boolean): Promise<DiskFile | undefined> {
  const { files, root } = place
  try {
    return await files.open(paths.data, OPEN.extendOld)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
    if (!create) return undefined
  }
  await files.makeDir(paths.dir)
  const file = await files.open(paths.data, OPEN.extend)
  await files.syncDir(paths.dir)
  await files.syncDir(root)
  return file
}

type Slots = { enter(): Promise<() => void>; empty(): Promise<void> }

/** At most `count` at once; the others wait in order. */
function createSlots(count: number): Slots {
  let taken = 0
  const waiting: (() => void)[] = []
  let onEmpty: (() => void)[] = []
  const leave = () => {
    const next = waiting.shift()
    if (next !== undefined) return next()
    taken -= 1
    if (taken > 0) return
    for (const call of onEmpty) call()
    onEmpty = []
  }
  return {
    enter: async () => {
      if (taken < count) taken += 1
      else await new Promise<void>(resolve => waiting.push(resolve))
      return leave
    },
    empty: async () => {
      if (taken > 0) await new Promise<void>(resolve => onEmpty.push(resolve))
    },
  }
}
