// a message too long for its way as several: on borders of lines, each part with its number and the first word
import type { LetterPart } from '../../shared/chat.ts'
import { escapeMarkdown, toHeading } from '../../shared/chat-markdown.ts'
import { type Limited, roomFor, textBytes } from './body.ts'
import { cutLine } from './cut-line.ts'

/** Markdown that every client shows whole (dingtalk.md §6, row 11). */
export const MOST_CHARACTERS = 3_500

export type Limits = {
  /** The part has to fit all of these. */
  readonly ways: readonly Limited[]
  /** UTF-16 units of text. Default: what clients show of markdown; for plain text bytes alone decide. */
  readonly characters?: number
}

/** Title and number of the parts have to fit too. */
const NUMBER_ROOM = 24

/**
 * The part itself when it fits, else parts of it. Its lines come in their order and none is lost; only blank ones at a border
 * are. A line that is too long alone is cut between characters. Every part begins with the message's heading (or title)
 * and its number, so that the first word stands in each. Pure.
 */
export function splitPart(part: LetterPart, limits: Limits): LetterPart[] {
  const { head, body } = takeHead(part)
  if (fits(part.text, toRoom(part, '', limits))) return [part]
  const room = toRoom(part, head, limits)
  const chunks = pack(body.split('\n'), room)
  return chunks.map((chunk, at) => {
    const number = ` (${at + 1}/${chunks.length})`
    return {
      ...part,
      title: `${part.title}${number}`,
      text: `${head}${number}${part.format === 'text' ? '\n' : '\n\n'}${chunk}`,
    }
  })
}

const HEADING = /^(#{1,6} [^\n]+)(?:\n+|$)/

// the heading that stands there already, else one made of the title
function takeHead({ format, title, text }: LetterPart): { readonly head: string; readonly body: string } {
  if (format === 'text') return { head: title, body: text }
  const [all, heading] = HEADING.exec(text) ?? []
  if (all === undefined || heading === undefined) return { head: toHeading(escapeMarkdown(title)), body: text }
  return { head: heading, body: text.slice(all.length) }
}

/** What one chunk may take. */
type Room = { readonly characters: number; readonly bytes: readonly { readonly way: Limited; readonly most: number }[] }

function toRoom(part: LetterPart, head: string, limits: Limits): Room {
  const { ways } = limits
  const characters = limits.characters ?? (part.format === 'markdown' ? MOST_CHARACTERS : Number.POSITIVE_INFINITY)
  const around = head === '' ? 0 : head.length + NUMBER_ROOM
  return {
    characters: Math.max(1, characters - around),
    bytes: ways.map(way => {
      const most = roomFor(way, part)
      return { way, most: head === '' ? most : most - textBytes(way, head) - 3 * NUMBER_ROOM }
    }),
  }
}

function fits(text: string, { characters, bytes }: Room): boolean {
  return text.length <= characters && bytes.every(({ way, most }) => textBytes(way, text) <= most)
}

// lines are gathered as long as they fit; sizes add up, so each line is measured once
function pack(lines: readonly string[], room: Room): string[] {
  const chunks: string[] = []
  let gathered: string[] = []
  let used = toSize('', room)
  const close = (): void => {
    const chunk = trimBlank(gathered).join('\n')
    if (chunk !== '') chunks.push(chunk)
    gathered = []
    used = toSize('', room)
  }
  for (const line of lines.flatMap(whole => cutLine(whole, piece => fits(piece, room)))) {
    const next = plus(used, toSize(gathered.length === 0 ? line : `\n${line}`, room))
    if (isWithin(next, room)) used = next
    else {
      close()
      used = toSize(line, room)
    }
    gathered.push(line)
  }
  close()
  return chunks.length === 0 ? [''] : chunks
}

type Size = { readonly characters: number; readonly bytes: readonly number[] }

function toSize(text: string, { bytes }: Room): Size {
  return { characters: text.length, bytes: bytes.map(({ way }) => textBytes(way, text)) }
}

function plus(a: Size, b: Size): Size {
  return { characters: a.characters + b.characters, bytes: a.bytes.map((bytes, at) => bytes + (b.bytes[at] ?? 0)) }
}

function isWithin({ characters, bytes }: Size, room: Room): boolean {
  return characters <= room.characters && bytes.every((used, at) => used <= (room.bytes[at]?.most ?? 0))
}

function trimBlank(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex(line => line.trim() !== '')
  if (first < 0) return []
  return lines.slice(first, lines.findLastIndex(line => line.trim() !== '') + 1)
}
