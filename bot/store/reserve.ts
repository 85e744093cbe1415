// a file that only holds room, so that stops and agents' reports can still be saved when the disk is full
import { randomFillSync } from 'node:crypto'
import { join } from 'node:path'
import { isFull, toError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { type DiskFile, type Files, OPEN, writeFully } from './files.ts'

const FILE_NAME = 'reserve'
/** Given up step by step, so that other writers on the same disk cannot take all of it at once. */
const STEP_BYTES = 1 << 20

export type Reserve = {
  /** Takes the room, as far as there is any. */
  prepare(): Promise<void>
  /** True when the whole reserve is held; takes back what was given up once the disk has room again. */
  isWhole(): Promise<boolean>
  /** True while a part of it is given up or could not be had. */
  isGiven(): boolean
  /** Bytes held now. */
  held(): number
  /** Frees a part; false when nothing is left to give. */
  give(): Promise<boolean>
}

type ReserveOptions = {
  readonly dir: string
  readonly files: Files
  /** Size in bytes; at most a tenth of the disk is taken. 0: no reserve. */
  readonly bytes: number
  readonly log: Log | undefined
}

export function createReserve({ dir, files, bytes, log }: ReserveOptions): Reserve {
  const path = join(dir, FILE_NAME)
  let goal = 0
  let held = 0

  async function change(work: (file: DiskFile) => Promise<void>): Promise<void> {
    const file = await files.open(path, OPEN.extend)
    try {
      held = (await file.stat()).size
      await work(file)
    } finally {
      held = (await file.stat()).size
      await file.close()
    }
  }

  async function fill(): Promise<void> {
    // Random bytes: a file system that compresses would keep no room for zeros.
    const block = randomFillSync(Buffer.allocUnsafe(Math.min(STEP_BYTES, goal)))
    try {
      await change(async file => {
        if (held > goal) await file.truncate(goal)
        for (; held < goal; held += block.length) await writeFully(file, block.subarray(0, goal - held))
        await file.datasync()
      })
    } catch (error) {
      if (!isFull(error)) throw error
    }
  }

  return {
    prepare: async () => {
      goal = Math.min(bytes, Math.floor((await files.space(dir)).total / 10))
      if (goal === 0) return files.remove(path)
      await fill()
      if (held < goal) log?.warn('the disk has no room for the whole reserve', { wanted: goal, held })
    },
    isWhole: async () => {
      if (held >= goal) return true
      // Filling up to the last byte would take the room from the very save that asks.
      if ((await files.space(dir)).free < goal - held + Math.min(STEP_BYTES, goal)) return false
      await fill()
      if (held >= goal) log?.info('the disk has room again, the reserve is whole', { held })
      return held >= goal
    },
    isGiven: () => held < goal,
    held: () => held,
    give: async () => {
      if (held === 0) return false
      try {
        await change(file => file.truncate(Math.max(0, held - STEP_BYTES)))
        log?.warn('the disk is full, a part of the reserve was given up', { held })
        return true
      } catch (error) {
        log?.error('the reserve could not be given up', { error: toError(error).message })
        return false
      }
    },
  }
}
