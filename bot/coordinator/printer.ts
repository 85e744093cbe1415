// what a coordinator says of a job, kept as the output of its run: one line for each change
import { toError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { OutputStore, StreamId } from '../engine/ports.ts'

export type Printer = {
  /** Adds a line, unless it says the same as the one before. */
  print(line: string): Promise<void>
  /** Puts all of it on disk; the length in bytes. */
  finish(): Promise<number>
}

type PrinterDeps = {
  readonly allocation: string
  readonly output: Pick<OutputStore, 'append' | 'length' | 'sync'>
  readonly grown: (stream: StreamId) => void
  readonly log: Log
}

/** Characters of one answer: it may list every file that failed. */
const LONGEST_LINE = 64 * 1024
/** All that is kept of what is said of one job: a year of counters, and no disk full of nonsense. */
const MOST_BYTES = 64 * 1024 * 1024
// it moves with every look
const CLOCKED = /"timeElapsedMilliseconds":\d+/

/** Makes a printer that goes on behind what is there. What the disk has no room for is left out and told in the log. */
export function createPrinter({ allocation, output, grown, log }: PrinterDeps): Printer {
  const stream: StreamId = { allocation, kind: 'output' }
  let last: string | undefined
  return {
    async print(words) {
      const line = words.length > LONGEST_LINE ? `${words.slice(0, LONGEST_LINE)}…` : words
      const same = line.replace(CLOCKED, '')
      if (same === last) return
      last = same
      try {
        const length = await output.length(stream)
        if (length > MOST_BYTES) return
        await output.append(stream, length, Buffer.from(`${line}\n`))
        grown(stream)
      } catch (thrown) {
        log.warn('output of a coordinator could not be stored', { allocation, cause: toError(thrown) })
      }
    },
    async finish() {
      try {
        return await output.sync(stream)
      } catch (thrown) {
        log.warn('output of a coordinator could not be stored', { allocation, cause: toError(thrown) })
        return output.length(stream)
      }
    },
  }
}
