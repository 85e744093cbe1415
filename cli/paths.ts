// the paths of an ask: from the command line, a file or stdin, checked, and cut into parts the daemon accepts
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { shown, toError } from '../shared/errors.ts'
import { MOST_PATHS } from '../shared/job.ts'
import { pathProblem } from '../shared/path.ts'
import { usage } from './failure.ts'

/** More than this in one call would no longer be held comfortably; split such a list. */
const MOST_IN_ALL = 1_000_000
/** A body may have 1 MiB; the rest is for names, options and escapes of JSON. */
const PART_BYTES = 900 * 1024
const WORST_MISTAKES = 5

/**
 * All paths in the order given. Blank lines and lines that start with `#` are skipped.
 * Throws a usage `Failure` that names up to five mistakes with their place, before anything is sent.
 */
export async function readPaths(words: readonly string[], file: string | undefined): Promise<string[]> {
  const paths: string[] = []
  const mistakes: string[] = []
  const take = (path: string, place: string) => {
    const problem = pathProblem(path)
    if (problem !== undefined) mistakes.push(`${place} ${problem}, got ${shown(path)}`)
    else paths.push(path)
    if (paths.length > MOST_IN_ALL) throw usage(`At most ${MOST_IN_ALL} paths in one call: split the list.`)
    if (mistakes.length >= WORST_MISTAKES) throw usage(`${mistakes.join('\n')}`)
  }
  for (const word of words) if (word !== '-') take(word, 'a path')
  for (const source of toSources(words, file)) await readLines(source, take)
  if (mistakes.length > 0) throw usage(mistakes.join('\n'))
  if (paths.length === 0) throw usage('No path was given: name some, or a list with -f FILE (or - for stdin).')
  return paths
}

/** Cuts a list into parts of at most 10,000 paths and a body the daemon accepts. */
export function toParts(paths: readonly string[]): string[][] {
  const parts: string[][] = []
  let part: string[] = []
  let bytes = 0
  for (const path of paths) {
    const size = Buffer.byteLength(JSON.stringify(path)) + 1
    if (part.length >= MOST_PATHS || bytes + size > PART_BYTES) {
      parts.push(part)
      part = []
      bytes = 0
    }
    part.push(path)
    bytes += size
  }
  if (part.length > 0) parts.push(part)
  return parts
}

function toSources(words: readonly string[], file: string | undefined): string[] {
  const sources = [...(file === undefined ? [] : [file]), ...(words.includes('-') ? ['-'] : [])]
  return [...new Set(sources)]
}

async function readLines(source: string, take: (path: string, place: string) => void): Promise<void> {
  const input: Readable = source === '-' ? process.stdin : createReadStream(source)
  const place = source === '-' ? 'stdin' : source
  const failed = new Promise<never>((_, reject) => {
    input.once('error', thrown => reject(usage(`The list ${place} cannot be read: ${toError(thrown).message}.`)))
  })
  // only the race below looks at it
  failed.catch(() => undefined)
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]()
  for (let number = 1; ; number++) {
    const next = await Promise.race([lines.next(), failed])
    if (next.done) return
    const line = number === 1 ? next.value.replace(/^\ufeff/, '') : next.value
    if (line.trim() !== '' && !line.startsWith('#')) take(line, `${place} line ${number}:`)
  }
}
