// messages of one conversation laid beside the lines that answered them, each once and in order

import type { Shown } from './lines.ts'
import type { Facts, Said } from './said.ts'

export type Aligned = {
  /** The line of each message; shorter than the messages when it does not come out. */
  readonly lines: readonly Shown[]
  /** Lines that are one too many and may be. */
  readonly doubles: readonly Shown[]
  /** What does not come out, in words. */
  readonly problem?: string
  /** Which message comes out no more. */
  readonly failedAt?: number
}

/**
 * Doubles are allowed only where nobody could know that the first one had arrived. `doubtful` are lines of which the same
 * stands elsewhere.
 */
export function align(
  messages: readonly Said[],
  { lines, doubtful }: { readonly lines: readonly Shown[]; readonly doubtful: ReadonlySet<Shown> },
  facts: Facts,
): Aligned {
  const width = lines.length + 1
  const reached = new Uint8Array((messages.length + 1) * width)
  // 1: by an answer, 2: by a line that is one too many
  reached[0] = 1
  let best = { row: 0, at: 0 }
  for (let row = 0; row <= messages.length; row += 1) {
    for (let at = 0; at < width; at += 1) {
      if (reached[row * width + at] === 0) continue
      if (row > best.row || (row === best.row && at > best.at)) best = { row, at }
      const line = lines[at]
      const message = messages[row]
      if (line === undefined) continue
      const excused = doubtful.has(line) || isExcused(lines, at)
      // what is sent again for certain is no answer by itself
      const counts = !excused || line.maybe || line.card !== undefined
      if (counts && message?.fits(line, facts)) reached[(row + 1) * width + at + 1] ||= 1
      if (excused) reached[row * width + at + 1] ||= 2
    }
  }
  if (reached[messages.length * width + lines.length] === 0)
    return { ...NOTHING, problem: tell({ messages, lines, facts }, best), failedAt: best.row }
  return walkBack(reached, messages, lines)
}

const NOTHING = { lines: [], doubles: [] } as const

function walkBack(reached: Uint8Array, messages: readonly Said[], lines: readonly Shown[]): Aligned {
  const width = lines.length + 1
  const answers: Shown[] = []
  const doubles: Shown[] = []
  for (let row = messages.length, at = lines.length; at > 0; at -= 1) {
    const line = lines[at - 1]
    if (line === undefined) break
    if (reached[row * width + at] === 2) doubles.push(line)
    else {
      answers.push(line)
      row -= 1
    }
  }
  return { lines: answers.reverse(), doubles }
}

/** It was sent again, since nobody could know; or the text was sent where a card turned out to stand. */
function isExcused(lines: readonly Shown[], at: number): boolean {
  const line = lines[at]
  if (line === undefined || !(line.spoiled || line.maybe)) return false
  // one that was slow may be seen after the one that was sent again
  return lines.slice(Math.max(0, at - 30), at + 30).some(other => other !== line && isSame(line, other))
}

function isSame(one: Shown, other: Shown): boolean {
  if (one.title === other.title && one.card === other.card) return true
  // a card and the text that goes where there is none, whichever was first
  return [one, other].some((a, n) => [other, one][n]?.title === `已受理 #${a.card}`)
}

function tell(
  { messages, lines, facts }: { messages: readonly Said[]; lines: readonly Shown[]; facts: Facts },
  { row, at }: { row: number; at: number },
): string {
  const message = messages[row]
  const near = lines.slice(Math.max(0, at - 2), at + 3).map((line, n) => {
    const mark = Math.max(0, at - 2) + n === at ? '>' : ' '
    const words = line.words.slice(0, 160).replaceAll('\n', ' | ')
    return `    ${mark} ${line.line.kind} at ${toTime(line.line.at)}${line.spoiled ? ` (${line.why})` : ''}: ${words}`
  })
  const asked = messages.slice(Math.max(0, row - 2), row + 3).map((one, n) => {
    const mark = Math.max(0, row - 2) + n === row ? '>' : ' '
    return `    ${mark} ${one.kind} at ${toTime(one.at)}, heard ${facts.heardAt(one.key).slice(11, 23)}, ${one.key.slice(-8)} by ${one.person.role}: ${one.text.replaceAll('\n', ' | ')}`
  })
  const what = message === undefined ? 'a line that answers nothing' : 'a message without its answer'
  const elsewhere = lines.filter(line => message?.fits(line, facts)).map(line => toTime(line.line.at))
  return [
    `${what}: ${messages.length} messages, ${lines.length} lines, the first ${row} messages fit the first ${at} lines, it would fit ${elsewhere.join(' ') || 'none'}`,
    ...['  messages:', ...asked, '  lines:', ...near],
  ].join('\n')
}

const toTime = (ms: number): string => new Date(ms).toISOString().slice(11, 23)
