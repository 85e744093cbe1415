// the end of one journal file: a frame is either there in full and durable, or not at all

import { toError } from '../../shared/errors.ts'
import { type DiskFile, type Files, OPEN, writeFully } from './files.ts'

export type Appender = {
  /** Resolves when `bytes` are durable. On a rejection the file is what it was before. */
  append(bytes: Uint8Array): Promise<void>
  length(): number
  close(): Promise<void>
}

/**
 * Appends behind `length` good bytes of `file`, which is opened `O_APPEND|O_DSYNC`. When a failed append cannot be cut
 * off again, every later one is refused: a frame written behind half a frame would look like damage.
 */
export function createAppender(file: DiskFile, length: number): Appender {
  let good = length
  let broken: Error | undefined

  async function cutBack(): Promise<void> {
    try {
      await file.truncate(good)
      // Without this a power cut could bring back a frame whose save was rejected.
      await file.datasync()
    } catch (error) {
      broken = new Error('a failed write could not be taken back, the journal refuses all later ones', {
        cause: toError(error),
      })
    }
  }

  return {
    append: async bytes => {
      if (broken !== undefined) throw broken
      try {
        await writeFully(file, bytes)
      } catch (error) {
        await cutBack()
        throw error
      }
      good += bytes.length
    },
    length: () => good,
    close: () => file.close(),
  }
}

/** Creates a file with `header` as its first bytes, durable with its name; leaves nothing behind when it cannot. */
export async function createJournalFile(
  files: Files,
  at: { dir: string; path: string },
  header: Buffer,
): Promise<Appender> {
  const file = await files.open(at.path, OPEN.newJournal)
  try {
    await writeFully(file, header)
    await files.syncDir(at.dir)
    return createAppender(file, header.length)
  } catch (error) {
    await file.close()
    await files.remove(at.path)
    throw error
  }
}
