// plain words both ways: read as expressions, and written for them
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readExpression } from '../../bot/schedule/expression/read.ts'
import { plainWords } from '../../bot/schedule/plain-words.ts'
import { describe as wordsOf } from '../../bot/schedule/words.ts'
import { readPlainTime, toCron } from '../../shared/plain-times.ts'
import { MADE } from './expressions-made.ts'

const canonical = (text: string): string => readExpression(text, 'standard').cron

describe('plain words', () => {
  it.each([
    ['每天 02:00', '0 2 * * *'],
    ['每天02:00', '0 2 * * *'],
    ['每天　０２：００', '0 2 * * *'],
    ['每日 2:00', '0 2 * * *'],
    ['每天 02:00:30', '30 0 2 * * *'],
    ['每天2点半', '30 2 * * *'],
    ['每天 14点05分', '5 14 * * *'],
    ['每周一 06:30', '30 6 * * MON'],
    ['每周一、三 06:30', '30 6 * * MON,WED'],
    ['每周一，周三和五 6:30', '30 6 * * MON,WED,FRI'],
    ['每周一至周五 06:30', '30 6 * * MON-FRI'],
    ['每星期天 06:30', '30 6 * * SUN'],
    ['每月1号 03:00', '0 3 1 * *'],
    ['每月1、15日03:00', '0 3 1,15 * *'],
    ['每月最后一天 03:00', '0 3 L * *'],
    ['每小时 15分', '15 * * * *'],
    ['每小时第5分钟', '5 * * * *'],
    ['每小时', '0 * * * *'],
    ['每分钟', '* * * * *'],
    ['每 5 分钟', '*/5 * * * *'],
    ['每隔30秒', '*/30 * * * * *'],
    ['每60分钟', '0 * * * *'],
    ['每 2 小时', '0 */2 * * *'],
    ['工作日 05:00', '0 5 * * MON-FRI'],
    ['周末 05:00', '0 5 * * SUN,SAT'],
    ['daily 02:00', '0 2 * * *'],
    ['Every day at 2:00', '0 2 * * *'],
    ['weekly mon 06:30', '30 6 * * MON'],
    ['weekly mon-fri 06:30', '30 6 * * MON-FRI'],
    ['weekly Monday, Wed and fri at 06:30', '30 6 * * MON,WED,FRI'],
    ['every Tuesday and Thursday at 06:30', '30 6 * * TUE,THU'],
    ['monthly 1 03:00', '0 3 1 * *'],
    ['每天 8点和20点', '0 8,20 * * *'],
    ['每天 08:00、20:00', '0 8,20 * * *'],
    ['每天20:00，8:00、 08:00', '0 8,20 * * *'],
    ['每天 8点半 20点半', '30 8,20 * * *'],
    ['每天 8点 30 分和20点30', '30 8,20 * * *'],
    ['工作日 8:30, 12:30 和 18:30', '30 8,12,18 * * MON-FRI'],
    ['every day at 8:00 and 20:00', '0 8,20 * * *'],
    ['weekdays 08:00, 20:00', '0 8,20 * * MON-FRI'],
    ['weekends 08:00, and at 20:00', '0 8,20 * * SUN,SAT'],
    ['每周一、三 06:30、18:30', '30 6,18 * * MON,WED'],
    ['weekly mon and wed at 06:30:10 and 18:30:10', '10 30 6,18 * * MON,WED'],
    ['每月1、15号 3点、15点', '0 3,15 1,15 * *'],
    ['monthly 1,15 03:00 15:00', '0 3,15 1,15 * *'],
    // every hour of them with every minute
    ['每天 8:00、8:30、20:30、20:00', '0,30 8,20 * * *'],
    ['monthly on the last day at 03:00', '0 3 L * *'],
    ['hourly :15', '15 * * * *'],
    ['hourly', '0 * * * *'],
    ['weekdays 05:00', '0 5 * * MON-FRI'],
    ['weekends 05:00', '0 5 * * SUN,SAT'],
    ['every minute', '* * * * *'],
    ['every 5 minutes', '*/5 * * * *'],
  ])('%s is %s', (words, cron) => {
    expect(toCron(words)).toBe(cron)
  })

  it.each(['0 2 * * *', '@daily', 'dailyx 02:00', 'every', '每', '预热 /data', 'every 5 days', '', 'weekdaysx'])(
    'are not what %j is',
    words => expect(toCron(words)).toBeUndefined(),
  )

  const CLOCK = 'a time of day from 00:00 to 23:59'
  it.each([
    ['每天 25:00', CLOCK, '25:00', 4],
    ['每天 2:60', CLOCK, '2:60', 4],
    ['每天', CLOCK, '', 3],
    ['daily 02:00 pm', CLOCK, 'pm', 13],
    ['每天 8点和25点、20点', CLOCK, '25点', 7],
    ['每天 8:00，８：６０', CLOCK, '８：６０', 9],
    ['每天 8:00、', CLOCK, '', 9],
    ['每天 、8:00', CLOCK, '、', 4],
    ['every day at 8:00 and noon', CLOCK, 'noon', 23],
    ['每天 8点20:00', CLOCK, '8点20:00', 4],
    ['每天 8:30 和 20:00', `times of day with the same minutes as 8:30 (else a schedule for each)`, '20:00', 11],
    ['weekdays 8:00, 8:30, 20:30', `times of day with the same minutes as 8:00 (else a schedule for each)`, '8:30', 16],
    [
      'daily 8:00:05 and 20:00',
      'times of day with the same minutes and seconds as 8:00:05 (else a schedule for each)',
      ...(['20:00', 19] as const),
    ],
    ['每周一', CLOCK, '', 4],
    ['weekly foo 06:30', 'a weekday such as 周一 or mon', 'foo', 8],
    ['每周 06:30', 'a weekday such as 周一 or mon', '', 9],
    ['每月32号 03:00', 'a day of month such as 1号, 最后一天, 15 or last', '32', 3],
    ['每月 03:00', 'a day of month such as 1号, 最后一天, 15 or last', '03:00', 4],
    ['hourly :75', 'a minute from 0 to 59', '75', 9],
    ['每 7 分钟', 'a number of minutes that divides 60', '7', 3],
    ['every 5 hours', 'a number of hours that divides 24', '5', 7],
  ])('that are nearly right are mistakes: %s', (words, allowed, got, position) => {
    expect(readPlainTime(words)).toEqual({ mistake: { allowed, got, position } })
    expect(() => toCron(words)).toThrow(`expression must have ${allowed}, got "${got}" at character ${position}.`)
  })
})

