// text that fits a number of bytes
const encoder = new TextEncoder()
const MORE = '…'

/** Text of at most `most` bytes of UTF-8: whole lines while one fits, else cut between characters. Pure. */
export function cutBytes(text: string, most: number): string {
  if (bytesOf(text) <= most) return text
  const room = most - bytesOf(`\n${MORE}`)
  const [first = '', ...rest] = text.split('\n')
  if (bytesOf(first) > room) return `${cutLine(first, room)}${MORE}`
  let kept = first
  for (const line of rest) {
    if (bytesOf(`${kept}\n${line}`) > room) break
    kept = `${kept}\n${line}`
  }
  return `${kept}\n${MORE}`
}

// a backslash alone would take the mark behind it
function cutLine(line: string, room: number): string {
  let kept = ''
  let left = room
  for (const character of line) {
    left -= bytesOf(character)
    if (left < 0) break
    kept += character
  }
  return kept.replace(/\\+$/, '')
}

function bytesOf(text: string): number {
  return encoder.encode(text).length
}
