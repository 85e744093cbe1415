// times of day in plain words, one or several: `08:00`, `8点半`, `下午2点`, `2:30 pm`, `8:00, 12:00 和 20:00`
import { BEFORE, toHour } from './parts-of-day.ts'

const AFTER = String.raw`[ap](?:m|\.m\.?)(?![a-z])`
const TIME = new RegExp(
  [
    String.raw`(?:(?<before>${BEFORE})\s*)?`,
    String.raw`(?:(\d{1,2}):(\d\d)(?::(\d\d))?`,
    String.raw`|(\d{1,2})\s*[点时](?:\s*(\d{1,2})(?!\s*[:点时\d])(?:\s*分)?|\s*(半)|\s*整)?`,
    String.raw`|(\d{1,2})(?=\s*${AFTER}))(?![:\d])(?:\s*(?<after>${AFTER}))?`,
  ].join(''),
  'uy',
)
const BETWEEN = /(?:\s*(?:[、,;和及]|\band\b))*\s*(?:\bat\b\s*)?/uy
const UNREAD = /[^、,;和及]*/uy

const CLOCK = 'a time of day from 00:00 to 23:59'
const CLEAR = 'a clear time of day such as 凌晨2点, 下午2点, 2 pm or 14:00'
const EACH = 'am or pm, or 上午, 下午 and the like, with each time of day'

type Wall = { readonly hour: number; readonly minute: number; readonly second: number }
type Time = Wall & { readonly text: string; readonly at: number; readonly part: string | undefined }
/** Second, minute and hour of a cron expression. */
export type Times = { readonly cron: string }
/** What is allowed, what came, and where that stands in the text, from 0. */
export type TimesMistake = { readonly allowed: string; readonly got: string; readonly at: number }

/**
 * Reads all of a text, folded to half width and lower case, as times of day. Several become one expression where that says
 * neither more nor less, such as hours of the same minute.
 */
export function readTimes(text: string): Times | TimesMistake {
  const times: Time[] = []
  for (let at = 0; times.length === 0 || at < text.length; ) {
    const begin = times.length === 0 ? 0 : at + lengthAt(BETWEEN, text, at)
    const time = readTime(text, begin)
    if ('allowed' in time) return time
    times.push(time)
    at = begin + time.text.length
  }
  return toTimes(times)
}

function lengthAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0].length ?? 0
}

function readTime(text: string, at: number): Time | TimesMistake {
  TIME.lastIndex = at
  const found = TIME.exec(text)
  if (found === null) {
    const unread = text.slice(at, at + lengthAt(UNREAD, text, at)).trimEnd()
    return { allowed: CLOCK, got: unread === '' ? text.charAt(at) : unread, at }
  }
  const [said, , ...parts] = found
  const toNumber = (part: string | undefined): number => Number(part ?? 0)
  const { before, after } = found.groups ?? {}
  const part = before ?? after
  const hour = toHour(toNumber(parts[0] ?? parts[3] ?? parts[6]), part)
  const minute = parts[5] === undefined ? toNumber(parts[1] ?? parts[4]) : 30
  const second = toNumber(parts[2])
  if (minute > 59 || second > 59 || (hour === undefined && part === undefined)) return { allowed: CLOCK, got: said, at }
  if (hour === undefined || (before !== undefined && after !== undefined)) return { allowed: CLEAR, got: said, at }
  return { hour, minute, second, text: said, at, part }
}

/** Beside 下午2点 nobody knows what a bare 4点 is. */
function findUnclear(times: readonly Time[]): Time | undefined {
  if (times.every(({ part }) => part === undefined)) return undefined
  return times.find(({ part, hour }) => part === undefined && hour >= 1 && hour <= 12)
}

function toTimes(times: readonly Time[]): Times | TimesMistake {
  const unclear = findUnclear(times)
  if (unclear !== undefined) return { allowed: EACH, got: unclear.text, at: unclear.at }
  const [hours, minutes, seconds] = (['hour', 'minute', 'second'] as const).map(part => toList(times, part))
  const all = new Set(times.map(({ hour, minute, second }) => `${hour} ${minute} ${second}`))
  if ((hours?.length ?? 0) * (minutes?.length ?? 0) * (seconds?.length ?? 0) === all.size) {
    const isWhole = seconds?.join() === '0'
    return { cron: [...(isWhole ? [] : [seconds]), minutes, hours].join(' ') }
  }
  const [first, other] = [times[0], times.find(one => !isSameBelowHour(one, times[0]))]
  const what = seconds?.length === 1 ? 'minutes' : 'minutes and seconds'
  const allowed = `times of day with the same ${what} as ${first?.text} (else a schedule for each)`
  return { allowed, got: other?.text ?? '', at: other?.at ?? 0 }
}

function toList(times: readonly Time[], part: keyof Wall): readonly number[] {
  return [...new Set(times.map(time => time[part]))].sort((one, other) => one - other)
}

function isSameBelowHour(one: Wall, other: Wall | undefined): boolean {
  return one.minute === other?.minute && one.second === other.second
}