describe('an expression in words', () => {
  it.each([
    ['0 2 * * *', '每天 02:00', 'daily at 02:00'],
    ['30 0 2 * * *', '每天 02:00:30', 'daily at 02:00:30'],
    ['0 20,8,12 * * *', '每天 08:00、12:00、20:00', 'daily at 08:00, 12:00 and 20:00'],
    ['30 8,20 * * 1-5', '工作日 08:30、20:30', 'weekdays at 08:30 and 20:30'],
    ['30 6 * * 1', '每周一 06:30', 'every Monday at 06:30'],
    ['30 6 * * 0,1,3', '每周一、三、日 06:30', 'every Monday, Wednesday and Sunday at 06:30'],
    ['0 5 * * MON-FRI', '工作日 05:00', 'weekdays at 05:00'],
    ['0 5 * * SAT,SUN', '周末 05:00', 'weekends at 05:00'],
    ['0 3 1,15 * *', '每月1、15号 03:00', 'monthly on day 1 and 15 at 03:00'],
    ['0 3 L * *', '每月最后一天 03:00', 'monthly on the last day at 03:00'],
    ['5 * * * *', '每小时 5分', 'hourly at :05'],
    ['0 * * * *', '每小时', 'hourly'],
    ['* * * * *', '每分钟', 'every minute'],
    ['*/5 * * * * *', '每 5 秒', 'every 5 seconds'],
    ['0 */2 * * *', '每 2 小时', 'every 2 hours'],
    // longer ones are the library's; what says nothing is not said
    ['0 0 3 ? * FRIL', '在03:00, 限每月的最后一个星期五', 'At 03:00, on the last Friday of the month'],
    ['*/7 * * * *', '每隔 7 分钟', 'Every 7 minutes'],
    ['5/10 * * * *', '每隔 10 分钟, 在整点后的第 5 分钟开始', 'Every 10 minutes, starting at 5 minutes past the hour'],
    ['0 2 1 * MON', '每月1号 02:00；或每周一 02:00', 'monthly on day 1 at 02:00; or every Monday at 02:00'],
    [
      '0 0 2 1 1 ? 2030',
      '在02:00, 限每月 1 号, 仅于一月份, 仅于 2030 年',
      'At 02:00, on day 1 of the month, only in January, only in 2030',
    ],
  ])('%s', (expression, zh, en) => {
    expect(wordsOf(canonical(expression))).toEqual({ zh, en })
  })

  it('is never without them, and plain ones are read again as the same', () => {
    fc.assert(
      fc.property(MADE, ({ ours }) => {
        const cron = canonical(ours)
        const { en, zh } = wordsOf(cron)
        expect(en).not.toMatch(/undefined|null|\*/)
        expect(zh).not.toMatch(/undefined|null|\*/)
        const plain = plainWords(cron)
        if (plain === undefined) return
        const days = (text: string): string => text.replace('6-0', '0,6')
        expect([plain.zh, plain.en].map(text => days(canonical(text)))).toEqual([days(cron), days(cron)])
      }),
      { seed: 8, numRuns: 500 },
    )
  })
})
