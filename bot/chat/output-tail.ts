// the end of what a command printed, as lines that fit into a message
import { cutText, escapeMarkdown, LINE_BREAK } from '../../shared/chat-markdown.ts'
import type { OutputReader } from '../engine/operations/port.ts'

/** Long enough for the most lines that may be asked for, at the length at which they are cut. */
const MOST_READ_BYTES = 256 * 1024
const LONGEST_LINE = 300
// colours and cursor movements of programs that take the file for a terminal
const TERMINAL_CODES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-_])/g

export type Tail = {
  /** Escaped, the newest last. */
  readonly lines: readonly string[]
  /** Lines of those that were asked for that did not fit. */
  readonly dropped: number
  /** Bytes of the output before those that were asked for. */
  readonly earlierBytes: number
}

/**
 * The last lines of an output; of those that do not fit the newest are kept. Blank lines are left out.
 * @param characters how long all lines may be together
 */
export async function readTail(
  reader: OutputReader,
  { lines, characters }: { readonly lines: number; readonly characters: number },
): Promise<Tail> {
  const length = await reader.length()
  const asked = await reader.tailOffset(lines)
  const from = Math.max(asked, length - MOST_READ_BYTES)
  const text = new TextDecoder().decode(await reader.read(from, MOST_READ_BYTES))
  const all = text.replace(TERMINAL_CODES, '').split(/\r\n|\n|\r/)
  // what begins within a line is no line
  if (from > asked) all.shift()
  const told = all.filter(line => line.trim() !== '').slice(-lines)
  const kept: string[] = []
  let room = characters
  for (const line of told.toReversed()) {
    const shown = escapeMarkdown(cutText(line.trimEnd(), LONGEST_LINE))
    const taken = shown.length + LINE_BREAK.length
    if (taken > room) break
    room -= taken
    kept.unshift(shown)
  }
  return { lines: kept, dropped: told.length - kept.length, earlierBytes: from }
}
