// where the bytes of a stream go and how its holes look: the part of an output store that knows no disk
import type { Hole } from '../engine/ports.ts'

const LINE_FEED = 0x0a
const DOT = 0x2e
const BLOCK_BYTES = 64 * 1024

/** The part of `bytes` (which begin at `offset`) that is new to a stream of `length` bytes; empty when none is, or at a gap. */
export function toNewBytes(length: number, offset: number, bytes: Uint8Array): Uint8Array {
  return offset > length ? bytes.subarray(0, 0) : bytes.subarray(length - offset)
}

/** The part of a hole that is new to a stream of `length` bytes; undefined when none is, or at a gap. */
export function toNewHole(length: number, hole: Hole): Hole | undefined {
  const end = hole.from + hole.bytes
  return hole.from > length || end <= length ? undefined : { from: length, bytes: end - length }
}

/**
 * Paints the holes into `bytes`, which were read at `from`. A hole keeps its width, so that offsets stay those of the
 * agent: one line that names it, filled up with dots, its line feed last.
 */
export function paintHoles(bytes: Uint8Array, from: number, holes: readonly Hole[]): void {
  for (const hole of holes) {
    const start = Math.max(hole.from, from)
    const end = Math.min(hole.from + hole.bytes, from + bytes.length)
    if (start >= end) continue
    const words = toWords(hole)
    bytes.fill(DOT, start - from, end - from)
    bytes.set(words.subarray(Math.min(start - hole.from, words.length), end - hole.from), start - from)
    if (end === hole.from + hole.bytes) bytes[end - 1 - from] = LINE_FEED
  }
}

function toWords(hole: Hole): Uint8Array {
  const words = Buffer.from(`[gander: ${hole.bytes} bytes of output were lost here]`)
  return words.length < hole.bytes ? words : words.subarray(0, 0)
}

/** A stream that can be read: `read` answers exactly the bytes asked for when they are within `length`. */
export type Readable = {
  readonly length: number
  readonly holes: readonly Hole[]
  read(from: number, bytes: number): Promise<Uint8Array>
}

/** Offset of the first byte of the last `lines` lines, found block by block from the end; a hole is one line. */
export async function findTail(stream: Readable, lines: number): Promise<number> {
  if (lines <= 0) return stream.length
  let left = lines
  // The last byte only ends the last line, whatever it is.
  let end = skipDots(stream.holes, stream.length - 1)
  while (end > 0) {
    const from = Math.max(0, end - BLOCK_BYTES, ...stream.holes.map(lineEndOf).filter(at => at < end))
    const block = await stream.read(from, end - from)
    for (let at = block.length - 1; at >= 0; at--) {
      if (block[at] === LINE_FEED && --left === 0) return from + at + 1
    }
    end = skipDots(stream.holes, from)
  }
  return 0
}

function lineEndOf(hole: Hole): number {
  return hole.from + hole.bytes - 1
}

/** The dots of a hole hold no line feed: when `end` is among them, the search goes on in front of the hole. */
function skipDots(holes: readonly Hole[], end: number): number {
  return holes.find(hole => hole.from < end && end <= lineEndOf(hole))?.from ?? end
}
