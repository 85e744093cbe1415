// a chunk of output on the wire: a binary frame of kind, allocation, offset and bytes
import type { Id } from './ids.ts'

export type OutputChunk = {
  readonly allocation: Id
  readonly kind: 'output' | 'missing'
  readonly offset: number
  readonly bytes: Uint8Array
}

const KINDS = ['output', 'missing'] as const
// 1 byte kind, 16 bytes allocation, 8 bytes offset (little endian)
export const CHUNK_HEADER_BYTES = 25

/** Frames a chunk for the socket. */
export function encodeChunk(chunk: OutputChunk): Uint8Array {
  const frame = new Uint8Array(CHUNK_HEADER_BYTES + chunk.bytes.length)
  const view = new DataView(frame.buffer)
  frame[0] = KINDS.indexOf(chunk.kind)
  const hex = chunk.allocation.replaceAll('-', '')
  for (let at = 0; at < 16; at += 1) frame[1 + at] = Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16)
  view.setBigUint64(17, BigInt(chunk.offset), true)
  frame.set(chunk.bytes, CHUNK_HEADER_BYTES)
  return frame
}

/** Reads a frame; undefined when it is no chunk. The bytes are a view into the frame. */
export function parseChunk(frame: Uint8Array): OutputChunk | undefined {
  const kind = KINDS[frame[0] ?? KINDS.length]
  if (kind === undefined || frame.length < CHUNK_HEADER_BYTES) return undefined
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const offset = view.getBigUint64(17, true)
  if (offset > BigInt(Number.MAX_SAFE_INTEGER)) return undefined
  const hex = Array.from(frame.subarray(1, 17), byte => byte.toString(16).padStart(2, '0')).join('')
  const allocation = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  return { allocation, kind, offset: Number(offset), bytes: frame.subarray(CHUNK_HEADER_BYTES) }
}
