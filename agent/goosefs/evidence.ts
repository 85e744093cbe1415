// why a file is missing: what the load said of it, what the two listings say, what the cluster looked like

import type { Findings } from '../../shared/verdict.ts'
import { Cause } from '../../shared/verdict.ts'
import { readOnwards } from './cli.ts'
import { createLineSplitter } from './lines.ts'
import type { ListedFile } from './list-file.ts'
import { createPathTable } from './path-table.ts'
import { createLoadReader, type LoadSummary } from './read-load.ts'

export type Evidence = {
  /** Cause that the load's lines gave for a path. */
  causeOf(path: string): Cause | undefined
  /** Cause of most failure lines, for files that no line names. */
  readonly dominant?: Cause
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
const FULL_SHARE = 0.95

/** Reads a load's output once more, keeping for each failed path its cause (about 33 bytes a path). */
export async function gatherEvidence(output: { path: string; from: number }, summary: LoadSummary): Promise<Evidence> {
  const table = createPathTable()
  const reader = createLoadReader(event => {
    // a file may fail first and be loaded by a later attempt
    const mark = event.kind === 'failed' ? NAMES.indexOf(event.cause) + 1 : 0
    if (mark > 0 || table.find(event.path) >= 0) table.put(event.path, { size: 0, stamp: 0, mark })
  })
  const splitter = createLineSplitter(reader.line)
  await readOnwards(output.path, output.from, splitter.push)
  splitter.end()
  reader.end()
  const dominant = dominantCause(summary)
  return {
    causeOf(path) {
      const row = table.find(path)
      const cause = row < 0 ? undefined : NAMES[table.mark(row) - 1]
      return cause === 'unknown' ? undefined : cause
    },
    ...(dominant === undefined ? {} : { dominant }),
  }
}

export const NO_EVIDENCE: Evidence = { causeOf: () => undefined }

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
  if (evidence.dominant !== undefined) return evidence.dominant
  if (isTooFull(circumstances)) return 'no-space'
  return workers !== undefined && workers.lost + workers.silent > 0 ? 'worker-lost' : 'unknown'
}

/** Whether what is missing would not fit any more. */
export function isTooFull({ workers, missingBytes }: Pick<Circumstances, 'workers' | 'missingBytes'>): boolean {
  if (workers === undefined || workers.capacityBytes === 0) return false
  const free = workers.capacityBytes - workers.usedBytes
  return free < missingBytes || workers.usedBytes >= workers.capacityBytes * FULL_SHARE
}

function dominantCause(summary: LoadSummary): Cause | undefined {
  const known = Object.entries(summary.causes).filter(([cause]) => cause !== 'unknown')
  const most = known.sort(([, one], [, other]) => other - one)[0]?.[0]
  return most === undefined ? undefined : Cause.parse(most)
}
