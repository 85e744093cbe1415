// what the cache holds of a path: a bounded listing over refreshed metadata, kept on disk; a total when it is too large

import { toInstant } from '../../shared/time.ts'
import type { Cause, Measurement } from '../../shared/verdict.ts'
import { READ_ARGV } from './argv.ts'
import type { Bench, StepEnd } from './bench.ts'
import { createListWriter, type Totals, toMeasurement } from './list-file.ts'
import { readCount } from './read-count.ts'
import { readDiskUse } from './read-du.ts'
import type { WalkResult } from './walk.ts'

export type Measured = {
  readonly state: WalkResult['state']
  readonly measurement?: Measurement
  readonly trouble?: { readonly cause: Cause; readonly message: string }
}

const TOTALS_MS = 10 * 60_000
const NO_FILES: Totals = { files: 0, bytes: 0, cachedFiles: 0, cachedBytes: 0, unpersisted: 0 }

/**
 * Lists the order's path into `list-<key>` of the allocation's directory. Asks that wait together share one CLI call, so
 * its cost may be 0 calls. A missing path is measured as no files.
 */
export async function measure(bench: Bench, key: string): Promise<StepEnd<Measured>> {
  const { deps, signal } = bench
  const { path } = deps.order
  const writer = createListWriter(bench.file(listName(key)))
  const at = toInstant(deps.clock.now())
  const walk = await deps.shared.walk({ path, fresh: true, begin: writer.restart, entry: writer.add, signal })
  const { totals, unreadableDirectories } = writer.close()
  const facts = { at, fresh: true, complete: true }
  const notes = remarks(totals, unreadableDirectories)
  switch (walk.state) {
    case 'listed':
      return { data: { state: 'listed', measurement: toMeasurement(totals, facts) }, calls: walk.calls, notes }
    case 'missing':
      return { data: { state: 'missing', measurement: toMeasurement(NO_FILES, facts) }, calls: walk.calls }
    case 'cut':
      return await measureTotals(bench, { key, at, calls: walk.calls })
    case 'stopped':
      return { data: { state: 'stopped' }, calls: walk.calls }
    case 'failed': {
      const trouble = { cause: walk.cause, message: walk.message }
      return { data: { state: 'failed', trouble }, calls: walk.calls }
    }
  }
}

/** Where the listing of a measuring step is kept. */
export function listName(key: string): string {
  return `list-${key}`
}

function remarks(totals: Totals, unreadableDirectories: number): string[] {
  const notes: string[] = []
  if (totals.unpersisted > 0)
    notes.push(`${totals.unpersisted} files are not in the object store yet (still being written)`)
  if (unreadableDirectories > 0) {
    notes.push(
      `${unreadableDirectories} directories cannot be read by the agent's user: what is in them was not measured`,
    )
  }
  return notes
}

/** The same as two numbers from `du -s` and `count`: enough for a share, not for names. */
async function measureTotals(bench: Bench, { key, at, calls }: { key: string; at: string; calls: number }) {
  const { path } = bench.deps.order
  const use = readDiskUse(await callLines(bench, `${key}-usage`, READ_ARGV.usage(path))).at(0)
  const count = readCount(await callLines(bench, `${key}-count`, ['fs', 'count', path]))
  const notes = ['the tree was too large to list: measured by totals, missing files cannot be named']
  if (use === undefined) {
    const trouble = { cause: 'unknown' as const, message: 'the tree was too large to list, and du did not answer' }
    return { data: { state: 'cut' as const, trouble }, calls: calls + 2, notes }
  }
  const files = count?.files ?? 0
  const whole = use.cachedBytes >= use.bytes
  const totals = {
    ...NO_FILES,
    files,
    bytes: use.bytes,
    cachedBytes: use.cachedBytes,
    cachedFiles: whole ? files : Math.floor((files * use.percent) / 100),
  }
  const measurement = toMeasurement(totals, { at, fresh: true, complete: false })
  return { data: { state: 'cut' as const, measurement }, calls: calls + 2, notes }
}

async function callLines(bench: Bench, name: string, args: readonly string[]): Promise<string[]> {
  const lines: string[] = []
  await bench.cli({
    name,
    args,
    timeoutMs: TOTALS_MS,
    signal: bench.signal,
    repeatable: true,
    onLine: line => lines.push(line),
  })
  return lines
}

/** Cached bytes of a path right now, without asking the object store; undefined when the CLI did not tell. */
export async function sampleCached(bench: Bench, name: string): Promise<number | undefined> {
  const lines = await callLines(bench, name, READ_ARGV.usage(bench.deps.order.path))
  return readDiskUse(lines).at(0)?.cachedBytes
}
