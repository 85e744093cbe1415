// follows one file as it grows, from any offset: tells when there may be more, reads what is there
import { type FSWatcher, watch } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { errnoOf } from '../shared/errors.ts'
import { type Clock, SECOND } from '../shared/time.ts'

export type FileFollower = {
  /** At most `limit` bytes from an offset; empty at the end of the file, or when there is no file yet. */
  read(offset: number, limit: number): Promise<Uint8Array>
  size(): Promise<number>
  close(): Promise<void>
}

const POLL_MS = SECOND

/** Follows a file that may not be there yet. The poll stands in where the system cannot watch (network file systems). */
export function followFile(deps: { path: string; clock: Clock; onMore: () => void }): FileFollower {
  const { path, clock, onMore } = deps
  const state: {
    watcher: FSWatcher | undefined
    handle: Promise<FileHandle | undefined> | undefined
    closed: boolean
  } = {
    ...{ watcher: undefined, handle: undefined, closed: false },
  }
  const poll = (): void => {
    state.watcher ??= watchFile(path, onMore)
    onMore()
    cancelPoll = clock.after(POLL_MS, poll)
  }
  let cancelPoll = clock.after(POLL_MS, poll)
  state.watcher = watchFile(path, onMore)

  // two who ask at once share one handle
  function opened(): Promise<FileHandle | undefined> {
    if (state.handle === undefined && state.closed) return Promise.resolve(undefined)
    state.handle ??= openExisting(path).then(
      handle => {
        if (handle === undefined) state.handle = undefined
        return handle
      },
      (thrown: unknown) => {
        state.handle = undefined
        throw thrown
      },
    )
    return state.handle
  }
  return {
    async read(offset, limit) {
      const handle = await opened()
      if (handle === undefined) return new Uint8Array(0)
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(limit), 0, limit, offset)
      return buffer.subarray(0, bytesRead)
    },
    async size() {
      return (await (await opened())?.stat())?.size ?? 0
    },
    async close() {
      state.closed = true
      cancelPoll()
      state.watcher?.close()
      // what could not be opened needs no closing
      const handle = await state.handle?.catch(() => undefined)
      await handle?.close()
    },
  }
}

/** Undefined when there is no file yet. */
async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}

// the directory is watched, because the file may not be there yet
function watchFile(path: string, onMore: () => void): FSWatcher | undefined {
  const wanted = basename(path)
  try {
    const watcher = watch(dirname(path), { persistent: false }, (_, name) => (name === wanted ? onMore() : undefined))
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    // no watches left: the poll goes on
    return undefined
  }
}
