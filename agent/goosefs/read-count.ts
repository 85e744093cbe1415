// the answer of `fs count`: files, folders, bytes
import { readSize } from './read-size.ts'

export type Count = { readonly files: number; readonly folders: number; readonly bytes: number }

/** Reads the row below the header; undefined when there is none (a missing path prints its message instead). */
export function readCount(lines: readonly string[]): Count | undefined {
  const header = lines.findIndex(line => line.startsWith('File Count'))
  const cells = (lines[header + 1] ?? '').trim().split(/\s+/)
  const bytes = readSize(cells[2] ?? '')
  if (header < 0 || bytes === undefined || !/^\d+$/.test(cells[0] ?? '') || !/^\d+$/.test(cells[1] ?? ''))
    return undefined
  return { files: Number(cells[0]), folders: Number(cells[1]), bytes }
}
