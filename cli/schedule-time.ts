// instants and the clock of a zone: how people write the one, and how they read the other
const DAY = 86_400_000
const FIRST_YEAR = 1970
const YEAR_10000 = Date.UTC(10_000, 0)
const WRITTEN = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,3})?)?)?(Z|[+-]\d\d:\d\d)?$/

/** Which end of a day a date without a time means. */
export type Edge = 'start' | 'end'

type Wall = readonly [year: number, month: number, day: number, hour: number, minute: number, second: number]

/**
 * Reads an instant such as `2026-11-01T02:00:00Z` or, on the clock of `zone`, `2026-11-01T02:00` or a date; the `end` of a
 * date is its last millisecond. Undefined when it is none, or not in the years from 1970 to 9999.
 */
export function readWhen(text: string, zone: string, edge: Edge = 'start'): string | undefined {
  const found = WRITTEN.exec(text.trim())
  if (found === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(toNumber)
  const wall: Wall = [year, month, day, hour, minute, second]
  if (!isWall(wall) || year < FIRST_YEAR) return undefined
  if (found[7] !== undefined) return toText(Date.parse(text.trim().replace(' ', 'T')))
  if (found[4] !== undefined) return toText(toMs(wall, zone))
  return toText(edge === 'start' ? toMs(wall, zone) : toMs([year, month, day + 1, 0, 0, 0], zone) - 1)
}

/** What is wrong with an instant, a time or a date that somebody gave, as the rest of a sentence. */
export function whenProblem(text: string): string | undefined {
  if (readWhen(text, 'UTC') !== undefined) return undefined
  const year = WRITTEN.exec(text.trim())?.[1]
  const isOdd = /^[+-]?\d{5,}-/.test(text.trim()) || Number(year) < FIRST_YEAR || year === '9999'
  if (isOdd) return 'must be in a year from 1970 to 9999'
  return 'must be an instant such as 2026-11-01T02:00:00Z or 2026-11-01T02:00:00+08:00, a time such as 2026-11-01T02:00 or a date such as 2026-11-01'
}

/** Whether it says its zone itself. */
export function isAbsolute(text: string): boolean {
  return WRITTEN.exec(text.trim())?.[7] !== undefined
}

/** Whether it is a date without a time of day. */
export function isDate(text: string): boolean {
  const found = WRITTEN.exec(text.trim())
  return found !== null && found[4] === undefined
}

/** An instant on the clock of a zone: `2026-11-22 02:00:00`; in UTC with its sign where the zone is not known here. */
export function toZoneTime(instant: string, zone: string): string {
  const ms = Date.parse(instant)
  const clock = clockOf(zone)
  if (clock === undefined || Number.isNaN(ms)) return instant
  return new Date(ms + offsetAt(ms, clock)).toISOString().slice(0, 19).replace('T', ' ')
}

/** The same with its offset: `2026-11-22 02:00:00 +08:00`. */
export function toOffsetTime(instant: string, zone: string): string {
  const ms = Date.parse(instant)
  const clock = clockOf(zone)
  if (clock === undefined || Number.isNaN(ms)) return instant
  const minutes = Math.round(offsetAt(ms, clock) / 60_000)
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  const size = Math.abs(minutes)
  return `${toZoneTime(instant, zone)} ${minutes < 0 ? '-' : '+'}${two(size / 60)}:${two(size % 60)}`
}

/** The first instant after another one at which the clock of a zone shows a time of day, or passes over it. */
export function nextTimeOfDay(time: string, after: string, zone: string): string | undefined {
  const today = Date.parse(`${toZoneTime(after, zone).slice(0, 10)}T00:00:00Z`)
  if (Number.isNaN(today)) return undefined
  const days = [0, 1, 2].map(days => new Date(today + days * DAY).toISOString().slice(0, 10))
  return days.map(day => readWhen(`${day}T${time}`, zone)).find(at => at !== undefined && at > after)
}

// a part that was left out is zero
function toNumber(text: string | undefined): number {
  return Number(text ?? 0)
}

function isWall([year, month, day, hour, minute, second]: Wall): boolean {
  const at = new Date(Date.UTC(year, month - 1, day))
  return at.getUTCMonth() === month - 1 && at.getUTCDate() === day && hour < 24 && minute < 60 && second < 60
}

function toText(ms: number): string | undefined {
  return Number.isNaN(ms) || ms >= YEAR_10000 ? undefined : new Date(ms).toISOString()
}

// with the offsets of the day before and the day after: a time that comes twice is the first, one in a gap comes after it
function toMs([year, month, day, hour, minute, second]: Wall, zone: string): number {
  const wall = Date.UTC(year, month - 1, day, hour, minute, second)
  const clock = clockOf(zone)
  if (clock === undefined) return Number.NaN
  const [before, after] = [wall - offsetAt(wall - DAY, clock), wall - offsetAt(wall + DAY, clock)]
  const found = [before, after].filter(ms => ms + offsetAt(ms, clock) === wall)
  return found.length === 0 ? Math.max(before, after) : Math.min(...found)
}

function clockOf(zone: string): Intl.DateTimeFormat | undefined {
  const two = '2-digit' as const
  const parts = { year: 'numeric' as const, month: two, day: two, hour: two, minute: two, second: two }
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', calendar: 'gregory', ...parts })
  } catch {
    // a zone that this machine has never heard of: the daemon says so, or has data of its own
    return undefined
  }
}

function offsetAt(ms: number, clock: Intl.DateTimeFormat): number {
  const parts = Object.fromEntries(clock.formatToParts(ms).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1_000) * 1_000
}
