// what the cache holds of a path: a bounded listing over refreshed metadata, kept on disk; a total when it is too large
import { toNamespacePath } from '../../shared/path.ts'
import { toInstant } from '../../shared/time.ts'
import type { Cause, Measurement } from '../../shared/verdict.ts'
import { syncDirectory, toReason } from '../spool.ts'
import { READ_ARGV } from './argv.ts'
import type { Bench, StepEnd } from './bench.ts'
import { CALL_LIMITS } from './call-limits.ts'
import { tellHidden } from './directory-check.ts'
import type { WalkResult } from './entrants.ts'
import {
  createListWriter,
  type Doubtful,
  type Listed,
  type ListWriter,
  type Totals,
  toMeasurement,
} from './list-file.ts'
import { countChildren } from './master-web.ts'
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

const MOST_LINES = 1_000
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
    const here = walk.state === 'listed' ? await hiddenHere(bench, writer, mostHidden) : 0
    const listed = await writer.close(here === 0 ? undefined : { path: toNamespacePath(path), entries: here })
    await syncDirectory(deps.dir)
    return { walk, listed, hiddenHere: here }
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

/**
 * Entries of the listed path itself that the listing does not show. It has no line of its own that would tell how many there
 * are, so the master's web is asked, where there is one; elsewhere nobody knows. Nor with `freshness: known`: to answer, the
 * master lists the directory in the object store, and what is new there is no hidden entry (seen on 2.5.0).
 */
async function hiddenHere(bench: Bench, writer: ListWriter, most: number): Promise<number> {
  if (!isFresh(bench)) return 0
  const { deps } = bench
  const place = toNamespacePath(deps.order.path)
  const shown = writer.shownIn(place)
  const { masterWeb } = (await deps.webs?.()) ?? {}
  // of a file the web would read data
  if (masterWeb === undefined || shown === undefined) return 0
  const all = await countChildren(masterWeb, place)
  // what was created while it was listed is not hidden: it counts when it was so the first time too
  return Math.min(most, Math.max(0, (all ?? 0) - shown))
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
