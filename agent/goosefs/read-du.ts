// the rows of `fs du`: size, cached bytes, percentage, path; columns of workers and of memory are passed over
import { readSize } from './read-size.ts'

export type DiskUse = {
  readonly path: string
  readonly bytes: number
  readonly cachedBytes: number
  /** Rounded down by the CLI. */
  readonly percent: number
}

const SHARE = String.raw`(\S+) \((\d+)%\)`
const ROW = new RegExp(String.raw`^(\S+)\s+${SHARE}\s+(?:${SHARE}\s+)?(.*)$`)

/** Reads the lines of one call; the header, rows of single workers and everything else are left out. */
export function readDiskUse(lines: readonly string[]): DiskUse[] {
  const byWorker = lines.some(line => /^File Size .*Worker Host Name/.test(line))
  return lines.flatMap(line => readRow(line, byWorker))
}

function readRow(line: string, byWorker: boolean): DiskUse[] {
  const match = ROW.exec(line)
  if (match === null) return []
  const [, sizeText = '', cachedText = '', percentText = '', , , tail = ''] = match
  const bytes = readSize(sizeText)
  const cachedBytes = readSize(cachedText)
  const path = byWorker ? /^total\s+(.*)$/.exec(tail)?.[1] : tail
  if (bytes === undefined || cachedBytes === undefined || path === undefined) return []
  return [{ path, bytes, cachedBytes, percent: Number(percentText) }]
}
