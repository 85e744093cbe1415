// which times of a day an expression says, in words
import { type Held, listed, toListed } from './field-words.ts'
import type { Words } from './plain-words.ts'

/** Of a second, a minute and an hour. `isOften`: it says how often, and needs no day beside it. */
export type TimeWords = Words & { readonly isClock: boolean; readonly isOften: boolean }

const MOST_TIMES = 6
const two = (value: number): string => String(value).padStart(2, '0')

export function timeWords(second: Held, minute: Held, hour: Held): TimeWords {
  const times = toTimes(second, minute, hour)
  if (times !== undefined) return { en: listed(times), zh: times.join('、'), isClock: true, isOften: false }
  const below = belowHour(second, minute, hour)
  if (hour.isAll) return { ...below, isClock: false, isOften: true }
  const hours = toListed(hour.values)
  const isOne = hour.values.length === 1
  return {
    en: `${below.en} of ${isOne ? 'hour' : 'hours'} ${hours.en}`,
    zh: `${hours.zh}点${below.zh === '第 0 分' ? '整' : below.zh}`,
    ...{ isClock: false, isOften: false },
  }
}

function toTimes(second: Held, minute: Held, hour: Held): readonly string[] | undefined {
  const fields = [hour, minute, second]
  if (fields.some(({ isAll }) => isAll)) return undefined
  if (fields.reduce((count, { values }) => count * values.length, 1) > MOST_TIMES) return undefined
  const hasSeconds = second.values.join() !== '0'
  return hour.values.flatMap(at =>
    minute.values.flatMap(and =>
      second.values.map(tick => [at, and, ...(hasSeconds ? [tick] : [])].map(two).join(':')),
    ),
  )
}

const SECOND = { en: 'second', zh: '秒' }
const MINUTE = { en: 'minute', zh: '分钟' }

function belowHour(second: Held, minute: Held, hour: Held): Words {
  const seconds = second.values.join() === '0' ? undefined : toOften(second, SECOND)
  if (minute.isAll) {
    if (seconds === undefined) return { en: 'every minute', zh: '每分钟' }
    const isEach = second.isAll || second.step !== undefined
    return isEach ? seconds : { en: `${seconds.en} of each minute`, zh: `每分钟${seconds.zh}` }
  }
  const minutes = toOften(minute, MINUTE)
  const isEach = minute.step !== undefined
  const whole = {
    en: `${minutes.en}${!isEach && hour.isAll ? ' of each hour' : ''}`,
    zh: `${!isEach && hour.isAll ? '每小时' : ''}${minutes.zh}`,
  }
  return seconds === undefined
    ? whole
    : { en: `${seconds.en} of ${whole.en}`, zh: `${whole.zh}${isEach ? '的' : ''}${seconds.zh}` }
}

/** `every 15 minutes`, or `minutes 0, 7, …, 56`. */
function toOften({ values, isAll, step }: Held, { en, zh }: Words): Words {
  if (isAll) return { en: `every ${en}`, zh: `每${zh}` }
  if (step !== undefined) return { en: `every ${step} ${en}s`, zh: `每 ${step} ${zh}` }
  const many = toListed(values)
  return { en: `${en}${values.length === 1 ? '' : 's'} ${many.en}`, zh: `第 ${many.zh} ${zh === '分钟' ? '分' : zh}` }
}
