// one line that is too long for a message, cut between characters
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** How far around a cut is looked for the character that it would divide. */
const AROUND = 64

/**
 * The line in pieces that fit: what they are joined to is the line again. No character that people see is divided, no
 * escaped mark and no entity of markdown, unless nothing smaller fits. Linear in the line's length, but for the search of each cut.
 * @param fits whether a piece is small enough; a part of a piece that fits has to fit too
 */
export function cutLine(line: string, fits: (piece: string) => boolean): string[] {
  const pieces: string[] = []
  let rest = line
  // a piece never has more characters than the whole message may
  while (rest !== '' && !fits(rest)) {
    const end = findEnd(rest, fits)
    pieces.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
  return [...pieces, ...(rest === '' && pieces.length > 0 ? [] : [rest])]
}

// the longest beginning that fits, found by doubling and halving, then moved to a border
function findEnd(text: string, fits: (piece: string) => boolean): number {
  let high = 1
  while (high < text.length && fits(text.slice(0, high))) high *= 2
  let low = Math.floor(high / 2)
  high = Math.min(high, text.length)
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2)
    if (fits(text.slice(0, middle))) low = middle
    else high = middle
  }
  return toBorder(text, Math.max(1, low))
}

function toBorder(text: string, end: number): number {
  const whole = beforeMark(text, beforeCharacter(text, end))
  const border = isPairDivided(text, whole) ? whole - 1 : whole
  if (border > 0) return border
  // not even one character fits: half of a pair of surrogates would be none at all
  return isPairDivided(text, end) ? end + 1 : end
}

function beforeCharacter(text: string, end: number): number {
  const from = Math.max(0, end - AROUND)
  const window = text.slice(from, end + AROUND)
  const found = segmenter.segment(window).containing(end - from)
  return found === undefined ? end : from + found.index
}

// an entity, or a backslash with what it escapes
function beforeMark(text: string, end: number): number {
  const before = text.slice(Math.max(0, end - AROUND), end)
  const slashes = /\\+$/.exec(before)?.[0].length ?? 0
  if (slashes % 2 === 1) return end - 1
  const begun = /&#?\w{0,8}$/.exec(before)
  return begun !== null && /^#?\w{0,8};/.test(text.slice(end, end + 10)) ? end - begun[0].length : end
}

function isPairDivided(text: string, end: number): boolean {
  return /[\ud800-\udbff]$/.test(text.slice(0, end)) && /^[\udc00-\udfff]/.test(text.slice(end, end + 1))
}
