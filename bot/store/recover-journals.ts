// replays journals in order, and tells a torn end from damage
import { join } from 'node:path'
import { StateDamaged } from './faults.ts'
import { type Files, OPEN } from './files.ts'
import { type Scan, scanFrames } from './frames.ts'
import { parseJson, toFileName, whyUnreadable } from './layout.ts'
import type { PutRows } from './recovery.ts'

/** A file whose bytes from `byte` on are no whole frame; `lost` counts them. */
export type Torn = { readonly path: string; readonly byte: number; readonly lost: number }

type Journals = {
  readonly dir: string
  readonly journals: readonly number[]
  /** With no snapshot, a first journal that never got its first line is a start that was cut short. */
  readonly mayStartOver: boolean
}
type Read = { readonly journal: number; readonly bytes: number; readonly torn: readonly Torn[] }

/** Replays `journals`; the answer names the one to append to (0: none) and how many bytes of it are good. */
export async function readJournals(files: Files, from: Journals, put: PutRows): Promise<Read> {
  let last: Read = { journal: 0, bytes: 0, torn: [] }
  for (const generation of from.journals) {
    const path = join(from.dir, toFileName('journal', generation))
    const scan = await scanJournal(files, { path, generation }, put)
    if (scan.bad !== undefined && scan.goodAfterBad) throw damaged(path, scan.bad)
    const isBegun = scan.end > 0
    const [earlier] = last.torn
    if (isBegun && earlier !== undefined) throw damaged(earlier.path, earlier.byte)
    const torn = { path, byte: scan.end, lost: scan.size - scan.end }
    if (isBegun) last = { journal: generation, bytes: scan.end, torn: torn.lost > 0 ? [torn] : [] }
    else if (generation !== from.journals.at(-1) || !mayBeUnbegun(from, generation)) throw damaged(path, 0)
    else last = { ...last, torn: [...last.torn, torn] }
  }
  return last
}

function damaged(path: string, byte: number): StateDamaged {
  return new StateDamaged(path, byte, 'a frame is incomplete or its checksum is wrong')
}

/** The journal of a snapshot was begun before the snapshot; only a later one, or the very first, may be empty. */
function mayBeUnbegun(from: Journals, generation: number): boolean {
  return from.mayStartOver || generation !== from.journals[0]
}

async function scanJournal(files: Files, at: { path: string; generation: number }, put: PutRows): Promise<Scan> {
  const file = await files.open(at.path, OPEN.read)
  try {
    return await scanFrames(file, (json, byte) => {
      if (byte > 0) put(parseJson(json), { path: at.path, byte })
      else {
        const why = whyUnreadable(json, 'journal', at.generation)
        if (why !== undefined) throw new StateDamaged(at.path, 0, why)
      }
    })
  } finally {
    await file.close()
  }
}
