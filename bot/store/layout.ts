// the names and first lines of the state's files
import { toFrame } from './frames.ts'

/** Raised whenever a program of the older version could misread what a newer one writes. */
export const FORMAT_VERSION = 1

export type FileKind = 'journal' | 'snapshot'
export const UNFINISHED_SNAPSHOT = 'snapshot.tmp'

const NAME = /^(journal|snapshot)-([0-9]{8,})$/

/** `journal-00000003` holds what changed since `snapshot-00000003` was begun. */
export function toFileName(kind: FileKind, generation: number): string {
  return `${kind}-${String(generation).padStart(8, '0')}`
}

/** The generations of one kind among `names`, oldest first. */
export function readGenerations(names: readonly string[], kind: FileKind): number[] {
  return names
    .map(name => NAME.exec(name))
    .filter(match => match?.[1] === kind)
    .map(match => Number(match?.[2]))
    .sort((a, b) => a - b)
}

/** The first frame of each file. Its form stays the same in every version, so that any program can tell. */
export function toHeader(kind: FileKind, generation: number): Buffer {
  return toFrame(JSON.stringify({ format: `gander-${kind}`, version: FORMAT_VERSION, generation }))
}

/** The value of a frame's text. A frame that is no JSON is no header and no rows either: its readers refuse it. */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    // Refused by whoever reads the value, with file and byte.
    return undefined
  }
}

/** Why this first frame cannot be read by this program; undefined when it can. */
export function whyUnreadable(json: string, kind: FileKind, generation: number): string | undefined {
  const header = parseJson(json)
  if (typeof header !== 'object' || header === null || !('format' in header) || !('version' in header)) {
    return 'it begins with no header'
  }
  if (header.format !== `gander-${kind}`) return `it is a ${String(header.format)}, expected a gander-${kind}`
  if (header.version !== FORMAT_VERSION) {
    return `it has format version ${String(header.version)}, this program reads version ${FORMAT_VERSION}`
  }
  if ('generation' in header && header.generation === generation) return undefined
  return 'its name and its header disagree on its generation'
}
