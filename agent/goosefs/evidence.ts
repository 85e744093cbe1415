// why a file is missing: what the load said of it, what the two listings say, what the cluster looked like
import { open } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import type { Findings } from '../../shared/verdict.ts'
import { Cause } from '../../shared/verdict.ts'
import { readOnwards } from './cli.ts'
import { createLineSplitter } from './lines.ts'
import type { ListedFile } from './list-file.ts'
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
}

export type Circumstances = {
  readonly evidence: Evidence
  /** What ended or crippled the whole run. */
  readonly runCause?: Cause
  readonly workers?: Findings['workers']
  readonly jobWorkers?: number
  /** Bytes that are not in the cache. */
  readonly missingBytes: number
  /** Everything cached counts for nothing: no worker serves it. */
  readonly servesNothing: boolean
  readonly copies: number
}

const NAMES = Cause.options
const LOADED = NAMES.length + 1
const FULL_SHARE = 0.95
const MOST_LIST_BYTES = 8 * 1024 * 1024

export type LoadWords = {
  readonly path: string
  readonly from: number
  /** The load's own working directory: lists of failed files that it names are looked for below. */
  readonly cwd: string
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
    const matters = mark > 0 && (mark !== LOADED || unnamed !== undefined)
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

export const NO_EVIDENCE: Evidence = { causeOf: () => undefined, foreignCauseOf: () => undefined }

/** Whether a listed file is not what was asked for: not wholly cached, not served, or too few copies of it. */
export function isMissing(circumstances: Circumstances, file: ListedFile): boolean {
  if (file.percent < 100 || circumstances.servesNothing || isShortOfWorkers(circumstances)) return true
  return circumstances.copies > 1 && circumstances.evidence.causeOf(file.path) === 'replicas'
}

// a worker holds one copy; up to 2.5 the CLI calls a file loaded as soon as there is one, however many were asked for
function isShortOfWorkers({ copies, workers }: Circumstances): boolean {
  return copies > 1 && workers !== undefined && workers.live < copies
}

/** The narrowest cause that is known: of this file, then of the run, then of the cluster. */
export function blame(circumstances: Circumstances, file: ListedFile, change: 'same' | 'changed' | 'new'): Cause {
  const { evidence, runCause, workers, jobWorkers } = circumstances
  if (file.percent === 100 && circumstances.servesNothing) return 'worker-lost'
  if (file.percent === 100 && isShortOfWorkers(circumstances)) return 'replicas'
  if (!file.persisted) return 'incomplete'
  const own = evidence.causeOf(file.path)
  if (own !== undefined) return own
  if (change === 'new') return 'not-seen'
  if (change === 'changed') return 'changed'
  if (runCause !== undefined) return runCause
  if (circumstances.servesNothing) return 'worker-lost'
  if (jobWorkers === 0) return 'no-job-worker'
  const foreign = evidence.foreignCauseOf(file.path)
  if (foreign !== undefined) return foreign
  if (isTooFull(circumstances)) return 'no-space'
  return workers !== undefined && workers.lost + workers.silent > 0 ? 'worker-lost' : 'unknown'
}

/** Whether what is missing would not fit any more. */
export function isTooFull({ workers, missingBytes }: Pick<Circumstances, 'workers' | 'missingBytes'>): boolean {
  if (workers === undefined || workers.capacityBytes === 0) return false
  const free = workers.capacityBytes - workers.usedBytes
  return free < missingBytes || workers.usedBytes >= workers.capacityBytes * FULL_SHARE
}

function mostFrequent(causes: LoadSummary['causes']): Cause | undefined {
  const known = Object.entries(causes).filter(([cause]) => cause !== 'unknown')
  const most = known.sort(([, one], [, other]) => other - one)[0]?.[0]
  return most === undefined ? undefined : Cause.parse(most)
}
