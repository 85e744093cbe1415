// expressions: what is read, as what, and what every mistake says
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCalendar } from '../../bot/schedule/calendar.ts'
import { readExpression } from '../../bot/schedule/expression/read.ts'
import { AppError } from '../../shared/errors.ts'
import { MADE } from './expressions-made.ts'

const now = (): number => Date.parse('2026-11-22T00:00:00Z')
const calendar = createCalendar({ zone: 'asia/shanghai', dialect: 'standard', now })
const quartz = createCalendar({ zone: 'UTC', dialect: 'quartz', now })

function mistakeOf(ask: () => unknown): AppError {
  try {
    ask()
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}

describe('an expression', () => {
  it.each([
    ['0 2 * * *', '0 0 2 * * * *'],
    ['*/5 * * * * ?', '*/5 * * * * * *'],
    ['0 0 12 ? * WED 2027', '0 0 12 * * 3 2027'],
    ['0 0/15 * * * ?', '0 */15 * * * * *'],
    ['5/10 * * * *', '0 5-59/10 * * * * *'],
    ['1-10/3,40 * * * *', '0 1-10/3,40 * * * * *'],
    ['40,10,40,20 * * * *', '0 10,20,40 * * * * *'],
    ['0-30,31-59 5-5 * * *', '0 * 5 * * * *'],
    ['*/60 */24 * * *', '0 0 0 * * * *'],
    ['0 22-2 * * *', '0 0 22-2 * * * *'],
    ['0 0 * * FRI-MON', '0 0 0 * * 5-1 *'],
    ['0 0 * * 5-7', '0 0 0 * * 5-0 *'],
    ['0 0 * * 7', '0 0 0 * * 0 *'],
    ['0 0 * * 0-7', '0 0 0 * * * *'],
    ['0 0 * jan,MARCH-May sun', '0 0 0 * 1,3-5 0 *'],
    ['0 0 l * ?', '0 0 0 L * * *'],
    ['0 0 lw,15W,1 * ?', '0 0 0 1,15W,LW * * *'],
    ['0 0 ? * FRIL', '0 0 0 * * 5L *'],
    ['0 0 ? * 7#1,mon#2', '0 0 0 * * 0#1,1#2 *'],
    ['0 0 29 2 *', '0 0 0 29 2 * *'],
    ['0 0 1 * MON', '0 0 0 1 * 1 *'],
    // either is enough: every day is every day, and a day that never comes leaves the weekday
    ['0 0 1-31 * MON', '0 0 0 * * * *'],
    ['0 0 31 2 MON', '0 0 0 * 2 1 *'],
    ['0 0 0 1 1 ? 2027-2029,2040', '0 0 0 1 1 * 2027-2029,2040'],
    ['@hourly', '0 0 * * * * *'],
    ['@daily', '0 0 0 * * * *'],
    ['@Midnight ', '0 0 0 * * * *'],
    ['@weekly', '0 0 0 * * 0 *'],
    ['@monthly', '0 0 0 1 * * *'],
    ['@yearly', '0 0 0 1 1 * *'],
    ['@annually', '0 0 0 1 1 * *'],
    ['\t0　２\u00a0＊ *\n* ', '0 0 2 * * * *'],
    ['每周一 06:30', '0 30 6 * * 1 *'],
  ])('%j is %s', (expression, cron) => {
    expect(calendar.read({ expression })).toEqual({ expression, cron, zone: 'Asia/Shanghai', jitterSeconds: 0 })
    expect(readExpression(cron, 'standard').cron).toBe(cron)
  })

  it.each([
    ['0 0 ? * 1', '0 0 0 * * 0 *'],
    ['0 0 ? * 2-6', '0 0 0 * * 1-5 *'],
    ['0 0 ? * 7L', '0 0 0 * * 6L *'],
    ['0 0 ? * 6#3', '0 0 0 * * 5#3 *'],
    ['0 0 ? * 7-2', '0 0 0 * * 6-1 *'],
    ['0 0 ? * MON', '0 0 0 * * 1 *'],
    ['@weekly', '0 0 0 * * 0 *'],
    ['weekly mon 06:30', '0 30 6 * * 1 *'],
  ])('%s of Quartz is %s', (expression, cron) => {
    expect(quartz.read({ expression }).cron).toBe(cron)
  })

  it('in its canonical form is read as itself', () => {
    fc.assert(
      fc.property(MADE, ({ ours }) => {
        const { cron } = readExpression(ours, 'standard')
        expect(readExpression(cron, 'standard').cron).toBe(cron)
      }),
      { seed: 8, numRuns: 500 },
    )
  })

  it('made of anything is read, or is a mistake that says where', () => {
    const pieces = [
      '0',
      '5',
      '31',
      '60',
      '*',
      '?',
      'L',
      'W',
      '#',
      '/',
      '-',
      ',',
      'MON',
      'feb',
      ' ',
      ' ',
      ' ',
      '每',
      ':',
      '9999',
      '@',
    ]
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...pieces), { maxLength: 24 }).map(some => some.join('')),
        expression => {
          try {
            const { cron } = calendar.read({ expression })
            expect(readExpression(cron, 'standard').cron).toBe(cron)
          } catch (thrown) {
            expect(thrown).toMatchObject({ code: 'INVALID_INPUT', details: { field: 'expression' } })
            const { position } = (thrown as AppError).details as { position: number }
            expect(position >= 1 && position <= expression.length + 1).toBe(true)
          }
        },
      ),
      { seed: 8, numRuns: 1_000 },
    )
  })
})

