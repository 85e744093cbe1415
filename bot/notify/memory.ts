// what the postman remembers of letters that it could not send at once; a new process finds it out again
import type { Channel, LetterPart } from '../../shared/chat.ts'
import type { Id } from '../../shared/ids.ts'
import type { LetterRow } from '../engine/chat-port.ts'
import type { Limited } from './body.ts'
import { splitPart } from './split.ts'

export type Memory = {
  /** Ways that failed since all were tried anew; absent: what the letter itself says counts. */
  round?: Set<Channel>
  /** There was no card for it. */
  noCard?: boolean
  /** Its text was refused. */
  refused?: boolean
  /** It was told that nobody can take it. */
  told?: boolean
  /** Ways for which it was cut smaller. */
  readonly cut: Set<Channel>
  /** What is left of one part, which had to be cut further for its way. */
  pieces?: { readonly part: number; left: readonly LetterPart[]; sent: number }
}

export type Memories = ReturnType<typeof createMemories>

/** Makes an empty one. */
export function createMemories() {
  const kept = new Map<Id, Memory>()
  return {
    of(letter: LetterRow): Memory {
      const known = kept.get(letter.id)
      if (known !== undefined) return known
      const made: Memory = { cut: new Set() }
      kept.set(letter.id, made)
      return made
    },
    /** Ways that are over for it now: what came back since is told by the letter itself. */
    closedOf(letter: LetterRow): ReadonlySet<Channel> {
      const round = kept.get(letter.id)?.round
      return new Set(letter.closed.filter(channel => round === undefined || round.has(channel)))
    },
    hasNoCard: ({ id }: LetterRow): boolean => kept.get(id)?.noCard === true,
    /** Forgets letters that are gone, as soon as they are more than those that wait. */
    keepOnly(letters: readonly LetterRow[]): void {
      if (kept.size <= letters.length) return
      const here = new Set(letters.map(({ id }) => id))
      for (const id of kept.keys()) if (!here.has(id)) kept.delete(id)
    },
  }
}

/** Of what was found too long, and never less than this many characters. */
const SMALLER = 0.6
const FEWEST_CHARACTERS = 200

/** The next message of a letter on a way: a part, or a piece of it where the way takes no more at once. */
export function nextPiece(letter: LetterRow, channel: Channel, memory: Memory): LetterPart | undefined {
  const part = letter.parts[letter.sent]
  if (part === undefined) return undefined
  if (memory.pieces?.part !== letter.sent) memory.pieces = { part: letter.sent, left: [part], sent: 0 }
  const { pieces } = memory
  const [first, ...rest] = pieces.left
  if (first === undefined) return undefined
  if (!isLimited(channel)) return first
  const cut = splitPart(first, { ways: [channel] })
  if (cut.length > 1) pieces.left = [...cut, ...rest]
  return cut[0]
}

/** Cuts the piece that was too long smaller. */
export function cutSmaller(channel: Channel, memory: Memory): void {
  memory.cut.add(channel)
  const [first, ...rest] = memory.pieces?.left ?? []
  if (memory.pieces === undefined || first === undefined || !isLimited(channel)) return
  const characters = Math.max(FEWEST_CHARACTERS, Math.floor(first.text.length * SMALLER))
  memory.pieces.left = [...splitPart(first, { ways: [channel], characters }), ...rest]
}

function isLimited(channel: Channel): channel is Limited {
  return channel === 'session' || channel === 'api' || channel === 'robot'
}
