// a canonical expression ready to be asked: the next wall time that it matches
import { DAY, SECOND } from '../../shared/time.ts'
import { createDayMatcher } from './cron.ts'
import { FIELDS, FIRST_YEAR, LAST_YEAR } from './expression/fields.ts'
import { readContent } from './expression/items.ts'
import type { WallTime } from './wall.ts'

export type Pattern = {
  readonly seconds: readonly number[]
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  readonly years: readonly number[]
  /** The first day from a day on; several where day of month and weekday are alternatives. Absent: every day. */
  readonly days: readonly ((from: WallTime) => WallTime | undefined)[]
}

const MOST_KEPT = 4_096
/** The pattern of seven canonical fields. */
export const patternOf = keeping(compile)
// many patterns differ by their times of day only: what was found of their days is shared
const matcherOf = keeping(createDayMatcher)

/** Makes each thing once: those asked for last are kept. */
function keeping<Made>(make: (text: string) => Made): (text: string) => Made {
  const kept = new Map<string, Made>()
  return text => {
    const made = kept.get(text) ?? make(text)
    kept.delete(text)
    kept.set(text, made)
    const [oldest] = kept.keys()
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
    return made
  }
}

function compile(cron: string): Pattern {
  const texts = cron.split(' ')
  const [day = '*', month = '*', weekday = '*'] = texts.slice(3)
  const valuesOf = (at: number): readonly number[] => {
    const [field, text] = [FIELDS[at], texts[at]]
    if (field === undefined || text === undefined) throw new Error(`${cron} is no canonical expression`)
    return readContent({ text, at: 0 }, { field, dialect: 'standard' }).values
  }
  const [seconds = [], minutes = [], hours = []] = [0, 1, 2].map(valuesOf)
  return { seconds, minutes, hours, years: valuesOf(6), days: matchersOf({ day, month, weekday }) }
}

type Days = { readonly day: string; readonly month: string; readonly weekday: string }

function matchersOf({ day, month, weekday }: Days): Pattern['days'] {
  if (day === '*' && month === '*' && weekday === '*') return []
  if (day === '*' || weekday === '*') return [matcherOf(`${day} ${month} ${weekday}`)]
  return [matcherOf(`${day} ${month} *`), matcherOf(`* ${month} ${weekday}`)]
}

/** The first match strictly after a wall time, whole seconds; undefined when there is none until the end of 2099. */
export function nextWall(pattern: Pattern, after: WallTime): WallTime | undefined {
  const first = Math.floor(Math.max(after, Date.UTC(FIRST_YEAR) - 1) / SECOND) * SECOND + SECOND
  const today = Math.floor(first / DAY) * DAY
  const day = firstDay(pattern, today)
  if (day === undefined) return undefined
  const time = firstTime(pattern, day === today ? (first - today) / SECOND : 0)
  if (time !== undefined) return day + time * SECOND
  const later = firstDay(pattern, day + DAY)
  return later === undefined ? undefined : later + (firstTime(pattern, 0) ?? 0) * SECOND
}

function firstDay({ days, years }: Pattern, from: WallTime): WallTime | undefined {
  for (let day: WallTime | undefined = from; day !== undefined; ) {
    const year = new Date(day).getUTCFullYear()
    const allowed = years.find(candidate => candidate >= year)
    if (allowed === undefined || year > LAST_YEAR) return undefined
    const start: WallTime = allowed === year ? day : Date.UTC(allowed)
    const found: WallTime | undefined = earliest(days, start)
    if (found === undefined || years.includes(new Date(found).getUTCFullYear())) return found
    day = found
  }
  return undefined
}

function earliest(days: Pattern['days'], from: WallTime): WallTime | undefined {
  if (days.length === 0) return from
  const found = days.map(next => next(from)).filter(day => day !== undefined)
  return found.length === 0 ? undefined : Math.min(...found)
}

/** The first time of day at or after a second of the day, in seconds; undefined when there is none left. */
function firstTime({ hours, minutes, seconds }: Pattern, from: number): number | undefined {
  const [atHour, atMinute, atSecond] = [Math.floor(from / 3600), Math.floor(from / 60) % 60, from % 60]
  for (const hour of hours) {
    if (hour < atHour) continue
    for (const minute of minutes) {
      if (hour === atHour && minute < atMinute) continue
      const least = hour === atHour && minute === atMinute ? atSecond : 0
      const second = seconds.find(candidate => candidate >= least)
      if (second !== undefined) return hour * 3600 + minute * 60 + second
    }
  }
  return undefined
}
