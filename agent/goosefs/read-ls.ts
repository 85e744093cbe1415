// the lines of `fs ls`: with or without owner columns, read from the right end
import { readSize } from './read-size.ts'

export type Persistence = 'PERSISTED' | 'NOT_PERSISTED' | 'TO_BE_PERSISTED' | 'LOST'
export type ListEntry = {
  readonly path: string
  readonly directory: boolean
  /** Bytes of a file, number of direct children of a directory. */
  readonly size: number
  readonly persistence: Persistence
  /** As printed; only compared, never computed with (zone and pattern are the client's). */
  readonly modified: string
  /** Share of the file in the cache, 0 to 100, rounded down. 0 for directories. */
  readonly percent: number
  /** Absent when permission checks are off. */
  readonly mode?: string
}

// owner and group may run into the size column without a blank, so the line is anchored at its tail
const TAIL =
  /^(.*?)(\d+|\d+(?:\.\d+)?(?:B|KB|MB|GB|TB|PB))\s+(PERSISTED|NOT_PERSISTED|TO_BE_PERSISTED|LOST)\s+(\S.*?)\s+(DIR|\d+%) (.*)$/
const MODE = /^[-dlb][rwxsStT-]{9}\+?/

/**
 * Reads one line; undefined when it is no entry. A path shorter than five characters is padded by the CLI: its trailing
 * blanks are dropped, those of longer paths belong to the name.
 */
export function readListLine(line: string): ListEntry | undefined {
  const match = TAIL.exec(line)
  if (match === null) return undefined
  const [, head = '', sizeText = '', persistence = '', modified = '', state = '', rawPath = ''] = match
  const size = readSize(sizeText)
  if (size === undefined || !/\d/.test(modified)) return undefined
  const mode = MODE.exec(head)?.[0]
  return {
    path: rawPath.length <= 5 ? rawPath.trimEnd() : rawPath,
    directory: state === 'DIR',
    size,
    persistence: persistence as Persistence,
    modified,
    percent: state === 'DIR' ? 0 : Math.min(100, Number.parseInt(state, 10)),
    ...(mode === undefined ? {} : { mode }),
  }
}

const MISSING = /^(?:Path "(.+)"|(\/.*)) does not exist\.?$/

/** The path of a line `Path "/x" does not exist.`; undefined for any other line. */
export function readMissingPath(line: string): string | undefined {
  const match = MISSING.exec(line.trimEnd())
  return match?.[1] ?? match?.[2]
}
