// entries of the listed path itself that its listing does not show, since it has no line of its own there
import { toNamespacePath } from '../../shared/path.ts'
import { READ_ARGV } from './argv.ts'
import type { Bench } from './bench.ts'
import { CALL_LIMITS } from './call-limits.ts'
import { callLines } from './call-lines.ts'
import type { HiddenPlace } from './directory-check.ts'
import type { ListWriter } from './list-file.ts'
import { countChildren } from './master-web.ts'
import { readListLine } from './read-ls.ts'

export type HiddenHere = {
  /** Absent when nothing is known to be hidden. */
  readonly place?: HiddenPlace
  /** CLI processes started for it. */
  readonly calls: number
}

type Asking = {
  readonly key: string
  readonly writer: ListWriter
  /** What was created while the path was listed is not hidden: it counts when it was so the first time too. */
  readonly most: number
}

/**
 * A listing that shows nothing is of an empty directory, or of one that nobody may read: its own line tells, for one call of
 * the CLI. Where something is shown the master's web is asked, where there is one; elsewhere nobody knows. Nor with
 * `freshness: known`: to answer, the web lists the directory in the object store, and what is new there is no hidden entry
 * (seen on 2.5.0).
 */
export async function findHiddenHere(bench: Bench, { key, writer, most }: Asking): Promise<HiddenHere> {
  const { order } = bench.deps
  const path = toNamespacePath(order.path)
  if (writer.isEmpty()) {
    const own = await readOwnLine(bench, key)
    const place = own === undefined ? undefined : toPlace(own, { path, most })
    return { calls: 1, ...(place && { place }) }
  }
  const entries = order.options.freshness === 'known' ? 0 : Math.min(most, await countHidden(bench, path, writer))
  return { calls: 0, ...(entries > 0 && { place: { path, entries } }) }
}

type OwnLine = { readonly closed: boolean; readonly size: number }

async function readOwnLine(bench: Bench, key: string): Promise<OwnLine | undefined> {
  const args = READ_ARGV.own(bench.deps.order.path)
  const lines = await callLines(bench, { name: `${key}-own`, args, timeoutMs: CALL_LIMITS.stat.timeoutMs })
  const entry = lines.flatMap(line => readListLine(line) ?? []).at(0)
  // a file came in the place of the directory: the next listing shows it
  if (entry?.directory !== true) return undefined
  return { closed: entry.mode?.startsWith('d---------') === true, size: entry.size }
}

function toPlace({ closed, size }: OwnLine, { path, most }: { path: string; most: number }): HiddenPlace | undefined {
  const entries = closed ? size : Math.min(most, size)
  return closed || entries > 0 ? { path, entries } : undefined
}

async function countHidden(bench: Bench, path: string, writer: ListWriter): Promise<number> {
  const shown = writer.shownIn(path)
  const { masterWeb } = (await bench.deps.webs?.()) ?? {}
  // of a file the web would read data
  if (masterWeb === undefined || shown === undefined) return 0
  return Math.max(0, ((await countChildren(masterWeb, path)) ?? 0) - shown)
}
