// what the cache holds of a path: a bounded listing over refreshed metadata, kept on disk; a total when it is too large
import { toInstant } from '../../shared/time.ts'
import type { Cause, Measurement } from '../../shared/verdict.ts'
import { syncDirectory, toReason } from '../spool.ts'
import { READ_ARGV } from './argv.ts'
import type { Bench, StepEnd } from './bench.ts'
import { callLines } from './call-lines.ts'
import { tellHidden } from './directory-check.ts'
import type { WalkResult } from './entrants.ts'
import { findHiddenHere, type HiddenHere } from './hidden-here.ts'
import {
  createListWriter,
  type Doubtful,
  type Listed,
  type ListWriter,
  type Totals,
  toMeasurement,
} from './list-file.ts'
import { readCount } from './read-count.ts'
import { readDiskUse } from './read-du.ts'

export type Measured = {
  readonly state: WalkResult['state']
  readonly measurement?: Measurement
  readonly trouble?: { readonly cause: Cause; readonly message: string }
  /** Listed as cached although they may still be being written. */
  readonly doubtful?: Doubtful
  /** Those of them that are known to be still being written: nothing of them is cached. */
  readonly incomplete?: readonly string[]
  /** Entries directly in the path that the listing does not show. */
  readonly hiddenHere?: number
}

const NO_FILES: Totals = { files: 0, bytes: 0, cachedFiles: 0, cachedBytes: 0, unpersisted: 0 }

/**
 * Lists the order's path into `list-<key>` of the allocation's directory. Asks that wait together share one CLI call, so
 * its cost may be 0 calls. A missing path is measured as no files. A list that cannot be kept is a failed measurement. With
 * `freshness: known` the object store is not asked.
 * @param earlier an earlier measurement of the same path
 */
export async function measure(bench: Bench, key: string, earlier?: Measured): Promise<StepEnd<Measured>> {
  const at = toInstant(bench.deps.clock.now())
  const mostHidden = earlier?.state === 'listed' ? (earlier.hiddenHere ?? 0) : Number.POSITIVE_INFINITY
  const { walk, listed, trouble, hiddenHere: here = 0 } = await list(bench, key, mostHidden)
  if (walk.state === 'stopped') return { data: { state: 'stopped' }, calls: walk.calls }
  if (walk.state === 'cut') return await measureTotals(bench, { key, at, calls: walk.calls })
  if (walk.state === 'failed') {
    return { data: { state: 'failed', trouble: { cause: walk.cause, message: walk.message } }, calls: walk.calls }
  }
  const facts = { at, fresh: isFresh(bench), complete: true }
  if (walk.state === 'missing') {
    return { data: { state: 'missing', measurement: toMeasurement(NO_FILES, facts) }, calls: walk.calls }
  }
  if (listed === undefined) return { data: { state: 'failed', ...(trouble && { trouble }) }, calls: walk.calls }
  const unread = walk.state === 'listed' ? walk.unread : undefined
  const measurement = toMeasurement(listed.totals, { ...facts, complete: unread === undefined })
  const { doubtful } = listed
  const more = { ...(doubtful.count === 0 ? {} : { doubtful }), ...(here === 0 ? {} : { hiddenHere: here }) }
  const data = { state: 'listed' as const, measurement, ...more }
  return { data, calls: walk.calls, notes: remarks(listed, unread) }
}

type Kept = {
  readonly walk: WalkResult
  readonly listed?: Listed
  readonly hiddenHere?: number
  readonly trouble?: Measured['trouble']
}

/** Walks into the list file; what keeps the file from being written is trouble, not an exception. */
async function list(bench: Bench, key: string, mostHidden: number): Promise<Kept> {
  const { deps, signal } = bench
  let walk: WalkResult | undefined
  let writer: ListWriter | undefined
  try {
    writer = createListWriter(bench.file(listName(key)))
    const { path } = deps.order
    walk = await deps.shared.walk({ path, fresh: isFresh(bench), begin: writer.restart, entry: writer.add, signal })
    const here: HiddenHere =
      walk.state === 'listed' ? await findHiddenHere(bench, { key, writer, most: mostHidden }) : { calls: 0 }
    const listed = await writer.close(here.place)
    await syncDirectory(deps.dir)
    return { walk: { ...walk, calls: walk.calls + here.calls }, listed, hiddenHere: here.place?.entries ?? 0 }
  } catch (thrown) {
    // its own failure is the second one here
    await writer?.close().catch(() => {})
    const trouble = { cause: 'unknown' as const, message: `the listing could not be kept: ${toReason(thrown)}` }
    return { walk: walk ?? { state: 'failed', calls: 0, ...trouble }, trouble }
  }
}

function isFresh({ deps }: Bench): boolean {
  return deps.order.options.freshness !== 'known'
}

/** Where the listing of a measuring step is kept. */
export function listName(key: string): string {
  return `list-${key}`
}

function remarks({ totals, hidden }: Listed, unread: string | undefined): string[] {
  const notes: string[] = []
  if (unread !== undefined)
    notes.push(`the listing holds words that are not understood, so something may be missing from it: ${unread}`)
  if (totals.unpersisted > 0) notes.push(`${totals.unpersisted} files are not in the object store (yet)`)
  return [...notes, ...tellHidden(hidden)]
}

/** The same as two numbers from `du -s` and `count`: enough for a share, not for names. */
async function measureTotals(bench: Bench, { key, at, calls }: { key: string; at: string; calls: number }) {
  const { path } = bench.deps.order
  const use = readDiskUse(await callLines(bench, { name: `${key}-usage`, args: READ_ARGV.usage(path) })).at(0)
  const count = readCount(await callLines(bench, { name: `${key}-count`, args: ['fs', 'count', path] }))
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
  // du and count ask the object store nothing
  const measurement = toMeasurement(totals, { at, fresh: false, complete: false })
  return { data: { state: 'cut' as const, measurement }, calls: calls + 2, notes }
}
