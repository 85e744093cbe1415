// when something is to be done again, said in plain words: `每天 02:00`, `weekly mon 06:30`, `工作日 8点和20点`
import { AppError, positionOf, shown } from './errors.ts'
import { BEFORE } from './parts-of-day.ts'
import { readTimes } from './times-of-day.ts'
import { toHalfWidth } from './width.ts'

/** What was nearly right: which part of it is not, what is allowed there, and where it stands, from 1. */
export type PlainMistake = { readonly allowed: string; readonly got: string; readonly position: number }
export type PlainTime = { readonly cron: string } | { readonly mistake: PlainMistake }

/**
 * Plain words as a cron expression that says the same in every dialect; undefined for what is none of them.
 * Throws INVALID_INPUT for what is nearly right, such as `每天 25:00`.
 */
export function toCron(text: string): string | undefined {
  const plain = readPlainTime(text)
  if (plain === undefined) return undefined
  if ('cron' in plain) return plain.cron
  const { allowed, got, position } = plain.mistake
  throw new AppError('INVALID_INPUT', `expression must have ${allowed}, got ${shown(got)} at character ${position}.`, {
    details: { field: 'expression', ...plain.mistake },
  })
}

/** The same without throwing. */
export function readPlainTime(text: string): PlainTime | undefined {
  const folded = toHalfWidth(text).toLowerCase()
  for (const [pattern, read] of SHAPES) {
    const found = pattern.exec(folded)
    if (found === null) continue
    const said = Object.entries(found.groups ?? {}).map(([name, part = '']) => [name, part.trim()] as const)
    const plain = read(Object.fromEntries(said))
    if ('cron' in plain) return plain
    const { allowed, got, fromEnd } = plain
    const end = folded.trimEnd().length
    // what is not there is missed at the end
    const at = fromEnd === undefined ? (got === '' ? end : folded.indexOf(got, startOf(found))) : end - fromEnd
    return { mistake: { allowed, got: text.slice(at, at + got.length), position: positionOf(text, at) } }
  }
  return undefined
}

// where the first of its parts begins: the same may stand before it and behind it
function startOf({ indices }: RegExpExecArray): number {
  return Math.min(...Object.values(indices?.groups ?? {}).flatMap(part => part?.[0] ?? []))
}

type Said = { readonly [part: string]: string | undefined }
/** `fromEnd`: where it stands, when that is known. */
type Wrong = { readonly allowed: string; readonly got: string; readonly fromEnd?: number }
type Shape = readonly [pattern: RegExp, read: (said: Said) => { readonly cron: string } | Wrong]

const TIME = String.raw`\s*(?:\bat\s)?\s*(?<time>.*)$`
const DAY_NAME = '(?:sun|mon|tue|wed|thu|fri|sat)[a-z]*'
const whole = (...parts: readonly string[]): RegExp => new RegExp(String.raw`^\s*${parts.join('')}`, 'du')

/** The first that fits reads it. Letters are small, forms are half-width. 每1日 may mean each month: that is refused. */
const SHAPES: readonly Shape[] = [
  [whole('(?:每 ?(?:(?:1 ?)?天|日)|(?:daily|every (?:1 )?day)(?![a-z]))', TIME), at('* * *')],
  [whole(String.raw`(?:每隔?|every )\s*(?<count>\d+\s*个?(?:天|日|周|星期|礼拜|days?|weeks?))(?![a-z]).*$`), atAnew],
  [whole('(?:每?个?工作日|(?:weekdays|every weekday)(?![a-z]))', TIME), at('* * MON-FRI')],
  [whole('(?:每?个?周末|(?:weekends|every weekend)(?![a-z]))', TIME), at('* * SUN,SAT')],
  [whole('每个?(?:周|星期|礼拜)', String.raw`(?<days>(?:(?!${BEFORE})[^\d:])*)`, TIME), atWeekdays],
  [whole(String.raw`weekly(?![a-z])(?: on)?(?<days>(?:(?! at )[^\d:])*)`, TIME), atWeekdays],
  [whole(`every (?<days>${DAY_NAME}(?:(?! at )[^\\d:])*)`, TIME), atWeekdays],
  [whole(String.raw`每个?月(?<days>最后一天|[\d\s、,和及]+(?=[号日]))[号日]?`, TIME), atDays],
  [whole('每个?月(?<days>.*)$'), ({ days = '' }) => ({ allowed: DAYS, got: days })],
  [
    whole(String.raw`monthly(?: on)?(?: the)?(?: day)? (?<days>last(?: day)?|\d+(?:(?:,| and )\s*\d+)*)(?=\s|$)`, TIME),
    atDays,
  ],
  [whole('monthly(?![a-z])(?<days>.*)$'), ({ days = '' }) => ({ allowed: DAYS, got: days })],
  [
    whole(String.raw`(?:每个?小时|(?:hourly|every hour)(?![a-z]))\s*(?:at\s)?\s*[:第]?(?<minute>.*?)(?:分钟?)?\s*$`),
    atMinute,
  ],
  [
    whole(String.raw`(?:每隔?|every(?![a-z]))\s*(?<count>\d*)\s*个?(?<unit>秒|分|小时|second|minute|hour)[钟s]?\s*$`),
    atSteps,
  ],
]

