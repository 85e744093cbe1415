// intervals of view 004 as expressions and as instants of the calendar, and what of them is refused with which words
import { describe, expect, it, test } from 'vitest'
import { Interval, toExpression, toTold } from '../../../bot/http/dialects/pandora/interval.ts'
import { createCalendar } from '../../../bot/schedule/calendar.ts'

type Parts = Readonly<Record<string, unknown>>
const ZONE = 'Asia/Shanghai'
const calendar = createCalendar({ zone: ZONE, dialect: 'standard', now: () => Date.parse('2024-01-29T00:00:00Z') })

/** The next instants on the zone's clock, without the seconds that no period has and the offset. */
function fires(given: unknown, after: string, count: number): string[] {
  const timing = calendar.read({ expression: toExpression(Interval.parse(given)) })
  const found: string[] = []
  let at: number | undefined = Date.parse(`${after}+08:00`)
  while (found.length < count) {
    at = calendar.next(timing, at)
    if (at === undefined) break
    found.push(calendar.toLocal(at, ZONE).replace(':00 +08:00', ''))
  }
  return found
}
const every = (cronDate: Parts) => ({ type: 'cronDate', cronDate })
const mistakesOf = (given: unknown): string[] =>
  (Interval.safeParse(given).error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`)

// 2024-01-29 is a Monday, and 2024 has a 29th of February
const START = '2024-01-29T15:30:00'
test.each<[string, Parts, string, string[]]>([
  ['nothing: daily at midnight', {}, '0 0 * * *', ['2024-01-30 00:00', '2024-01-31 00:00']],
  [
    'every minute, whatever else is said',
    { frequency: 'minute', hour: 5, minute: 7 },
    '* * * * *',
    ['2024-01-29 15:31', '2024-01-29 15:32'],
  ],
  ['each hour at its minute', { frequency: 'hour', minute: 5 }, '5 * * * *', ['2024-01-29 16:05', '2024-01-29 17:05']],
  [
    'each day, the strings of the sample',
    { frequency: 'day', month: '1', date: '1', hour: '16', minute: '0' },
    '0 16 * * *',
    ['2024-01-29 16:00', '2024-01-30 16:00'],
  ],
  ['1 is Monday', { frequency: 'weekly', date: 1, hour: 6 }, '0 6 * * MON', ['2024-02-05 06:00', '2024-02-12 06:00']],
  [
    '7 is Sunday',
    { frequency: 'weekly', date: '7', hour: 6, minute: 30 },
    '30 6 * * SUN',
    ['2024-02-04 06:30', '2024-02-11 06:30'],
  ],
  ['week is the same', { frequency: 'week', date: 3 }, '0 0 * * WED', ['2024-01-31 00:00', '2024-02-07 00:00']],
  [
    'a day of each month',
    { frequency: 'month', date: 5, hour: 1 },
    '0 1 5 * *',
    ['2024-02-05 01:00', '2024-03-05 01:00'],
  ],
  [
    'a day that some months lack',
    { frequency: 'month', date: 31 },
    '0 0 31 * *',
    ['2024-01-31 00:00', '2024-03-31 00:00', '2024-05-31 00:00'],
  ],
  [
    '32 is the last day',
    { frequency: 'month', date: 32, hour: 23, minute: 59 },
    '59 23 L * *',
    ['2024-01-31 23:59', '2024-02-29 23:59', '2024-03-31 23:59', '2024-04-30 23:59'],
  ],
  [
    'the second month of each quarter',
    { frequency: 'quarter', month: 2, date: 10 },
    '0 0 10 2,5,8,11 *',
    ['2024-02-10 00:00', '2024-05-10 00:00', '2024-08-10 00:00', '2024-11-10 00:00', '2025-02-10 00:00'],
  ],
  [
    'the last day of the first month of each quarter',
    { frequency: 'quarter', date: '32' },
    '0 0 L 1,4,7,10 *',
    ['2024-01-31 00:00', '2024-04-30 00:00'],
  ],
  [
    'a day that only some of those months have',
    { frequency: 'quarter', month: 1, date: 31 },
    '0 0 31 1,4,7,10 *',
    ['2024-01-31 00:00', '2024-07-31 00:00', '2024-10-31 00:00'],
  ],
  [
    'each year, the numbers of the sample',
    { frequency: 'year', month: 1, date: 1, hour: 16, minute: 1 },
    '1 16 1 1 *',
    ['2025-01-01 16:01', '2026-01-01 16:01'],
  ],
  [
    'each year, the last day of February',
    { frequency: 'year', month: 2, date: 32 },
    '0 0 L 2 *',
    ['2024-02-29 00:00', '2025-02-28 00:00'],
  ],
  [
    'a day of leap years only',
    { frequency: 'year', month: 2, date: 29 },
    '0 0 29 2 *',
    ['2024-02-29 00:00', '2028-02-29 00:00'],
  ],
])('cronDate: %s', (_, parts, expression, instants) => {
  expect(toExpression(Interval.parse(every(parts)))).toBe(expression)
  expect(fires(every(parts), START, instants.length)).toEqual(instants)
})

test.each<[string, string, string, string[]]>([
  ['five fields', '15 2 * * *', START, ['2024-01-30 02:15']],
  ['a question mark is a star', '0 0 2 ? * MON-FRI', START, ['2024-01-30 02:00', '2024-01-31 02:00']],
  ['seven fields', '0 0 0 1 1 ? 2026', START, ['2026-01-01 00:00']],
  ['0 and 7 are Sunday', '0 0 * * 0,7', START, ['2024-02-04 00:00', '2024-02-11 00:00']],
])('crontab: %s', (_, crontab, start, instants) => {
  expect(fires({ type: 'crontab', crontab }, start, instants.length)).toEqual(instants)
})

it('runs every five seconds by the text of the sample', () => {
  const timing = calendar.read({
    expression: toExpression(Interval.parse({ type: 'crontab', crontab: '*/5 * * * * ?' })),
  })
  const from = Date.parse('2024-01-29T00:00:01Z')
  const slots = calendar.between(timing, { after: from, until: from + 14_000, most: 9 })
  expect(slots.map(slot => (slot - from) / 1_000)).toEqual([4, 9, 14])
})

describe('refusals name the field', () => {
  const range = (field: string, min: number, max: number, got: unknown) =>
    `cronDate.${field} must be a whole number from ${min} to ${max}, got ${JSON.stringify(got)}`
  test.each<[string, Parts]>([
    [range('hour', 0, 23, 24), { hour: 24 }],
    [range('hour', 0, 23, '-1'), { hour: '-1' }],
    [range('hour', 0, 23, null), { hour: null }],
    [range('minute', 0, 59, '60'), { minute: '60' }],
    [range('minute', 0, 59, 1.5), { minute: 1.5 }],
    [range('minute', 0, 59, ''), { minute: '' }],
    [range('minute', 0, 59, ' 5'), { minute: ' 5' }],
    [range('month', 1, 12, 13), { frequency: 'year', month: 13 }],
    [range('month', 1, 12, 0), { month: 0 }],
    [range('month', 1, 3, 4), { frequency: 'quarter', month: 4 }],
    [range('date', 1, 32, 33), { frequency: 'month', date: 33 }],
    [range('date', 1, 32, '0'), { frequency: 'month', date: '0' }],
    [range('date', 1, 7, 8), { frequency: 'weekly', date: '8' }],
    ['cronDate.date must be a day that month 2 has in some year, got 30', { frequency: 'year', month: 2, date: 30 }],
    ['cronDate.date must be a day that month 4 has in some year, got 31', { frequency: 'year', month: 4, date: 31 }],
  ])('%s', (sentence, parts) => {
    expect(mistakesOf(every(parts))).toEqual([sentence])
  })

  const fields = 'crontab must have 5 fields (minute first), 6 (second first) or 7 (year last), '
  test.each<[unknown, string]>([
    ['* * * *', `${fields}got "* * * *"`],
    ['* * * * * * * *', `${fields}got "* * * * * * * *"`],
    ['@daily', `${fields}got "@daily"`],
    ['每天 02:00', `${fields}got "每天 02:00"`],
    ['每 天 0 2 点', `${fields}got "每 天 0 2 点"`],
    ['', `${fields}but is missing`],
    [undefined, `${fields}but is missing`],
    [5, `${fields}got 5`],
  ])('crontab %j', (crontab, sentence) => {
    expect(mistakesOf({ type: 'crontab', crontab, cronDate: {} })).toEqual([sentence])
  })

  test.each<[unknown, string]>([
    [{ type: 'daily' }, 'type must be cronDate or crontab, got "daily"'],
    [{}, 'type must be cronDate or crontab, but is missing'],
    ['day', ' must be an object, got "day"'],
  ])('%j', (given, sentence) => {
    expect(mistakesOf(given)).toEqual([sentence])
  })
  it.each([[{ type: 'cronDate' }], [{ type: 'cronDate', crontab: '* * * * *', cronDate: null }]])(
    '%j lacks its half',
    given => {
      expect(mistakesOf(given).map(text => text.split(' ')[0])).toEqual(['cronDate'])
    },
  )
  it('takes only frequencies of the table', () => {
    expect(Interval.safeParse(every({ frequency: 'daily' })).success).toBe(false)
  })
})

it('keeps the half that does not count, and does not tell it', () => {
  const given = { type: 'crontab', crontab: '0 2 * * *', cronDate: { frequency: 'never', hour: 'x' } }
  const read = Interval.parse(given)
  expect(read).toEqual(given)
  expect(toTold(read)).toEqual({ type: 'crontab', crontab: '0 2 * * *' })
  const other = Interval.parse({ type: 'cronDate', cronDate: { hour: '16' }, crontab: 'nonsense' })
  expect(other).toMatchObject({ crontab: 'nonsense' })
  expect(toTold(other)).toEqual({
    type: 'cronDate',
    cronDate: { frequency: 'day', month: 1, date: 1, hour: 16, minute: 0 },
  })
})
