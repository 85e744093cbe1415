// which days an expression says, in words
import { type Held, listed, toListed } from './field-words.ts'
import type { Words } from './plain-words.ts'

type Days = { readonly day: Held; readonly month: Held; readonly weekday: Held; readonly year: Held }

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
]
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const ZH = '日一二三四五六'
const TURNS = ['first', 'second', 'third', 'fourth', 'fifth']
const ZH_TURNS = '一二三四五'

/** Of a day of month or a weekday, or neither, with month and year. */
export function dayWords({ day, month, weekday, year }: Days): Words {
  const [years, months] = [toListed(year.values), toListed(month.values, at => MONTHS[at - 1] ?? '')]
  const [inMonths, inYears] = [month.isAll ? '' : ` in ${months.en}`, year.isAll ? '' : years.en]
  const when = {
    en: `${inMonths}${inYears === '' ? '' : inMonths === '' ? ` in ${inYears}` : ` ${inYears}`}`,
    zh: `${year.isAll ? (month.isAll ? '' : '每年') : `${years.zh}年`}${month.isAll ? '' : `${toListed(month.values).zh}月`}`,
  }
  if (day.isAll && weekday.isAll) return { en: `daily${when.en}`, zh: `${when.zh}每天` }
  const isPlain = day.isAll && weekday.special.length === 0
  if (isPlain) return toWeekdays(weekday.values, when)
  const days = day.isAll ? toTurns(weekday) : toDays(day, month.isAll ? '号' : '日')
  const often = month.isAll ? 'monthly ' : year.isAll ? 'yearly ' : ''
  const of = month.isAll ? '每月' : month.values.length > 1 || !/^\d/.test(days.zh) ? '的' : ''
  const date = {
    en: `${often}on ${days.en}${when.en.replace(/^ in (?=[A-Z])/, ' of ')}`,
    zh: `${when.zh}${of}${days.zh}`,
  }
  if (!day.isAll || weekday.values.length === 0) return date
  const each = toWeekdays(weekday.values, when)
  return { en: `${each.en} and ${date.en}`, zh: `${each.zh}、${date.zh}` }
}

function toWeekdays(values: readonly number[], when: Words): Words {
  const said = values.join()
  if (said === '1,2,3,4,5') return { en: `weekdays${when.en}`, zh: `${when.zh}工作日` }
  if (said === '0,6') return { en: `weekends${when.en}`, zh: `${when.zh}周末` }
  // weeks begin on Monday
  const sorted = [...values].sort((one, other) => ((one + 6) % 7) - ((other + 6) % 7))
  return {
    en: `every ${listed(sorted.map(at => WEEKDAYS[at] ?? ''))}${when.en}`,
    zh: `${when.zh === '' ? '' : `${when.zh}的`}每周${sorted.map(at => ZH.charAt(at)).join('、')}`,
  }
}

function toDays({ values, special }: Held, unit: string): Words {
  const plain = toListed(values)
  const others = special.map(toSpecialDay)
  return {
    en: listed([...(values.length === 0 ? [] : [`day ${plain.en}`]), ...others.map(({ en }) => en)]),
    zh: [...(values.length === 0 ? [] : [`${plain.zh}${unit}`]), ...others.map(({ zh }) => zh)].join('、'),
  }
}

function toSpecialDay(text: string): Words {
  if (text === 'L') return { en: 'the last day', zh: '最后一天' }
  if (text === 'LW') return { en: 'the last working day', zh: '最后一个工作日' }
  const near = Number.parseInt(text, 10)
  return { en: `the working day nearest to day ${near}`, zh: `最接近${near}号的工作日` }
}

function toTurns({ special }: Held): Words {
  const all = special.map(text => {
    const [at = 0, turn] = text.split(/[L#]/).map(Number)
    const [en, zh] = [WEEKDAYS[at] ?? '', `周${ZH.charAt(at)}`]
    if (text.endsWith('L')) return { en: `the last ${en}`, zh: `最后一个${zh}` }
    const nth = (turn ?? 1) - 1
    return { en: `the ${TURNS[nth]} ${en}`, zh: `第${ZH_TURNS.charAt(nth)}个${zh}` }
  })
  return { en: listed(all.map(({ en }) => en)), zh: all.map(({ zh }) => zh).join('、') }
}
