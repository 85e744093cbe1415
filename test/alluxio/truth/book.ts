// what the scenarios of one version came to: printed as a table, and kept for docs/truth.md
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Seen } from './scenario.ts'

/** One line of the table. A scenario that failed has no `seen`. */
export type Entry = {
  readonly row: number
  readonly title: string
  readonly on: 'cluster' | 'playground'
  readonly seen?: Seen
}
export type Column = '2.5' | '2.9'

const fileOf = (version: Column): string =>
  fileURLToPath(new URL(`../../../truth-results/${version}.json`, import.meta.url))

/** The kept entries of a version, in the order of the rows. */
export function readEntries(version: Column): Entry[] {
  return existsSync(fileOf(version)) ? (JSON.parse(readFileSync(fileOf(version), 'utf8')) as Entry[]) : []
}

/** Keeps what was seen now; other scenarios keep what they came to last. */
export function keepEntries(version: Column, entries: readonly Entry[]): void {
  const now = new Set(entries.map(entry => entry.title))
  const kept = [...readEntries(version).filter(entry => !now.has(entry.title)), ...entries]
  mkdirSync(dirname(fileOf(version)), { recursive: true })
  writeFileSync(
    fileOf(version),
    JSON.stringify(
      kept.sort((a, b) => a.row - b.row),
      undefined,
      1,
    ),
  )
}

/** Whether the bare exit code tells the truth. */
export const isExitRight = ({ exit, truth }: Seen): boolean => exit.good === truth.whole

/** Entries as lines of text, and how often exit code and product were right. */
export function toLines(version: Column, entries: readonly Entry[]): string[] {
  const rows = entries.map(({ row, title, seen }) => {
    if (seen === undefined) return `${String(row).padStart(3)}  WRONG  ${title}`
    const exit = `exit ${seen.exit.words} (${isExitRight(seen) ? 'right' : 'wrong'})`
    return `${String(row).padStart(3)}  right  ${title} | ${exit} | ${seen.truth.words} | ${seen.said}`
  })
  const known = entries.flatMap(({ seen }) => seen ?? [])
  const right = known.filter(isExitRight).length
  return [
    `truth on ${version}:`,
    ...rows,
    `of ${entries.length} scenarios the exit code was right in ${right}, Gander in ${known.length}`,
  ]
}
