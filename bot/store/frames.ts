// one line per frame, `crc32 length json`: written so that any torn or changed byte is seen when read back
import { crc32 } from 'node:zlib'
import type { DiskFile } from './files.ts'
import { createSlices } from './slices.ts'

const LINE_FEED = 0x0a
const BLOCK_BYTES = 1 << 20
const PIECE_CHARACTERS = 64 * 1024
const PREFIX = /^([0-9a-f]{8}) (0|[1-9][0-9]{0,11}) /

/** A row of a frame: table, key, and the whole record or `null` when it was removed. */
export type Row = readonly [table: string, key: string, value: unknown]

/** The frame around one JSON text. The checksum covers the length as well. */
export function toFrame(json: string): Buffer {
  const text = Buffer.from(json)
  const length = `${text.length} `
  return joinFrame(crc32(text, crc32(length)), length, [text])
}

/** The frame of many rows; a large one is built in slices. */
export async function toRowsFrame(rows: Iterable<Row>): Promise<Buffer> {
  const slices = createSlices()
  const texts: Buffer[] = []
  let text = '['
  for (const row of rows) {
    text += text.length === 1 && texts.length === 0 ? JSON.stringify(row) : `,${JSON.stringify(row)}`
    if (text.length > PIECE_CHARACTERS) {
      texts.push(Buffer.from(text))
      text = ''
    }
    if (slices.isOver()) await slices.rest()
  }
  texts.push(Buffer.from(`${text}]`))
  const length = `${texts.reduce((sum, one) => sum + one.length, 0)} `
  let checksum = crc32(length)
  for (const one of texts) {
    checksum = crc32(one, checksum)
    if (slices.isOver()) await slices.rest()
  }
  return joinFrame(checksum, length, texts)
}

function joinFrame(checksum: number, length: string, texts: readonly Buffer[]): Buffer {
  const head = `${checksum.toString(16).padStart(8, '0')} ${length}`
  return Buffer.concat([Buffer.from(head), ...texts, Buffer.from('\n')])
}

/** The JSON text of the frame in `line` (without its line feed); undefined when anything about it is wrong. */
export function readFrame(line: Buffer): string | undefined {
  const prefix = PREFIX.exec(line.toString('latin1', 0, 24))
  if (prefix === null) return undefined
  if (prefix[0].length + Number(prefix[2]) !== line.length) return undefined
  if (crc32(line.subarray(9)) !== Number.parseInt(String(prefix[1]), 16)) return undefined
  return line.toString('utf8', prefix[0].length)
}

/**
 * True when a broken line is in fact two good frames whose separating line feed was changed. Without this look a bit
 * flipped there would pass for a torn tail and two frames would be lost silently.
 */
function isJoined(line: Buffer): boolean {
  const prefix = PREFIX.exec(line.toString('latin1', 0, 24))
  if (prefix === null) return false
  const end = prefix[0].length + Number(prefix[2])
  if (end >= line.length || readFrame(line.subarray(0, end)) === undefined) return false
  const rest = line.subarray(end + 1)
  return readFrame(rest) !== undefined || isJoined(rest)
}

/** What a file holds: `end` is behind its last good frame before `bad`, the start of the first bad one. */
export type Scan = {
  readonly end: number
  readonly size: number
  readonly bad?: number
  readonly goodAfterBad: boolean
}

/**
 * Reads a file block by block and hands each good frame before the first bad one to `onFrame`, with the byte where it
 * begins. A frame never holds a raw line feed (JSON escapes it), so a line feed always ends one.
 */
export async function scanFrames(file: DiskFile, onFrame: (json: string, byte: number) => void): Promise<Scan> {
  const scan = { end: 0, size: 0, bad: -1, goodAfterBad: false }
  const take = (line: Buffer, byte: number) => {
    const json = readFrame(line)
    if (scan.bad >= 0) scan.goodAfterBad ||= json !== undefined || isJoined(line)
    else if (json === undefined) {
      scan.bad = byte
      scan.goodAfterBad = isJoined(line)
    } else {
      onFrame(json, byte)
      scan.end = byte + line.length + 1
    }
  }
  const rest = await eachLine(file, take)
  scan.size = rest.byte + rest.bytes.length
  if (rest.bytes.length > 0) {
    if (scan.bad < 0) scan.bad = rest.byte
    scan.goodAfterBad ||= isJoined(rest.bytes) || (scan.bad !== rest.byte && readFrame(rest.bytes) !== undefined)
  }
  const { bad, ...found } = scan
  return bad < 0 ? found : { ...found, bad }
}

type Rest = { readonly byte: number; readonly bytes: Buffer }

/** Calls `take` for each line that has its line feed and resolves with what is behind the last one. */
async function eachLine(file: DiskFile, take: (line: Buffer, byte: number) => void): Promise<Rest> {
  let held = Buffer.alloc(0)
  let heldAt = 0
  for (;;) {
    const block = Buffer.allocUnsafe(BLOCK_BYTES)
    const { bytesRead } = await file.read(block, 0, BLOCK_BYTES, heldAt + held.length)
    if (bytesRead === 0) return { byte: heldAt, bytes: held }
    let from = 0
    let searchFrom = held.length
    held = held.length === 0 ? block.subarray(0, bytesRead) : Buffer.concat([held, block.subarray(0, bytesRead)])
    for (;;) {
      const at = held.indexOf(LINE_FEED, searchFrom)
      if (at < 0) break
      take(held.subarray(from, at), heldAt + from)
      from = at + 1
      searchFrom = from
    }
    held = held.subarray(from)
    heldAt += from
  }
}