const DAY = 'a day of month from 1 to 31, L, LW or such as 15W'
const ALONE = 'L, LW, 15W and the like alone, not in a range or with a step'
const WEEKDAY = 'a weekday from 0 to 7 (0 and 7: Sunday), SUN to SAT or such as FRIL or MON#2'
const TURN = 'a weekday’s turn in its month from #1 to #5'
const OR_CRON = 'or cron fields such as 0 2 * * *'
const ENGLISH = `daily 02:00, weekly mon 06:30 or every 30 minutes, ${OR_CRON}`
const CHINESE = `每天 02:00, 每周一 06:30 or 每30分钟, ${OR_CRON}`
const EVEN = 'an even rhythm, such as daily 02:00 or monthly 1,11,21 02:00 (cron counts days anew with each month)'
const NAMES = '@yearly @annually @monthly @weekly @daily @midnight @hourly'

describe('a mistake', () => {
  it.each([
    ['0 25 * * *', 'have an hour from 0 to 23, got "25" at character 3'],
    ['60 * * * *', 'have a minute from 0 to 59, got "60" at character 1'],
    ['1-60 * * * *', 'have a minute from 0 to 59, got "60" at character 3'],
    ['99 * * * * *', 'have a second from 0 to 59, got "99" at character 1'],
    ['H * * * *', 'have a minute from 0 to 59, got "H" at character 1'],
    ['1,? * * * *', 'have a minute from 0 to 59, got "?" at character 3'],
    ['-5 * * * *', 'have a minute from 0 to 59, got "-5" at character 1'],
    ['1-2-3 * * * *', 'have a minute from 0 to 59, got "1-2-3" at character 1'],
    ['1/2/3 * * * *', 'have a minute from 0 to 59, got "1/2/3" at character 1'],
    ['*-5 * * * *', 'have a minute from 0 to 59, got "*-5" at character 1'],
    ['*/0 * * * *', 'have a step from 1 to 60 for the minute, got "0" at character 3'],
    ['*/61 * * * *', 'have a step from 1 to 60 for the minute, got "61" at character 3'],
    ['0 */ * * *', 'have a step from 1 to 24 for the hour, got "*/" at character 3'],
    ['0 0 1,,2 * *', `have ${DAY}, got "" at character 7`],
    ['0 0 1, * *', `have ${DAY}, got "" at character 7`],
    ['0 0 32 * *', `have ${DAY}, got "32" at character 5`],
    ['0 0 0 * *', `have ${DAY}, got "0" at character 5`],
    ['0  0  1,32W * *', `have ${DAY}, got "32W" at character 9`],
    ['0 0 L-3 * *', `have ${ALONE}, got "L-3" at character 5`],
    ['0 0 1,1-LW * *', `have ${ALONE}, got "1-LW" at character 7`],
    ['0 0 15W/2 * *', `have ${ALONE}, got "15W/2" at character 5`],
    ['0 0 * * FRIL-SUN', 'have FRIL and the like alone, not in a range or with a step, got "FRIL-SUN" at character 9'],
    ['0 0 1,? * *', `have ${DAY}, got "?" at character 7`],
    ['0 0 * 13 *', 'have a month from 1 to 12 or JAN to DEC, got "13" at character 7'],
    ['0 0 * juni *', 'have a month from 1 to 12 or JAN to DEC, got "JUNI" at character 7'],
    ['0 0 * * 8', `have ${WEEKDAY}, got "8" at character 9`],
    ['0 0 * * L', `have ${WEEKDAY}, got "L" at character 9`],
    ['0 0 * * APRIL', `have ${WEEKDAY}, got "APRIL" at character 9`],
    ['0 0 * * MON-FRI#2', `have ${WEEKDAY}, got "MON-FRI#2" at character 9`],
    ['0 0 * * 1#2-3', `have ${TURN}, got "2-3" at character 11`],
    ['0 0 * * 1#6', `have ${TURN}, got "6" at character 11`],
    ['0 0 0 1 1 ? 1969', 'have a year from 1970 to 2099, got "1969" at character 13'],
    ['0 0 0 1 1 ? 2031-2030', 'have a range of years that goes up, got "2031-2030" at character 13'],
    ['0 0 0 1 1 ? 2020', 'come true some day, got year "2020" at character 13'],
    ['0 0 2 29 2 ? 2027', 'come true some day, got year "2027" at character 14'],
    ['0 0 2 ? 2 1#5 2027', 'come true some day, got year "2027" at character 15'],
    ['0 0 31 2 *', 'come true some day, got day of month "31" in month "2" at character 5'],
    ['0 0 30 2 ?', 'come true some day, got day of month "30" in month "2" at character 5'],
    ['0 0 31W 4,JUN *', 'come true some day, got day of month "31W" in month "4,JUN" at character 5'],
    ['@reboot', `be one of ${NAMES}, got "@reboot" at character 1`],
    ['0 2 * * ', 'have 5, 6 or 7 fields, got only 4 and the end at character 8'],
    ['1 2 3 4 5 6 2030 8', 'have 5, 6 or 7 fields, got 8: one too many at character 18'],
    // people count characters, not halves of them
    ['😀 2 3 4 5 6 2030 8', 'have 5, 6 or 7 fields, got 8: one too many at character 18'],
    ['😀 2 3 4', 'have 5, 6 or 7 fields, got only 4 and the end at character 8'],
    [' ', 'have 5, 6 or 7 fields, got only 0 and the end at character 1'],
    ['每天 25:00', 'have a time of day from 00:00 to 23:59, got "25:00" at character 4'],
    ['hello world', `be words such as ${ENGLISH}, got "hello world" at character 1`],
    [' 12:00', `be words such as ${ENGLISH}, got "12:00" at character 2`],
    ['2am', `be words such as ${ENGLISH}, got "2am" at character 1`],
    ['每季度 03:00', `be words such as ${CHINESE}, got "每季度 03:00" at character 1`],
    ['早上8点', `be words such as ${CHINESE}, got "早上8点" at character 1`],
    ['每 2 天', `have ${EVEN}, got "2 天" at character 3`],
  ])('in %j is told in one sentence', (expression, sentence) => {
    const { code, message, details } = mistakeOf(() => calendar.read({ expression }))
    expect({ code, message }).toEqual({ code: 'INVALID_INPUT', message: `expression must ${sentence}.` })
    const position = Number(/\d+$/.exec(sentence)?.[0])
    expect(details).toMatchObject({
      field: 'expression',
      allowed: expect.any(String),
      got: expect.any(String),
      position,
    })
  })

  it('in a weekday of Quartz counts as Quartz does', () => {
    expect(mistakeOf(() => quartz.read({ expression: '0 0 ? * 0' })).message).toBe(
      'expression must have a weekday from 1 to 7 (1: Sunday), SUN to SAT or such as FRIL or MON#2, got "0" at character 9.',
    )
  })

  it.each([
    ['Asia/Shangai', 'Asia/Shanghai'],
    ['Berlin', 'Europe/Berlin'],
    ['New York', 'America/New_York'],
    ['UTC+8', '+08:00'],
    ['-3:30', '-03:30'],
    ['Somewhere/Else', 'Asia/Shanghai'],
    ['none', 'Asia/Shanghai'],
    ['Tokio', 'Asia/Tokyo'],
    ['', 'Asia/Shanghai'],
  ])('in the zone %j names %s', (zone, meant) => {
    const { message, details } = mistakeOf(() => calendar.read({ expression: '@daily', zone }))
    expect(message).toBe(`zone must be a time zone such as ${meant}, got "${zone}".`)
    expect(details).toEqual({ field: 'zone', allowed: `a time zone such as ${meant}`, got: zone })
  })

  it('is an end before the start', () => {
    const [startAt, endAt] = ['2026-11-22T00:00:00Z', '2026-11-21T00:00:00Z']
    expect(mistakeOf(() => calendar.read({ expression: '@daily', startAt, endAt })).message).toBe(
      `endAt must be an instant not before startAt, ${startAt}, got "${endAt}".`,
    )
  })
})

describe('a timing', () => {
  it('has its zone in the usual spelling and its instants in milliseconds', () => {
    const quietHours = { from: '01:00', to: '02:00', mode: 'wait' } as const
    const asked = { expression: '@daily', zone: '+0800', startAt: '2026-11-22T00:00:00Z', jitterSeconds: 7, quietHours }
    expect(calendar.read(asked)).toEqual({
      ...{ expression: '@daily', cron: '0 0 0 * * * *', zone: '+08:00', startAt: '2026-11-22T00:00:00.000Z' },
      ...{ jitterSeconds: 7, quietHours },
    })
  })

  it('is shown on its own clock', () => {
    const instant = Date.parse('2026-11-21T18:00:00Z')
    expect(['Asia/Shanghai', 'utc', '-03:30', 'America/St_Johns'].map(zone => calendar.toLocal(instant, zone))).toEqual(
      [
        ...['2026-11-22 02:00:00 +08:00', '2026-11-21 18:00:00 +00:00'],
        ...['2026-11-21 14:30:00 -03:30', '2026-11-21 14:30:00 -03:30'],
      ],
    )
  })
})
