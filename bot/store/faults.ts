// what can be wrong with the disk, as errors that the process and its callers tell apart
import { AppError } from '../../shared/errors.ts'

/** The stored state cannot be read and nothing was changed. `file` is its path, `byte` where the first wrong byte may be. */
export class StateDamaged extends Error {
  readonly file: string
  readonly byte: number

  constructor(file: string, byte: number, reason: string) {
    super(`state is damaged: ${file} at byte ${byte}: ${reason}; nothing was changed`)
    this.name = 'StateDamaged'
    this.file = file
    this.byte = byte
  }
}

/** Another daemon works in this directory. `pid` is 0 when it could not be asked. */
export class DirectoryInUse extends Error {
  readonly dir: string
  readonly pid: number

  constructor(dir: string, pid: number) {
    super(`${dir} is in use by process ${pid === 0 ? 'unknown' : pid}; one daemon per directory`)
    this.name = 'DirectoryInUse'
    this.dir = dir
    this.pid = pid
  }
}

/** The `code` of a system error, for instance `ENOENT`; empty for anything else. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** True for errors that mean "no room": a full disk, or a used-up quota. */
export function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'STORAGE_FULL'].includes(errnoOf(error))
}

/** `error` as callers may see it: a full disk becomes `STORAGE_FULL`, everything else stays what it is. */
export function toStoreError(error: unknown): unknown {
  if (!isFull(error) || error instanceof AppError) return error
  return new AppError('STORAGE_FULL', 'the disk of the data directory is full, nothing was stored', { cause: error })
}
