// figures as people read them: bytes, rates, durations, counts, and durations read back

export { toBytes } from '../shared/size.ts'

/** A duration with its two largest parts: `850 ms`, `42 s`, `3 min 12 s`, `2 h 5 min`, `3 d 4 h`. */
export function toDuration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return pair([Math.floor(seconds / 60), 'min'], [seconds % 60, 's'])
  if (seconds < 86_400) return pair([Math.floor(seconds / 3_600), 'h'], [Math.floor((seconds % 3_600) / 60), 'min'])
  return pair([Math.floor(seconds / 86_400), 'd'], [Math.floor((seconds % 86_400) / 3_600), 'h'])
}

function pair(large: readonly [number, string], small: readonly [number, string]): string {
  return small[0] === 0 ? `${large[0]} ${large[1]}` : `${large[0]} ${large[1]} ${small[0]} ${small[1]}`
}

/** A count with separators and its noun: `1 file`, `1,200 files`. */
export function toCount(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`
}

/** An instant as local time without a zone: `2026-11-21 09:30:05`. */
export function toLocalTime(instant: string): string {
  const at = new Date(instant)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

const PARTS = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)?/
const FACTORS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Reads `90`, `90s`, `15m`, `2h`, `1h30m`, `1d` as milliseconds; a bare number is seconds. Undefined when it is none. */
export function readDurationMs(text: string): number | undefined {
  let rest = text.trim()
  let total = 0
  if (rest === '') return undefined
  while (rest !== '') {
    const part = PARTS.exec(rest)
    if (part === null) return undefined
    total += Number(part[1]) * (FACTORS[part[2] ?? 's'] ?? 1_000)
    rest = rest.slice(part[0].length).trim()
  }
  return total
}

/** Text from elsewhere made safe for a terminal: control characters become visible escapes. */
export function toPrintable(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
