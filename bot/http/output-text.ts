// a task's output as bytes that flow, and as text that stands in JSON
import type { OutputReader } from '../engine/operations/port.ts'
import type { Flow } from './answer.ts'

export type Range = {
  /** Byte offset. */
  readonly from?: number | undefined
  /** Only the last lines. */
  readonly tail?: number | undefined
  /** A head line before each of several tasks; default true. */
  readonly heads?: boolean
}

const READ_BYTES = 64 * 1_024
export const MOST_TEXT_BYTES = 1_048_576
const encoder = new TextEncoder()

/** What is there now, from a byte offset or of the last lines, byte for byte. Several tasks get a head line each. */
export async function* streamOutputs(readers: readonly OutputReader[], range: Range, signal: AbortSignal): Flow {
  for (const [index, reader] of readers.entries()) {
    if (readers.length > 1 && range.heads !== false)
      yield encoder.encode(`${index === 0 ? '' : '\n'}==> ${reader.path} <==\n`)
    yield* streamOutput(reader, range, signal)
  }
}

async function* streamOutput(reader: OutputReader, range: Range, signal: AbortSignal): Flow {
  const end = await reader.length()
  let at = range.from ?? 0
  if (range.tail !== undefined) at = Math.max(at, await reader.tailOffset(range.tail))
  while (at < end && !signal.aborted) {
    const bytes = await reader.read(at, Math.min(READ_BYTES, end - at))
    if (bytes.length === 0) return
    yield bytes
    at += bytes.length
  }
}

/**
 * What is there now as text: bytes that are not UTF-8 become U+FFFD. More than 1 MiB is cut to its end, with a first
 * line that says so.
 */
export async function readOutputText(reader: OutputReader): Promise<string> {
  const length = await reader.length()
  if (length <= MOST_TEXT_BYTES) return toText(await readAll(reader, 0, length))
  const notice = `[cut: ${length} bytes, the last of them follow; all at /api/v1/output/${reader.task}]\n`
  const tail = await readAll(reader, length - (MOST_TEXT_BYTES - notice.length), length)
  return notice + toText(tail.subarray(lineStart(tail)))
}

async function readAll(reader: OutputReader, from: number, to: number): Promise<Uint8Array> {
  const all = new Uint8Array(to - from)
  let at = from
  while (at < to) {
    const bytes = await reader.read(at, to - at)
    if (bytes.length === 0) break
    all.set(bytes, at - from)
    at += bytes.length
  }
  return all.subarray(0, at - from)
}

/** Bytes as text; what is no UTF-8 becomes U+FFFD. */
export function toText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

// the first whole line; in a line that never ends, the first whole character
function lineStart(bytes: Uint8Array): number {
  const newline = bytes.subarray(0, READ_BYTES).indexOf(10)
  if (newline !== -1) return newline + 1
  const whole = bytes.findIndex(byte => (byte & 0xc0) !== 0x80)
  return whole === -1 ? 0 : whole
}
