// the seven fields of a cron expression: their names, what they may hold, and how they are told to people

export type FieldName = 'second' | 'minute' | 'hour' | 'day of month' | 'month' | 'weekday' | 'year'

/** `quartz`: numeric weekdays count from 1 = Sunday. */
export type Dialect = 'standard' | 'quartz'

export type Field = {
  readonly name: FieldName
  readonly min: number
  readonly max: number
  /** What a mistake in it says is allowed. */
  readonly allowed: string
  readonly names?: readonly string[]
  /** After its last value comes its first one: ranges may go over it. */
  readonly round: boolean
}

const MONTHS = [
  ...['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE'],
  ...['JULY', 'AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'],
]
const WEEKDAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY']

export const FIRST_YEAR = 1970
export const LAST_YEAR = 2099

/** In the order of the canonical form. */
export const FIELDS: readonly Field[] = [
  { name: 'second', min: 0, max: 59, allowed: 'a second from 0 to 59', round: true },
  { name: 'minute', min: 0, max: 59, allowed: 'a minute from 0 to 59', round: true },
  { name: 'hour', min: 0, max: 23, allowed: 'an hour from 0 to 23', round: true },
  { name: 'day of month', min: 1, max: 31, allowed: 'a day of month from 1 to 31, L, LW or such as 15W', round: true },
  { name: 'month', min: 1, max: 12, allowed: 'a month from 1 to 12 or JAN to DEC', names: MONTHS, round: true },
  {
    ...{ name: 'weekday', min: 0, max: 6, names: WEEKDAYS, round: true },
    allowed: 'a weekday from 0 to 7 (0 and 7: Sunday), SUN to SAT or such as FRIL or MON#2',
  },
  { name: 'year', min: FIRST_YEAR, max: LAST_YEAR, allowed: `a year from ${FIRST_YEAR} to ${LAST_YEAR}`, round: false },
]

const QUARTZ_WEEKDAYS = 'a weekday from 1 to 7 (1: Sunday), SUN to SAT or such as FRIL or MON#2'

export const allowedIn = (field: Field, dialect: Dialect): string =>
  field.name === 'weekday' && dialect === 'quartz' ? QUARTZ_WEEKDAYS : field.allowed

/** The days that are no numbers, and how they are told. */
export const SPECIAL: { readonly [name in FieldName]?: { readonly pattern: RegExp; readonly such: string } } = {
  'day of month': { pattern: /^(?:L|LW|WL|\d+W)$/, such: 'L, LW, 15W and the like' },
  weekday: { pattern: /^(?:(?:SUN|MON|TUE|WED|THU|FRI|SAT)[A-Z]*|\d?)L$/, such: 'FRIL and the like' },
}

/** How many values there are. */
export const sizeOf = ({ min, max }: Field): number => max - min + 1

/**
 * A number or a name as a value of its field; a weekday may be 7, which is Sunday after Saturday. Undefined when it is none.
 */
export function readValue(text: string, field: Field, dialect: Dialect): number | undefined {
  if (!/^\d{1,4}$/.test(text)) {
    const named = field.names?.findIndex(name => text === name || text === name.slice(0, 3)) ?? -1
    return named < 0 ? undefined : field.min + named
  }
  const isWeekday = field.name === 'weekday'
  const value = isWeekday && dialect === 'quartz' ? Number(text) - 1 : Number(text)
  const max = isWeekday && dialect === 'standard' ? 7 : field.max
  return value >= field.min && value <= max ? value : undefined
}