const WEEKDAYS = 'a weekday such as 周一 or mon'
const DAYS = 'a day of month such as 1号, 最后一天, 15 or last'

function at(days: string): Shape[1] {
  return ({ time = '' }) => {
    const read = readTimes(time)
    if ('cron' in read) return { cron: `${read.cron} ${days}` }
    const { allowed, got, at } = read
    return { allowed, got, fromEnd: time.length - at }
  }
}

const ANEW = 'an even rhythm, such as daily 02:00 or monthly 1,11,21 02:00 (cron counts days anew with each month)'

function atAnew({ count = '' }: Said): ReturnType<Shape[1]> {
  return { allowed: ANEW, got: count }
}

const CHINESE: Readonly<Record<string, string>> = {
  ...{ 一: 'mon', 二: 'tue', 三: 'wed', 四: 'thu', 五: 'fri', 六: 'sat', 日: 'sun', 天: 'sun' },
}
const NAME = '(?:SUN|MON|TUE|WED|THU|FRI|SAT)'
const NAMES = new RegExp(`^${NAME}(?:-${NAME})?(?:,${NAME}(?:-${NAME})?)*$`, 'u')

function atWeekdays(said: Said): ReturnType<Shape[1]> {
  const { days = '' } = said
  const names = days
    .replace(/每|周|星期|礼拜/gu, '')
    .replace(/[一二三四五六日天]/gu, char => `,${CHINESE[char]}`)
    .replace(
      /(sun|mon|tue|wed|thu|fri|sat)(?:s|nes|rs|r|ur)?(?:days?)?(?![a-z])/gu,
      (_, name: string) => `,${name.toUpperCase()}`,
    )
    .replace(/\s*(?:至|到|-|~|\bto\b)[\s,]*/gu, '-')
    .replace(/(?:[、,和及\s]|\band\b)+/gu, ',')
    .replace(/^,|,$/gu, '')
  return NAMES.test(names) ? at(`* * ${names}`)(said) : { allowed: WEEKDAYS, got: days }
}

function atDays(said: Said): ReturnType<Shape[1]> {
  const { days = '' } = said
  if (/^(?:last|最后一天)/u.test(days)) return at('L * *')(said)
  const numbers = days.match(/\d+/gu)?.map(Number) ?? []
  const isDays = numbers.length > 0 && numbers.every(day => day >= 1 && day <= 31)
  return isDays ? at(`${numbers.join(',')} * *`)(said) : { allowed: DAYS, got: days }
}

function atMinute({ minute = '' }: Said): ReturnType<Shape[1]> {
  const value = /^\d{0,2}$/u.test(minute) ? Number(minute) : Number.NaN
  return value <= 59 ? { cron: `${value} * * * *` } : { allowed: 'a minute from 0 to 59', got: minute }
}

type Unit = {
  readonly name: string
  readonly whole: number
  readonly cron: (step: string) => string
  readonly full: string
}
const SECONDS: Unit = { name: 'seconds', whole: 60, cron: step => `${step} * * * * *`, full: '* * * * *' }
const MINUTES: Unit = { name: 'minutes', whole: 60, cron: step => `${step} * * * *`, full: '0 * * * *' }
const HOURS: Unit = { name: 'hours', whole: 24, cron: step => `0 ${step} * * *`, full: '0 0 * * *' }
const UNITS: Readonly<Record<string, Unit>> = {
  ...{ 秒: SECONDS, second: SECONDS, 分: MINUTES, minute: MINUTES, 小时: HOURS, hour: HOURS },
}

/** Cron begins anew with each minute, hour and day: only what divides them comes in even steps. */
function atSteps({ count = '', unit = '' }: Said): ReturnType<Shape[1]> {
  const { name, whole: all, cron, full } = UNITS[unit] ?? MINUTES
  const step = count === '' ? 1 : Number(count)
  if (step < 1 || all % step !== 0) return { allowed: `a number of ${name} that divides ${all}`, got: count }
  return { cron: step === all ? full : cron(step === 1 ? '*' : `*/${step}`) }
}
