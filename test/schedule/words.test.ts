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
    ['每天凌晨2点', '0 2 * * *'],
    ['每天凌晨12点', '0 0 * * *'],
    ['每天早上8点', '0 8 * * *'],
    ['工作日 上午9:30', '30 9 * * MON-FRI'],
    ['每天中午12点', '0 12 * * *'],
    ['每天中午1点半', '30 13 * * *'],
    ['每天下午12点', '0 12 * * *'],
    ['每周一下午2点', '0 14 * * MON'],
    ['每周日晚上10点', '0 22 * * SUN'],
    ['每天早上8点和晚上8点', '0 8,20 * * *'],
    ['每天早上8点和20点', '0 8,20 * * *'],
    ['每月15日下午14点', '0 14 15 * *'],
    ['daily 2am', '0 2 * * *'],
    ['daily 2:30 PM', '30 14 * * *'],
    ['daily 02:00 pm', '0 14 * * *'],
    ['daily at 12 am', '0 0 * * *'],
    ['weekly mon 12:30 p.m.', '30 12 * * MON'],
    ['weekdays at 8 a.m. and 8 p.m.', '0 8,20 * * MON-FRI'],
    ['每1天 02:00', '0 2 * * *'],
    ['每 1 天 02:00', '0 2 * * *'],
    ['hourly :15', '15 * * * *'],
    ['hourly', '0 * * * *'],
    ['weekdays 05:00', '0 5 * * MON-FRI'],
    ['weekends 05:00', '0 5 * * SUN,SAT'],
    ['every minute', '* * * * *'],
    ['every 5 minutes', '*/5 * * * *'],
  ])('%s is %s', (words, cron) => {
    expect(toCron(words)).toBe(cron)
  })

  it.each(['0 2 * * *', '@daily', 'dailyx 02:00', 'every', '每', '预热 /data', '早上8点', '2am', '', 'weekdaysx'])(
    'are not what %j is',
    words => expect(toCron(words)).toBeUndefined(),
  )

  const CLOCK = 'a time of day from 00:00 to 23:59'
  const CLEAR = 'a clear time of day such as 凌晨2点, 下午2点, 2 pm or 14:00'
  const EACH = 'am or pm, or 上午, 下午 and the like, with each time of day'
  const EVEN = 'an even rhythm, such as daily 02:00 or monthly 1,11,21 02:00 (cron counts days anew with each month)'
  it.each([
    ['每天 25:00', CLOCK, '25:00', 4],
    ['每天 2:60', CLOCK, '2:60', 4],
    ['每天', CLOCK, '', 3],
    ['daily 02:00 px', CLOCK, 'px', 13],
    ['每天晚上12点', CLEAR, '晚上12点', 3],
    ['每天晚上1点', CLEAR, '晚上1点', 3],
    ['每天上午12点', CLEAR, '上午12点', 3],
    ['每天凌晨 14:00', CLEAR, '凌晨 14:00', 3],
    ['daily 13 pm', CLEAR, '13 pm', 7],
    ['daily 0am', CLEAR, '0am', 7],
    ['每天下午25点', CLEAR, '下午25点', 3],
    ['每天下午2:00 pm', CLEAR, '下午2:00 pm', 3],
    ['每天下午2点和4点', EACH, '4点', 8],
    ['daily 2:00 and 4pm', EACH, '2:00', 7],
    ['every 5 days', EVEN, '5 days', 7],
    ['每隔 2 天 03:00', EVEN, '2 天', 4],
    ['every 2 weeks at 3:00', EVEN, '2 weeks', 7],
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
    // people count characters, not halves of them
    ['每周 06:30 😀', 'a weekday such as 周一 or mon', '', 11],
    // the first of what is there twice
    ['weekly foo 06:30 foo', 'a weekday such as 周一 or mon', 'foo', 8],
    // perhaps 每月1日 is meant
    ['每1日 03:00', EVEN, '1日', 2],
    ['每 1 日 03:00', EVEN, '1 日', 3],
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
    // rarer ones
    ['@yearly', '每年1月1日 00:00', 'yearly on day 1 of January at 00:00'],
    ['0 3 LW * *', '每月最后一个工作日 03:00', 'monthly on the last working day at 03:00'],
    ['0 3 15W * *', '每月最接近15号的工作日 03:00', 'monthly on the working day nearest to day 15 at 03:00'],
    ['0 3 1-7,L * *', '每月1至7号、最后一天 03:00', 'monthly on day 1 to 7 and the last day at 03:00'],
    ['0 0 3 ? * FRIL', '每月最后一个周五 03:00', 'monthly on the last Friday at 03:00'],
    ['0 0 3 ? * 5#5', '每月第五个周五 03:00', 'monthly on the fifth Friday at 03:00'],
    ['0 0 3 ? 1,7 1#1', '每年1、7月的第一个周一 03:00', 'yearly on the first Monday of January and July at 03:00'],
    ['0 2 * 6-8 MON', '每年6至8月的每周一 02:00', 'every Monday in June to August at 02:00'],
    ['0 2 * * MON,FRI#2', '每周一、每月第二个周五 02:00', 'every Monday and monthly on the second Friday at 02:00'],
    ['*/7 * * * *', '每小时第 0、7、…、56 分', 'minutes 0, 7, …, 56 of each hour'],
    ['5/20 * * * *', '每小时第 5、25、45 分', 'minutes 5, 25 and 45 of each hour'],
    ['*/7 * * * * *', '每分钟第 0、7、…、56 秒', 'seconds 0, 7, …, 56 of each minute'],
    ['*/15 9-17 * * 1-5', '工作日 9至17点每 15 分钟', 'every 15 minutes of hours 9 to 17, weekdays'],
    ['0 9-17 * * *', '每天 9至17点整', 'minute 0 of hours 9 to 17, daily'],
    ['* 3 * * *', '每天 3点每分钟', 'every minute of hour 3, daily'],
    ['15,30 */5 * * * *', '每 5 分钟的第 15、30 秒', 'seconds 15 and 30 of every 5 minutes'],
    ['5 5 * * * *', '每小时第 5 分第 5 秒', 'second 5 of minute 5 of each hour'],
    ['0,30 8,20 * * *', '每天 08:00、08:30、20:00、20:30', 'daily at 08:00, 08:30, 20:00 and 20:30'],
    ['0 2 1 * MON', '每月1号 02:00；或每周一 02:00', 'monthly on day 1 at 02:00; or every Monday at 02:00'],
    ['0 0 2 1 1 ? 2030', '2030年1月1日 02:00', 'on day 1 of January 2030 at 02:00'],
    ['0 0 2 * * ? 2030-2032', '2030至2032年每天 02:00', 'daily in 2030 to 2032 at 02:00'],
  ])('%s', (expression, zh, en) => {
    expect(wordsOf(canonical(expression))).toEqual({ zh, en })
  })

  it('is never without them, and plain ones are read again as the same', () => {
    fc.assert(
      fc.property(MADE, ({ ours }) => {
        const cron = canonical(ours)
        const { en, zh } = wordsOf(cron)
        expect(en).not.toMatch(/undefined|null|\*/)
        expect(zh).not.toMatch(/undefined|null|\*|[a-z,;]/)
        const plain = plainWords(cron)
        if (plain === undefined) return
        const days = (text: string): string => text.replace('6-0', '0,6')
        expect([plain.zh, plain.en].map(text => days(canonical(text)))).toEqual([days(cron), days(cron)])
      }),
      { seed: 8, numRuns: 500 },
    )
  })
})
