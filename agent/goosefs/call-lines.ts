// the lines of a CLI call that only looks
import { READ_ARGV } from './argv.ts'
import type { Bench } from './bench.ts'
import { CALL_LIMITS } from './call-limits.ts'
import { readDiskUse } from './read-du.ts'

const MOST_LINES = 1_000

type Looking = {
  readonly name: string
  readonly args: readonly string[]
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
}

/** The lines of a call that only looks; none when it failed. */
export async function callLines(
  bench: Bench,
  { name, args, signal = bench.signal, timeoutMs = CALL_LIMITS.totals.timeoutMs }: Looking,
): Promise<string[]> {
  const lines: string[] = []
  const onLine = (line: string) => void (lines.length < MOST_LINES ? lines.push(line) : 0)
  const { exit } = await bench.cli({ name, args, ...CALL_LIMITS.totals, timeoutMs, signal, repeatable: true, onLine })
  // half an answer is none
  return exit.reason === 'exited' && exit.code === 0 ? lines : []
}

/** Cached bytes of a path right now, without asking the object store; undefined when the CLI did not tell. */
export async function sampleCached(bench: Bench, name: string, signal: AbortSignal): Promise<number | undefined> {
  const lines = await callLines(bench, { name, args: READ_ARGV.usage(bench.deps.order.path), signal })
  return readDiskUse(lines).at(0)?.cachedBytes
}
