// what a plain expression says, as people would write it themselves: daily, weekly, monthly, hourly, in even steps

export type Words = { readonly en: string; readonly zh: string }

const EN = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const ZH = '日一二三四五六'

/** `shared/plain-times.ts` reads these words again. Undefined for what is not plain. `cron`: seven canonical fields. */
export function plainWords(cron: string): Words | undefined {
  const [second = '', minute = '', hour = '', day = '', month = '', weekday = '', year = ''] = cron.split(' ')
  if (month !== '*' || year !== '*') return undefined
  if (day === '*' && weekday === '*') {
    const often = oftenWords(second, minute, hour)
    if (often !== undefined) return often
  }
  const times = hour.split(',').map(one => toTime([one, minute, second]))
  const days = times.includes(undefined) ? undefined : daysWords(day, weekday)
  return days && { en: `${days.en} at ${listed(times)}`, zh: `${days.zh} ${times.join('、')}` }
}

const isNumber = (text: string): boolean => /^\d+$/.test(text)

/** `02:00`, with seconds when there are some; undefined when it is not one time. */
function toTime(parts: readonly string[]): string | undefined {
  if (!parts.every(isNumber)) return undefined
  const [hour, minute, second] = parts.map(part => part.padStart(2, '0'))
  return second === '00' ? `${hour}:${minute}` : `${hour}:${minute}:${second}`
}

function oftenWords(second: string, minute: string, hour: string): Words | undefined {
  if (minute === '*' && hour === '*') return stepWords(second, { en: 'second', zh: '秒', all: 60 })
  if (second !== '0') return undefined
  if (hour !== '*') return minute === '0' ? stepWords(hour, { en: 'hour', zh: '小时', all: 24 }) : undefined
  if (!isNumber(minute)) return stepWords(minute, { en: 'minute', zh: '分钟', all: 60 })
  if (minute === '0') return { en: 'hourly', zh: '每小时' }
  return { en: `hourly at :${minute.padStart(2, '0')}`, zh: `每小时 ${minute}分` }
}

type Unit = Words & { readonly all: number }

function stepWords(text: string, { en, zh, all }: Unit): Words | undefined {
  if (text === '0' && zh === '秒') return { en: 'every minute', zh: '每分钟' }
  if (text === '*') return { en: `every ${en}`, zh: `每${zh}` }
  const step = Number(/^\*\/(\d+)$/.exec(text)?.[1])
  return all % step === 0 ? { en: `every ${step} ${en}s`, zh: `每 ${step} ${zh}` } : undefined
}

function daysWords(day: string, weekday: string): Words | undefined {
  if (day === '*') return weekdayWords(weekday)
  if (weekday !== '*') return undefined
  if (day === 'L') return { en: 'monthly on the last day', zh: '每月最后一天' }
  const days = day.split(',')
  if (!days.every(isNumber)) return undefined
  return { en: `monthly on day ${listed(days)}`, zh: `每月${days.join('、')}号` }
}

function weekdayWords(weekday: string): Words | undefined {
  if (weekday === '*') return { en: 'daily', zh: '每天' }
  if (weekday === '1-5') return { en: 'weekdays', zh: '工作日' }
  if (weekday === '0,6' || weekday === '6-0') return { en: 'weekends', zh: '周末' }
  const days = weekday.split(',')
  if (!days.every(isNumber)) return undefined
  // weeks begin on Monday where these words are read
  const sorted = days.map(Number).sort((one, other) => ((one + 6) % 7) - ((other + 6) % 7))
  return {
    en: `every ${listed(sorted.map(at => EN[at] ?? ''))}`,
    zh: `每周${sorted.map(at => ZH.charAt(at)).join('、')}`,
  }
}

const listed = (items: readonly (string | undefined)[]): string =>
  items.length < 2 ? items.join() : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
