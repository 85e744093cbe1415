// an expression in words
import { dayWords } from './day-words.ts'
import { readHeld } from './field-words.ts'
import { plainWords, type Words } from './plain-words.ts'
import { timeWords } from './time-words.ts'

/** What seven canonical fields say. */
export function describe(cron: string): Words {
  const plain = plainWords(cron)
  if (plain !== undefined) return plain
  const fields = cron.split(' ')
  const [day = '*', weekday = '*'] = [fields[3], fields[5]]
  // either of them is enough
  if (day !== '*' && weekday !== '*') {
    const [one, other] = [fields.with(5, '*'), fields.with(3, '*')].map(some => describe(some.join(' ')))
    return { en: `${one?.en}; or ${other?.en}`, zh: `${one?.zh}；或${other?.zh}` }
  }
  return describeRare(cron)
}

function describeRare(cron: string): Words {
  const [second, minute, hour, day, month, weekday, year] = readHeld(cron)
  if (!second || !minute || !hour || !day || !month || !weekday || !year)
    throw new Error(`${cron} is no canonical expression`)
  const times = timeWords(second, minute, hour)
  const days = dayWords({ day, month, weekday, year })
  if (times.isOften && [day, month, weekday, year].every(({ isAll }) => isAll)) return { en: times.en, zh: times.zh }
  return {
    en: times.isClock ? `${days.en} at ${times.en}` : `${times.en}, ${days.en}`,
    zh: `${days.zh} ${times.zh}`,
  }
}
