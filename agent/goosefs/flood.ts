// a program that prints without end: ended before it fills the disk
import { stat } from 'node:fs/promises'
import type { Exit } from '../../shared/allocation.ts'
import type { Clock } from '../../shared/time.ts'

const LOOK_MS = 100
const MIB = 1024 * 1024

type Growing = {
  readonly path: string
  /** How long it was before the program began. */
  readonly from: number
  readonly mostBytes: number
}

/** Whether a program has printed more than it may. An output that is not there has nothing. */
export async function isFlooded({ path, from, mostBytes }: Growing): Promise<boolean> {
  const size = await stat(path).then(
    facts => facts.size,
    () => 0,
  )
  return size - from > mostBytes
}

/** Looks at a growing output a few times a second; calls `onFlood` once. Answers the end of looking. */
export function watchFlood(growing: Growing & { readonly clock: Clock; readonly onFlood: () => void }): () => void {
  let over = false
  let disarm = growing.clock.after(LOOK_MS, () => void look())
  async function look(): Promise<void> {
    const flooded = await isFlooded(growing)
    if (over) return
    if (flooded) growing.onFlood()
    else disarm = growing.clock.after(LOOK_MS, () => void look())
  }
  return () => {
    over = true
    disarm()
  }
}

/** That the program was ended by us for it: it did not fail by itself, and nobody had asked for its end. */
export function toFloodedExit({ code: _, ...rest }: Exit, mostBytes: number): Exit {
  const much = mostBytes < MIB ? `${mostBytes} bytes` : `${Math.floor(mostBytes / MIB)} MiB`
  const message = `ended because it printed more than ${much}`
  return { ...rest, reason: 'signalled', signal: rest.signal ?? 'SIGKILL', message }
}
