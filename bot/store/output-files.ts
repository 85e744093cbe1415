// one append-only file for each allocation and kind of stream
import type { Hole, OutputStore, StreamId } from '../engine/ports.ts'
import { createChains } from './chains.ts'
import { toStoreError } from './faults.ts'
import { type Files, realFiles, writeFully } from './files.ts'
import { createOpenStreams, type OpenStream, type OpenStreams } from './open-streams.ts'
import { addHole } from './output-holes.ts'
import { findTail, paintHoles, toNewBytes, toNewHole } from './output-layout.ts'
import { STREAM_KINDS, toStreamFiles } from './output-path.ts'

const MAX_OPEN = 256

export type OutputFilesOptions = {
  /** Directory of all output; made when it is not there. */
  readonly dir: string
  /** Most files open at once; more streams at work wait for one. */
  readonly maxOpen?: number
  readonly files?: Files
}

/**
 * An OutputStore on disk. Nothing is kept in memory but the open files, so a million finished streams cost none.
 * A full disk rejects with `STORAGE_FULL`; the bytes that still found room count, since offsets tell where to go on.
 */
export function createOutputFiles(options: OutputFilesOptions): OutputStore {
  const files = options.files ?? realFiles
  const root = options.dir
  const streams = createOpenStreams({ root, files, maxOpen: options.maxOpen ?? MAX_OPEN })
  const chains = createChains()
  let isClosed = false
  const inTurn = async <T>(stream: StreamId, work: () => Promise<T>): Promise<T> => {
    if (isClosed) throw new Error('the output store is closed')
    try {
      return await chains.run(toStreamFiles(root, stream).data, work)
    } catch (error) {
      throw toStoreError(error)
    }
  }
  const look = async <T>(stream: StreamId, work: (open: OpenStream) => Promise<T>): Promise<T | undefined> => {
    if (isClosed) throw new Error('the output store is closed')
    return await streams.use(stream, false, work)
  }

  return {
    append: (stream, offset, bytes) => inTurn(stream, () => append(streams, stream, { offset, bytes })),
    skip: (stream, hole) => inTurn(stream, () => skip(streams, stream, { hole, files })),
    length: async stream => (await look(stream, async open => open.length)) ?? 0,
    read: async (stream, from, maxBytes) =>
      (await look(stream, open => read(open, from, maxBytes))) ?? new Uint8Array(0),
    tailOffset: async (stream, lines) => (await look(stream, open => tail(open, lines))) ?? 0,
    sync: async stream => (await look(stream, sync)) ?? 0,
    remove: async allocations => {
      const ids = allocations.flatMap(allocation => STREAM_KINDS.map(kind => ({ allocation, kind })))
      for (const stream of ids) await inTurn(stream, () => removeFiles(streams, stream, { files, root }))
    },
    close: async () => {
      isClosed = true
      await chains.idle()
      await streams.close()
    },
  }
}

type Chunk = { readonly offset: number; readonly bytes: Uint8Array }

async function append(streams: OpenStreams, stream: StreamId, { offset, bytes }: Chunk): Promise<number> {
  const length = await streams.use(stream, offset === 0 && bytes.length > 0, async open => {
    const fresh = toNewBytes(open.length, offset, bytes)
    if (fresh.length > 0) await writeFully(open.file, fresh)
    open.length += fresh.length
    return open.length
  })
  return length ?? 0
}

async function skip(streams: OpenStreams, stream: StreamId, what: { hole: Hole; files: Files }): Promise<number> {
  const length = await streams.use(stream, what.hole.from === 0 && what.hole.bytes > 0, async open => {
    const fresh = toNewHole(open.length, what.hole)
    if (fresh === undefined) return open.length
    // A hole must not be durable before the bytes in front of it, see `readHoles`.
    await open.file.datasync()
    await addHole(what.files, open.paths.holes, fresh)
    await open.file.truncate(fresh.from + fresh.bytes)
    open.holes.push(fresh)
    open.length = fresh.from + fresh.bytes
    return open.length
  })
  return length ?? 0
}

async function read(open: OpenStream, from: number, maxBytes: number): Promise<Uint8Array> {
  const wanted = Math.max(0, Math.min(maxBytes, open.length - from))
  const bytes = new Uint8Array(wanted)
  let done = 0
  while (done < wanted) {
    const { bytesRead } = await open.file.read(bytes, done, wanted - done, from + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  paintHoles(bytes.subarray(0, done), from, open.holes)
  return bytes.subarray(0, done)
}

function tail(open: OpenStream, lines: number): Promise<number> {
  const { length, holes } = open
  return findTail({ length, holes, read: (from, bytes) => read(open, from, bytes) }, lines)
}

async function sync(open: OpenStream): Promise<number> {
  const { length } = open
  await open.file.datasync()
  return length
}

async function removeFiles(
  streams: OpenStreams,
  stream: StreamId,
  { files, root }: { files: Files; root: string },
): Promise<void> {
  streams.forget(stream)
  const paths = toStreamFiles(root, stream)
  await files.remove(paths.data)
  await files.remove(paths.holes)
}
