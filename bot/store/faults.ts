// what can be wrong with the disk, as errors that the process and its callers tell apart
import { AppError, isFull } from '../../shared/errors.ts'

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

/** `error` as callers may see it: a full disk becomes `STORAGE_FULL`, everything else stays what it is. */
export function toStoreError(error: unknown): unknown {
  if (!isFull(error) || error instanceof AppError) return error
  return new AppError('STORAGE_FULL', 'the disk of the data directory is full, nothing was stored', { cause: error })
}
