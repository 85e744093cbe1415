// reads a snapshot whole or not at all: header, rows, and a footer that counts them
import { StateDamaged } from './faults.ts'
import { type Files, OPEN } from './files.ts'
import { scanFrames } from './frames.ts'
import { parseJson, whyUnreadable } from './layout.ts'
import type { PutRows } from './recovery.ts'

/**
 * Takes the rows of a snapshot in; resolves with its size in bytes.
 *
 * @throws StateDamaged when any frame is wrong, or the footer is missing or counts otherwise
 */
export async function readSnapshot(
  files: Files,
  at: { path: string; generation: number },
  put: PutRows,
): Promise<number> {
  const { path } = at
  const file = await files.open(path, OPEN.read)
  let rows = 0
  let footerAt = -1
  try {
    const scan = await scanFrames(file, (json, byte) => {
      const why = byte === 0 ? whyUnreadable(json, 'snapshot', at.generation) : undefined
      if (why !== undefined) throw new StateDamaged(path, 0, why)
      if (byte === 0) return
      if (footerAt >= 0) throw new StateDamaged(path, byte, 'there is more behind its footer')
      const frame = parseJson(json)
      if (Array.isArray(frame)) rows += put(frame, { path, byte })
      else {
        checkFooter(frame, rows, { path, byte })
        footerAt = byte
      }
    })
    if (scan.bad !== undefined) throw new StateDamaged(path, scan.bad, 'a frame is incomplete or its checksum is wrong')
    if (footerAt < 0) throw new StateDamaged(path, scan.size, 'it ends without its footer')
    return scan.size
  } finally {
    await file.close()
  }
}

function checkFooter(frame: unknown, rows: number, at: { path: string; byte: number }): void {
  const counted = typeof frame === 'object' && frame !== null && 'rows' in frame ? frame.rows : undefined
  if (counted === rows) return
  throw new StateDamaged(at.path, at.byte, `its footer counts ${String(counted)} records, ${rows} were read`)
}
