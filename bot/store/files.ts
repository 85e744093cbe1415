// the few things the stores ask of the file system, as a port so that tests can make each of them fail
import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises'

/** An open file; the part of node's FileHandle that is used. */
export type DiskFile = Pick<FileHandle, 'write' | 'read' | 'truncate' | 'datasync' | 'stat' | 'close'>

export type Files = {
  open(path: string, flags: number): Promise<DiskFile>
  list(dir: string): Promise<string[]>
  rename(from: string, to: string): Promise<void>
  /** Removing what is not there is no error. */
  remove(path: string): Promise<void>
  makeDir(dir: string): Promise<void>
  /** Makes created, renamed and removed names durable; POSIX promises it only after this. */
  syncDir(dir: string): Promise<void>
  /** Bytes of the file system that holds `dir`: all, and those we may still take. */
  space(dir: string): Promise<{ total: number; free: number }>
}

const { O_APPEND, O_CREAT, O_DSYNC, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = constants

/** How files are opened, by purpose. `O_DSYNC` is one threadpool hop cheaper than write and fdatasync. */
export const OPEN = {
  read: O_RDONLY,
  newJournal: O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_DSYNC,
  journal: O_WRONLY | O_APPEND | O_DSYNC,
  snapshot: O_WRONLY | O_CREAT | O_TRUNC,
  edit: O_RDWR,
  extend: O_RDWR | O_CREAT | O_APPEND,
  extendOld: O_RDWR | O_APPEND,
} as const

/** The real file system. */
export const realFiles: Files = {
  open: (path, flags) => open(path, flags, 0o600),
  list: dir => readdir(dir),
  rename,
  remove: path => rm(path, { force: true }),
  makeDir: async dir => {
    await mkdir(dir, { recursive: true, mode: 0o700 })
  },
  syncDir: async dir => {
    const handle = await open(dir, O_RDONLY)
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
  space: async dir => {
    const { blocks, bavail, bsize } = await statfs(dir)
    return { total: blocks * bsize, free: bavail * bsize }
  },
}

/** Writes all of `bytes` to the end of `file`; one write may take less than it was given. */
export async function writeFully(file: DiskFile, bytes: Uint8Array): Promise<void> {
  let done = 0
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done)
    if (bytesWritten <= 0) throw Object.assign(new Error('a write took no bytes'), { code: 'EIO' })
    done += bytesWritten
  }
}
