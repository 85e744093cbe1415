// an expression, as people and other programs write it, read into seven canonical fields
import { positionOf } from '../../../shared/errors.ts'
import { toCron } from '../../../shared/plain-times.ts'
import { toHalfWidth } from '../../../shared/width.ts'
import { type Dialect, FIELDS } from './fields.ts'
import { type Content, readContent } from './items.ts'
import { type Piece, toMistake } from './mistake.ts'
import { checkDays } from './possible.ts'

const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * SUN',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

export type Expression = {
  /** `second minute hour day month weekday year` */
  readonly cron: string
  /** The year as it was written. */
  readonly year?: Piece
}

/** Reads an expression or plain words. Throws INVALID_INPUT. */
export function readExpression(text: string, dialect: Dialect): Expression {
  const pieces = split(toFields(text))
  if (checkWords(pieces)) throw toUnknownWords(text)
  if (pieces.length < 5 || pieces.length > 7) throw toMiscount(pieces, text)
  const seconds = pieces.length === 5 ? [{ text: '0', at: 0 }] : []
  const year = pieces.length === 7 ? pieces[6] : undefined
  const seven = [...seconds, ...pieces, ...(year === undefined ? [{ text: '*', at: 0 }] : [])]
  const contents = FIELDS.map((field, at) => readContent(seven[at] ?? { text: '*', at: 0 }, { field, dialect }))
  const [second, minute, hour, day, month, weekday, years] = contents.map(({ text }) => text)
  const [days, weekdays] = whichDays(contents, seven) ?? [day, weekday]
  const cron = [second, minute, hour, days, month, weekdays, years].join(' ')
  return { cron, ...(year !== undefined && { year }) }
}

/** Nicknames and plain words as fields. */
function toFields(text: string): string {
  const plain = toCron(text)
  if (plain !== undefined) return plain
  const folded = toHalfWidth(text)
  const [, name] = /^\s*(@\S*)\s*$/.exec(folded) ?? []
  if (name === undefined) return folded.toUpperCase()
  const nickname = NICKNAMES[name.toLowerCase()]
  if (nickname !== undefined) return nickname
  const names = Object.keys(NICKNAMES).join(' ')
  throw toMistake({ must: `be one of ${names}`, got: { text: name, at: folded.indexOf(name) } })
}

// what has no width counts as a blank too: it comes with what was copied
const FIELD = /[^\s\u0085\u200b\u2060\ufeff]+/g

const split = (text: string): Piece[] =>
  [...text.matchAll(FIELD)].map(({ 0: piece, index: at }) => ({ text: piece, at }))

function toMiscount(pieces: readonly Piece[], text: string): Error {
  const must = 'have 5, 6 or 7 fields'
  const tooMany = pieces[7]
  const end = { text, at: text.trimEnd().length }
  const said = tooMany === undefined ? `only ${pieces.length} and the end` : `${pieces.length}: one too many`
  const got = tooMany ?? end
  // what stands before it may be anything
  return toMistake({ must, got: { text: got.text, at: positionOf(text, got.at) - 1 }, said })
}

const CRON_LIKE = /^(?:[\d*?,/#LW-]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT)+$/

/** Whether most of it looks like no field of cron: then somebody meant words. */
function checkWords(pieces: readonly Piece[]): boolean {
  return pieces.filter(({ text }) => !CRON_LIKE.test(text)).length * 2 > pieces.length
}

const CHINESE_WORDS = '每天 02:00, 每周一 06:30 or 每30分钟'
const ENGLISH_WORDS = 'daily 02:00, weekly mon 06:30 or every 30 minutes'

/** Words that nobody knows: those who write them are shown some that are known. */
function toUnknownWords(text: string): Error {
  const such = /\p{Script=Han}/u.test(text) ? CHINESE_WORDS : ENGLISH_WORDS
  const at = text.length - text.trimStart().length
  return toMistake({
    must: `be words such as ${such}, or cron fields such as 0 2 * * *`,
    got: { text: text.trim(), at },
  })
}

/**
 * Day of month and weekday belong together: when both say something, either of them is enough. So one that says "every day"
 * makes the other one void, and a day that never comes leaves it alone. Undefined: as they are.
 */
function whichDays(contents: readonly Content[], pieces: readonly Piece[]): readonly [string, string] | undefined {
  const [day, month, weekday] = contents.slice(3)
  if (day === undefined || month === undefined || weekday === undefined) return undefined
  if (!day.open && !weekday.open && (day.text === '*' || weekday.text === '*')) return ['*', '*']
  const canCome = checkDays(day, month)
  if (canCome) return undefined
  if (weekday.text !== '*') return ['*', weekday.text]
  const [days, months] = pieces.slice(3)
  const got = days ?? { text: day.text, at: 0 }
  throw toMistake({
    ...{ field: 'day of month', must: 'come true some day', got },
    said: `day of month "${got.text}" in month "${months?.text}"`,
  })
}
