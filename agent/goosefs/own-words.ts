// what a list or a report said, as data: read from the beginning of the allocation's own output
import { open } from 'node:fs/promises'
import type { ClusterReport, ListEntry } from '../../shared/cluster.ts'
import { MOST_LISTED } from '../../shared/wire.ts'
import { createLineSplitter } from './lines.ts'
import { readListLine } from './read-ls.ts'
import { readReport } from './read-report.ts'

/** A report is far shorter, and the first entries of a list stand within. */
const MOST_READ_BYTES = 256 * 1024

/** The report in an output; undefined when it holds none. Sizes are as rounded as the CLI prints them. */
export async function readOwnReport(outputPath: string): Promise<ClusterReport | undefined> {
  const read = readReport(await firstLines(outputPath))
  if (read === undefined) return undefined
  const { tiers, workers: _, ...totals } = read
  const used = new Map(tiers.used.map(tier => [tier.tier, tier.bytes]))
  return {
    ...totals,
    tiers: tiers.capacity.map(({ tier, bytes }) => {
      const usedBytes = used.get(tier)
      return { alias: tier, capacityBytes: bytes, ...(usedBytes !== undefined && { usedBytes }) }
    }),
    simulated: /playground/i.test(read.version ?? ''),
  }
}

/** The first entries of a listing in an output. */
export async function readOwnListing(outputPath: string): Promise<ListEntry[]> {
  const entries: ListEntry[] = []
  for (const line of await firstLines(outputPath)) {
    const entry = readListLine(line)
    if (entry === undefined) continue
    const { path, directory, size, percent, modified } = entry
    entries.push({ path, directory, modifiedAt: modified, ...(!directory && { bytes: size, cachedPercent: percent }) })
    if (entries.length === MOST_LISTED) break
  }
  return entries
}

async function firstLines(path: string): Promise<string[]> {
  const lines: string[] = []
  const file = await open(path, 'r').catch(() => undefined)
  // nothing was printed, so there is nothing to read
  if (file === undefined) return lines
  try {
    const buffer = Buffer.alloc(MOST_READ_BYTES)
    const { bytesRead } = await file.read(buffer, 0, MOST_READ_BYTES, 0)
    const splitter = createLineSplitter(line => lines.push(line))
    splitter.push(buffer.subarray(0, bytesRead))
    if (bytesRead < MOST_READ_BYTES) splitter.end()
  } finally {
    await file.close()
  }
  return lines
}
