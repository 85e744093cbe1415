// figures as people read them in chat: shares, sizes, counts, durations, rates, instants and bars
import { DAY, HOUR, type Instant, MINUTE, SECOND, toInstant } from './time.ts'

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB']
const BAR_CELLS = 10

/** Whole percent, rounded down, so that 100 means all of it; undefined when there is nothing to have a share of. */
export function toShare(part: number, whole: number): number | undefined {
  if (!(whole > 0)) return undefined
  if (part >= whole) return 100
  // numbers beyond 2^53 would round up
  return Math.max(0, Math.min(99, Math.floor((part * 100) / whole)))
}

/** `52%`: whole and never rounded up. */
export function toPercent(percent: number): string {
  return `${wholePercent(percent)}%`
}

/** `▓▓▓▓▓░░░░░ 52%` */
export function toBar(percent: number, cells: number = BAR_CELLS): string {
  const whole = wholePercent(percent)
  const done = Math.floor((whole * cells) / 100)
  return `${'▓'.repeat(done)}${'░'.repeat(cells - done)} ${whole}%`
}

/** Bytes with at most three figures and the short names of binary units: `38.2 GB`, `92 MB`, `1.5 KB`, `0 B`. */
export function toSize(bytes: number): string {
  let value = Math.max(0, Math.round(bytes))
  let unit = 0
  // what would be written as 1024 is one of the next unit
  while (value >= 1023.5 && unit < UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  if (unit === 0) return `${value} B`
  const digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${digits === 0 ? group(Math.round(value)) : String(Number(value.toFixed(digits)))} ${UNITS[unit]}`
}

/** `92 MB/s` */
export function toRate(bytesPerSecond: number): string {
  return `${toSize(bytesPerSecond)}/s`
}

/** `1,204`, and with a noun `1,204 个文件`. */
export function toCount(count: number, noun = ''): string {
  const figures = group(Math.trunc(count))
  return noun === '' ? figures : `${figures} ${noun}`
}

/** `6 分 12 秒`, `1 小时 5 分`, `2 天 3 小时`: the two largest units, rounded down. Milliseconds. */
export function toDuration(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / SECOND)
  if (seconds === 0) return ms > 0 ? '不到 1 秒' : '0 秒'
  const parts = [
    [Math.floor((seconds * SECOND) / DAY), '天'],
    [Math.floor((seconds * SECOND) / HOUR) % 24, '小时'],
    [Math.floor((seconds * SECOND) / MINUTE) % 60, '分'],
    [seconds % 60, '秒'],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${group(count)} ${unit}`)
    .join(' ')
}

/** An instant, or milliseconds since the epoch, in a zone and with its name: `2024-05-01 16:00:00（Asia/Shanghai）`. */
export function toInstantText(at: Instant | number, tz: string): string {
  const instant = typeof at === 'number' ? toInstant(at) : at
  const parts = new Map(
    formatOf(tz)
      .formatToParts(new Date(instant))
      .map(({ type, value }) => [type, value]),
  )
  const of = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? ''
  return `${of('year')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')}:${of('second')}（${tz}）`
}

const formats = new Map<string, Intl.DateTimeFormat>()

// making one takes a hundred times as long as using it
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const two = '2-digit'
  const fields = { year: 'numeric', month: two, day: two, hour: two, minute: two, second: two } as const
  const made = new Intl.DateTimeFormat('en-US', { ...fields, hourCycle: 'h23', timeZone })
  formats.set(timeZone, made)
  return made
}

function wholePercent(percent: number): number {
  return Number.isNaN(percent) ? 0 : Math.max(0, Math.min(100, Math.floor(percent)))
}

function group(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}
