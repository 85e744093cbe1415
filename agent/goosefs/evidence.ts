// why a file is missing: what the load's own words and the engine say of it
import { open } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { Cause } from '../../shared/verdict.ts'
import { readCause } from './causes.ts'
import { readOnwards } from './cli.ts'
import { createLineSplitter } from './lines.ts'
import { createPathTable } from './path-table.ts'
import { createLoadReader, type LoadEvent, type LoadSummary } from './read-load.ts'

export type Evidence = {
  /** Cause that the load's lines gave for a path. */
  causeOf(path: string): Cause | undefined
  /**
   * Cause of most failure lines that do not name all of their files, for a file that no line names. Undefined for files
   * that the CLI called loaded, and when every failure is named: a failure of others explains nothing.
   */
  foreignCauseOf(path: string): Cause | undefined
  /** Whether the load called it loaded, or cached already; false as well when nobody asked to know. */
  wasLoaded(path: string): boolean
}

const NAMES = Cause.options
const LOADED = NAMES.length + 1
const MOST_LIST_BYTES = 8 * 1024 * 1024

export type LoadWords = {
  readonly path: string
  readonly from: number
  /** The load's own working directory: lists of failed files that it names are looked for below. */
  readonly cwd: string
  /** Remember what was called loaded, at about 33 bytes a path. */
  readonly keepLoaded?: boolean
}

/**
 * Reads a load's output once more, keeping for each failed path its cause (about 33 bytes a path), and where some failure
 * lines do not name their files, which paths were called loaded. The lines name few of the files of a batch; the list
 * that 2.7 to 2.9 leave beside names all of them, without causes: it lends them the cause of most failure lines.
 */
export async function gatherEvidence(output: LoadWords, summary: LoadSummary): Promise<Evidence> {
  const table = createPathTable()
  const unnamed = mostFrequent(summary.unnamed ?? {})
  const parts = summary.parts ?? [{ from: output.from, cwd: output.cwd, csvPath: summary.csvPath }]
  await readParts(output.path, parts, event => {
    // a file may fail first and be loaded by a later attempt
    const mark = toMark(event)
    const matters = mark > 0 && (mark !== LOADED || unnamed !== undefined || output.keepLoaded === true)
    if (matters || table.find(event.path) >= 0) table.put(event.path, { size: 0, stamp: 0, mark })
  })
  const listed = (await Promise.all(parts.map(({ cwd, csvPath }) => readFailures(cwd, csvPath)))).flat()
  const dominant = mostFrequent(summary.causes)
  const lent = dominant === undefined ? 0 : NAMES.indexOf(dominant) + 1
  for (const path of lent === 0 ? [] : listed) {
    const row = table.find(path)
    if (row < 0 || isOpen(table.mark(row))) table.put(path, { size: 0, stamp: 0, mark: lent })
  }
  const foreign = listed.length > 0 ? undefined : unnamed
  const markOf = (path: string) => {
    const row = table.find(path)
    return row < 0 ? 0 : table.mark(row)
  }
  return {
    causeOf(path) {
      const cause = NAMES[markOf(path) - 1]
      return cause === 'unknown' ? undefined : cause
    },
    foreignCauseOf: path => (markOf(path) === LOADED ? undefined : foreign),
    wasLoaded: path => markOf(path) === LOADED,
  }
}

/** Each load of several has a reader of its own: what one left open must not run into the words of the next. */
async function readParts(path: string, parts: readonly { readonly from: number }[], emit: (event: LoadEvent) => void) {
  for (const [at, { from }] of parts.entries()) {
    const reader = createLoadReader(emit)
    const splitter = createLineSplitter(reader.line)
    let left = (parts[at + 1]?.from ?? Number.POSITIVE_INFINITY) - from
    await readOnwards(path, from, bytes => {
      splitter.push(bytes.subarray(0, left))
      left = Math.max(0, left - bytes.length)
    })
    splitter.end()
    reader.end()
  }
}

function toMark(event: LoadEvent): number {
  if (event.kind === 'failed') return NAMES.indexOf(event.cause) + 1
  return event.kind === 'started' ? 0 : LOADED
}

// named without a cause, or only begun
function isOpen(mark: number): boolean {
  return mark === 0 || NAMES[mark - 1] === 'unknown'
}

/** The first paths of the list that the CLI left in its working directory; none when it points elsewhere or is not there. */
async function readFailures(cwd: string, csvPath: string | undefined): Promise<string[]> {
  const found: string[] = []
  if (csvPath === undefined) return found
  const path = resolve(cwd, csvPath)
  if (!path.startsWith(`${resolve(cwd)}${sep}`)) return found
  const splitter = createLineSplitter(line => void found.push(line))
  const file = await open(path, 'r').catch(() => undefined)
  if (file === undefined) return found
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MOST_LIST_BYTES), 0, MOST_LIST_BYTES, 0)
    splitter.push(buffer.subarray(0, bytesRead))
    // a name that was cut is no name
    if (bytesRead < MOST_LIST_BYTES) splitter.end()
  } finally {
    await file.close()
  }
  return found
}

export const NO_EVIDENCE: Evidence = {
  causeOf: () => undefined,
  foreignCauseOf: () => undefined,
  wasLoaded: () => false,
}

/**
 * Adds what the engine says of its failed jobs, where the load's words name nothing: those of 2.9 tell of success for files
 * whose jobs failed.
 */
export function withFailures(evidence: Evidence, failures: ReadonlyMap<string, string>): Evidence {
  const causes = new Map([...failures].map(([path, message]) => [path, readCause(message)]))
  return {
    ...evidence,
    causeOf: path => evidence.causeOf(path) ?? causes.get(path),
    wasLoaded: path => !causes.has(path) && evidence.wasLoaded(path),
  }
}

function mostFrequent(causes: LoadSummary['causes']): Cause | undefined {
  const known = Object.entries(causes).filter(([cause]) => cause !== 'unknown')
  const most = known.sort(([, one], [, other]) => other - one)[0]?.[0]
  return most === undefined ? undefined : Cause.parse(most)
}
