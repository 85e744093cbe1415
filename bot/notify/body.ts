// how large a part is as a request, by way: bytes of the whole body, before anybody makes one
import { type Channel, type LetterPart, LIMITS } from '../../shared/chat.ts'
import { toCalledLine } from '../../shared/chat-called.ts'

const encoder = new TextEncoder()

/** Bytes that names of ids, codes and keys take beside title and text; what follows is measured. */
const FRAME_BYTES = 600

/** How one way writes a text: the API has JSON within JSON. */
type Writing = { readonly most: number; readonly bytesOf: (text: string) => number; readonly wakes: boolean }

const jsonBytes = (text: string): number => encoder.encode(JSON.stringify(text)).length - 2
const nestedBytes = (text: string): number =>
  encoder.encode(JSON.stringify(JSON.stringify(text).slice(1, -1))).length - 2

const WRITINGS = {
  session: { most: LIMITS.session, bytesOf: jsonBytes, wakes: true },
  robot: { most: LIMITS.robot, bytesOf: jsonBytes, wakes: true },
  api: { most: LIMITS.api, bytesOf: nestedBytes, wakes: false },
} as const satisfies Partial<Record<Channel, Writing>>

/** Ways that have a limit. */
export type Limited = keyof typeof WRITINGS

/** Bytes that a text adds to the body of that way. Texts put together add up. */
export function textBytes(way: Limited, text: string): number {
  return WRITINGS[way].bytesOf(text)
}

/** Bytes of text that a part with this title and these mentions may have on that way. */
export function roomFor(way: Limited, part: Omit<LetterPart, 'text'>): number {
  const { most, bytesOf, wakes } = WRITINGS[way]
  // a mention stands in a list and in the text
  const mentions = wakes ? part.mentions.reduce((sum, id) => sum + 2 * bytesOf(id) + 8, 0) : 0
  const names = wakes ? 0 : bytesOf(toCalledLine(part))
  return most - FRAME_BYTES - bytesOf(part.title) - mentions - names
}

/** Whether it can be sent on that way as it is. */
export function fitsWay(way: Limited, part: LetterPart): boolean {
  return textBytes(way, part.text) <= roomFor(way, part)
}
