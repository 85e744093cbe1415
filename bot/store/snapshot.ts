// writes all tables into one file while they go on changing
import { type Files, OPEN, writeFully } from './files.ts'
import { type Row, toFrame } from './frames.ts'
import { toHeader } from './layout.ts'
import { createSlices } from './slices.ts'
import type { Tables } from './tracked.ts'

/** Most records in one frame: one checksum for many is a fifth to a half cheaper to read than one each. */
const ROWS_PER_FRAME = 500
/** Characters after which a frame is closed before it has that many. */
const FRAME_CHARACTERS = 256 * 1024

export type SnapshotTask = {
  readonly files: Files
  readonly path: string
  readonly generation: number
  readonly tables: Tables
  /** Asked between slices; true ends the work early. */
  readonly isAborted: () => boolean
  /** Most records in one frame. */
  readonly rowsPerFrame?: number
}

/**
 * Writes the live tables slice by slice to `path` and forces them to the disk. The file is "fuzzy": it may hold a newer
 * value of one record than of another; the journal that was begun before the scan is replayed on top and sets each
 * changed record to its last value. Resolves with the bytes written, 0 when aborted.
 */
export async function writeSnapshot(task: SnapshotTask): Promise<number> {
  const file = await task.files.open(task.path, OPEN.snapshot)
  let bytes = 0
  let rows = 0
  const write = async (frame: Buffer) => {
    await writeFully(file, frame)
    bytes += frame.length
  }
  try {
    await write(toHeader('snapshot', task.generation))
    for await (const chunk of toChunks(task)) {
      await write(chunk.frame)
      rows += chunk.rows
    }
    if (task.isAborted()) return 0
    await write(toFrame(JSON.stringify({ rows })))
    await file.datasync()
    return bytes
  } finally {
    await file.close()
  }
}

type Chunk = { readonly frame: Buffer; readonly rows: number }

async function* toChunks(task: SnapshotTask): AsyncGenerator<Chunk> {
  const slices = createSlices()
  let parts: string[] = []
  let characters = 0
  for (const row of eachRow(task.tables)) {
    const json = JSON.stringify(row)
    parts.push(json)
    characters += json.length
    const isFull = parts.length >= (task.rowsPerFrame ?? ROWS_PER_FRAME) || characters >= FRAME_CHARACTERS
    if (isFull) {
      yield { frame: toFrame(`[${parts.join(',')}]`), rows: parts.length }
      parts = []
      characters = 0
    }
    if (isFull || slices.isOver()) await slices.rest()
    if (task.isAborted()) return
  }
  if (parts.length > 0) yield { frame: toFrame(`[${parts.join(',')}]`), rows: parts.length }
}

/**
 * Every record that was there when its table's turn came. A Map is iterated in the order of insertion and may change
 * meanwhile; records added later stand behind and are left to the journal, so that the scan always ends.
 */
function* eachRow(tables: Tables): Generator<Row> {
  for (const [name, table] of tables) {
    let left = table.size
    for (const [key, value] of table) {
      if (left-- <= 0) break
      yield [name, key, value]
    }
  }
}
