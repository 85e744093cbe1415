// lines of a log in view 003: `YYYY/MM/DD HH:MM:SS <text>`, told in the daemon's zone
import { toInstant } from '../../../../shared/time.ts'
import { toOffsetTime } from '../../offset-time.ts'

export type Line = { readonly at?: string; readonly text: string }

const LINE = /^(\d{4})\/(\d{2})\/(\d{2}) (\d{2}:\d{2}:\d{2})(?: ([\s\S]*))?$/

/** A line as it is told. */
export function toLine(line: { readonly at: string; readonly text: string }, tz: string): string {
  return `${toStamp(line.at, tz)} ${line.text}`
}

/** False for a line that begins like one with a time, but of which the calendar knows no such time. */
export function isLine(line: string): boolean {
  const match = LINE.exec(line)
  return match === null || toWallTime(match) !== undefined
}

/** A line that was told: its time, read in the zone, and its text. Without a time all of it is text. */
export function readLine(line: string, tz: string): Line {
  const match = LINE.exec(line)
  const wall = match === null ? undefined : toWallTime(match)
  if (match === null || wall === undefined) return { text: line }
  return { at: toInstant(fromWallTime(wall, tz)), text: match[5] ?? '' }
}

/** Years outside are no years of a log: beside them, or before years had four digits, an instant could not be kept. */
const FIRST_YEAR = 1_000
const LAST_YEAR = 9_998

// the time as a clock on the wall shows it, in milliseconds as if the wall were in Greenwich
function toWallTime([, year, month, day, time]: RegExpExecArray): number | undefined {
  if (Number(year) < FIRST_YEAR || Number(year) > LAST_YEAR) return undefined
  const text = `${year}-${month}-${day}T${time}.000Z`
  const ms = Date.parse(text)
  return Number.isNaN(ms) || toInstant(ms) !== text ? undefined : ms
}

// the offset at a time depends on the time: the second look is at the right side of a change of the clocks
function fromWallTime(wall: number, tz: string): number {
  const near = wall - offsetAt(wall, tz)
  return wall - offsetAt(near, tz)
}

function offsetAt(ms: number, tz: string): number {
  return Date.parse(`${toStamp(toInstant(ms), tz).replaceAll('/', '-').replace(' ', 'T')}.000Z`) - ms
}

function toStamp(instant: string, tz: string): string {
  const [date = '', time = ''] = toOffsetTime(instant, tz).split('T')
  return `${date.replaceAll('-', '/').padStart(10, '0')} ${time.slice(0, 8)}`
}
