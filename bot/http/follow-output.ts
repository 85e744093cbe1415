// a task's output while it grows, attempt after attempt, cut between characters
import type { OutputReader } from '../engine/operations/port.ts'
import { toText } from './output-text.ts'

/** A piece of output: where it begins and ends in the stream of its attempt, in bytes. */
export type OutputText = {
  readonly attempt: number
  readonly offset: number
  readonly end: number
  readonly text: string
}

/** What is followed: the output of the newest attempt, and how many attempts there were. */
export type OutputSource = {
  open(): Promise<OutputReader | undefined>
  /** At least 1: a reader that is opened before there is an attempt shows the first one. */
  attempts(): Promise<number>
  /** Resolves when there are more attempts than `known`, or when aborted. */
  moreAttempts(known: number, signal: AbortSignal): Promise<void>
}

const READ_BYTES = 64 * 1_024

/** Follows a task's output from an offset of an attempt; every other attempt is followed from its start. */
export async function* followOutput(
  source: OutputSource,
  from: { readonly attempt: number; readonly offset: number },
  signal: AbortSignal,
): AsyncGenerator<OutputText> {
  while (!signal.aborted) {
    const known = await source.attempts()
    const reader = await source.open()
    const attempt = new AbortController()
    // a run that was lost says nothing any more although its task goes on elsewhere
    const replaced = source.moreAttempts(known, signal).then(() => attempt.abort())
    const start = { attempt: known, offset: known === from.attempt ? from.offset : 0 }
    if (reader !== undefined) yield* followOne(reader, start, attempt.signal)
    await replaced
  }
}

async function* followOne(
  reader: OutputReader,
  { attempt, offset: from }: { readonly attempt: number; readonly offset: number },
  signal: AbortSignal,
): AsyncGenerator<OutputText> {
  let at = from > (await reader.length()) ? 0 : from
  const piece = (bytes: Uint8Array): OutputText => {
    const offset = at
    at += bytes.length
    return { attempt, offset, end: at, text: toText(bytes) }
  }
  for (;;) {
    const bytes = await reader.read(at, READ_BYTES)
    const whole = bytes.subarray(0, wholeLength(bytes))
    if (whole.length > 0) {
      yield piece(whole)
      continue
    }
    // what is left is a part of a character: waiting for more than that
    if (await reader.more(at + bytes.length, signal)) continue
    if (bytes.length > 0) yield piece(bytes)
    return
  }
}

/** How many bytes to the end of the last whole character; what is no UTF-8 anyway counts as whole. */
export function wholeLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    return characterLength(byte) > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}

// by its first byte; bytes that begin none stand for themselves
function characterLength(first: number): number {
  if (first < 0xc2 || first > 0xf4) return 1
  if (first < 0xe0) return 2
  return first < 0xf0 ? 3 : 4
}
