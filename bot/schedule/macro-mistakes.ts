// what is wrong with a date macro, and how it was probably meant

/** Whether a text between the braces is a macro, or a format of one. */
export type Known = (text: string) => boolean
export type Knowing = { readonly isMacro: Known; readonly isFormat: Known }

const SUCH = 'yyyyMMdd-1d'
const RANGE = `\${${SUCH.replace('-1d', '-6d..0d')}}`
const LETTERS = 'yyyy yy MM M dd d HH H mm ss'
const UNITS = 'y, M, w, d, h or m'

type Row = readonly [checks: (text: string, knowing: Knowing) => boolean, allowed: (text: string) => string]

const formatOf = (text: string): string => text.replace(/(?:\.\.|[+-]\d).*$/s, '')

/** The first that fits says what is allowed. */
const ROWS: readonly Row[] = [
  [
    (text, { isMacro }) => checkMinute(text) && isMacro(toMeant(text)),
    text => `MM for the month, mm for the minute, such as \${${toMeant(text)}}`,
  ],
  [checkNoNumber, text => `a number before the unit, such as \${${text.replace(/[+-]([yMwdhm])$/, '-1$1')}}`],
  [text => /[+-]?\d{7}/.test(text), () => `numbers of at most 6 digits in a date macro, such as \${${SUCH}}`],
  [
    (text, { isFormat }) => isFormat(formatOf(text)) && /^\D*(?:[+-]\d+[yMwdhm])*[+-]\d+(?![yMwdhm\d])/.test(text),
    () => `a unit behind each number (${UNITS}), such as \${${SUCH}}`,
  ],
  [
    text => /[+-]\d+([yMwdhm])\.\.[+-]?\d+(?!\1)[yMwdhm]$/.test(text),
    () => `the same unit at both ends of a range, such as ${RANGE}`,
  ],
  [text => text.includes('..'), () => `a range at the end of a date macro, such as ${RANGE}`],
]

/** What is allowed in place of a text between braces that is no macro. */
export function whatIsAllowed(text: string, knowing: Knowing): string {
  const row = ROWS.find(([checks]) => checks(text, knowing))
  if (row !== undefined) return row[1](text)
  const meant = toMeant(text)
  const such = meant !== text && knowing.isMacro(meant) ? meant : SUCH
  return `date macros such as \${${such}} (letters: ${LETTERS}; $\${ is a literal \${)`
}

export const UNCLOSED = `a } at the end of a date macro, such as \${${SUCH}} ($\${ is a literal \${)`

/** `yyyymmdd`: minutes beside a year or a day, and neither an hour nor a month. Alone, as `${mm}`, they mean themselves. */
export function checkMinute(text: string): boolean {
  const format = formatOf(text)
  return /[yd][^A-Za-z]*mm(?!m)|(?<!m)mm[^A-Za-z]*[yd]/.test(format) && !/[HM]/.test(format)
}

/** `yyyyMMdd-d`: what reads as a unit without its number is a field that stands there already. */
export function checkNoNumber(text: string, { isFormat }: Pick<Knowing, 'isFormat'>): boolean {
  const [, format = '', unit = ''] = /^(.*)[+-]([yMwdhm])$/s.exec(text) ?? []
  return isFormat(format) && (!isFormat(unit) || format.includes(unit))
}

/** The same with the letters that other languages of patterns have. */
function toMeant(text: string): string {
  const letters = text.replaceAll('Y', 'y').replaceAll('D', 'd').replaceAll('hh', 'HH').replaceAll('SS', 'ss')
  const minutes = letters.replace(/(HH?[^A-Za-z]*)MM/, '$1mm')
  return checkMinute(minutes) ? minutes.replaceAll('mm', 'MM') : minutes
}
