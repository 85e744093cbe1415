// the words of `distributedLoad` in every version from 2.3 to 2.9, GooseFS and Alluxio: lines in, events and counts out
import { NO_LINES } from '../../shared/allocation.ts'
import type { Draft, LoadEvent, LoadSummary } from './load-draft.ts'
import { closeFailure } from './load-draft.ts'
import { readLoadLine } from './load-rules.ts'

export type { LoadEvent, LoadSummary } from './load-draft.ts'

export type LoadReader = {
  line(line: string): void
  /** Closes a failure message that may have gone on over several lines. */
  end(): void
  summary(): LoadSummary
  /** Whether the job service was found unreachable; cheap enough to be asked after each line. */
  jobServiceAway(): boolean
}

/**
 * Reads the output of one load line by line. Nothing it says is proof in either direction (exit 0 with failed files,
 * success lines for files that are not cached); it is counted, and used to explain what a measurement finds.
 * @param emit called once for each file that a line names; the reader itself keeps no paths
 */
export function createLoadReader(emit: (event: LoadEvent) => void = () => {}): LoadReader {
  const draft: Draft = {
    lines: { ...NO_LINES },
    causes: {},
    unnamed: {},
    examples: [],
    jobServiceAway: false,
    serverSide: false,
    inFailedList: false,
    emit,
  }
  return {
    line(line) {
      let left: string | undefined = line.endsWith('\r') ? line.slice(0, -1) : line
      while (left !== undefined && left !== '') left = readLoadLine(draft, left)
    },
    end: () => closeFailure(draft),
    jobServiceAway: () => draft.jobServiceAway,
    summary() {
      const { lines, causes, examples, footer, jobControlId, csvPath, problem, jobServiceAway } = draft
      const unnamed = Object.keys(draft.unnamed).length === 0 ? undefined : { ...draft.unnamed }
      const known = { unnamed, footer, jobControlId, csvPath, problem }
      const present = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined))
      return { lines: { ...lines }, causes: { ...causes }, examples: [...examples], jobServiceAway, ...present }
    },
  }
}
