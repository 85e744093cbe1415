// an expression in words; alone with the library that writes the longer ones
import cronstrue from 'cronstrue/dist/cronstrue-i18n.js'
import { plainWords, type Words } from './plain-words.ts'

const LOCALES = { en: 'en', zh: 'zh_CN' } as const
type Language = keyof typeof LOCALES
const OR: Words = { en: '; or ', zh: '；或' }

/** What seven canonical fields say. */
export function describe(cron: string): Words {
  const fields = cron.split(' ')
  return { en: say(fields, 'en'), zh: say(fields, 'zh') }
}

function say(fields: readonly string[], language: Language): string {
  const cron = fields.join(' ')
  const plain = plainWords(cron)
  if (plain !== undefined) return plain[language]
  const [day = '*', weekday = '*'] = [fields[3], fields[5]]
  // the library joins the two by "and", but either of them is enough
  if (day !== '*' && weekday !== '*') return sayEither([fields.with(5, '*'), fields.with(3, '*')], language)
  const words = ask(fields, language)
  if (words !== undefined) return words
  // it knows some special days only when they stand alone
  const days = day.split(',')
  return days.length < 2
    ? cron
    : sayEither(
        days.map(one => fields.with(3, one)),
        language,
      )
}

function sayEither(all: readonly (readonly string[])[], language: Language): string {
  const [first = '', ...others] = all.map(fields => say(fields, language))
  return [first, ...others.map(words => words.charAt(0).toLowerCase() + words.slice(1))].join(OR[language])
}

/** Undefined for what the library has no words for. */
function ask(fields: readonly string[], language: Language): string | undefined {
  const [second, ...others] = fields
  const rest = others.at(-1) === '*' ? others.slice(0, -1) : others
  // a step to the end is shorter said by its beginning
  const all = (second === '0' && rest.length === 5 ? rest : [second, ...rest]).map(field =>
    field?.replace(TO_THE_END, '$1/'),
  )
  try {
    return cronstrue.toString(all.join(' '), { locale: LOCALES[language], use24HourTimeFormat: true })
  } catch {
    // that is how the library refuses
    return undefined
  }
}

const TO_THE_END = /^(\d+)-(?:59|23)\//
