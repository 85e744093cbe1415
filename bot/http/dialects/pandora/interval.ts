// when an export task runs, in words of view 004: a period with its parts, or a crontab text; and the expression of both
import * as z from 'zod'
import { got, shown } from '../../../../shared/errors.ts'

type Issue = { readonly input?: unknown }

/** A whole number, as a number or as text. */
function wholeNumber(min: number, max: number) {
  const error = ({ input }: Issue): string => toRangeMistake(max, input, min)
  return z
    .union([z.int(), z.string()], { error })
    .refine(given => /^\d{1,9}$/.test(String(given)) && Number(given) >= min && Number(given) <= max, { error })
    .transform(Number)
    .meta({ description: `a whole number from ${min} to ${max}, also as text` })
}

function toRangeMistake(max: number, input: unknown, min = 1): string {
  return `must be a whole number from ${min} to ${max}, ${got(input)}`
}

const Parts = z.object({
  frequency: z.enum(['minute', 'hour', 'day', 'weekly', 'week', 'month', 'quarter', 'year']).default('day'),
  month: wholeNumber(1, 12).default(1),
  date: wholeNumber(1, 32).default(1),
  hour: wholeNumber(0, 23).default(0),
  minute: wholeNumber(0, 59).default(0),
})
type Parts = z.output<typeof Parts>

type Period = {
  /** Minute, hour, day, month and weekday of a crontab text. */
  readonly toExpression: (parts: Parts) => string
  readonly mostDate?: number
  readonly mostMonth?: number
}

const LAST_DAY = 32
// names, because their numbers mean different days to different readers
const WEEKDAYS = ['', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN']
const QUARTERS = [0, 3, 6, 9]

const toDay = (date: number): string => (date === LAST_DAY ? 'L' : String(date))
const weekly: Period = {
  toExpression: ({ minute, hour, date }) => `${minute} ${hour} * * ${WEEKDAYS[date]}`,
  mostDate: 7,
}
const PERIODS: Readonly<Record<Parts['frequency'], Period>> = {
  minute: { toExpression: () => '* * * * *' },
  hour: { toExpression: ({ minute }) => `${minute} * * * *` },
  day: { toExpression: ({ minute, hour }) => `${minute} ${hour} * * *` },
  weekly,
  week: weekly,
  month: { toExpression: ({ minute, hour, date }) => `${minute} ${hour} ${toDay(date)} * *` },
  quarter: {
    toExpression: ({ minute, hour, date, month }) =>
      `${minute} ${hour} ${toDay(date)} ${QUARTERS.map(first => first + month).join(',')} *`,
    mostMonth: 3,
  },
  year: { toExpression: ({ minute, hour, date, month }) => `${minute} ${hour} ${toDay(date)} ${month} *` },
}

/** The days of a month in the longest of its years. */
const MOST_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const CronDate = Parts.superRefine((parts, context) => {
  const { mostDate, mostMonth } = PERIODS[parts.frequency]
  const refuse = (field: keyof Parts, message: string): void =>
    context.addIssue({ code: 'custom', path: [field], message })
  if (mostDate !== undefined && parts.date > mostDate) refuse('date', toRangeMistake(mostDate, parts.date))
  if (mostMonth !== undefined && parts.month > mostMonth) refuse('month', toRangeMistake(mostMonth, parts.month))
  const days = MOST_DAYS[parts.month - 1] ?? LAST_DAY
  if (parts.frequency === 'year' && parts.date !== LAST_DAY && parts.date > days)
    refuse('date', `must be a day that month ${parts.month} has in some year, ${got(parts.date)}`)
}).meta({
  id: 'PandoraCronDate',
  description: `date ${LAST_DAY} is the last day of the month; 1 to 7 are Monday to Sunday`,
})

const LONGEST_CRONTAB = 256
const toCrontabMistake = ({ input }: Issue): string =>
  `must have 5 fields (minute first), 6 (second first) or 7 (year last), ${got(input === '' ? undefined : input)}`
const Crontab = z
  .string({ error: toCrontabMistake })
  .max(LONGEST_CRONTAB)
  .refine(isInFields, { error: toCrontabMistake })
  .meta({ examples: ['*/5 * * * * ?'] })

// the calendar reads plain words too, which are none of this view's
function isInFields(text: string): boolean {
  return /^[^\p{L}@]\S*(?:\s+\S+){4,6}$/u.test(text.trim())
}

const theOther = z.unknown().optional().meta({ description: 'kept, and not looked at' })

/** When it runs; the half that its type does not name may be anything. */
export const Interval = z.discriminatedUnion(
  'type',
  [
    z.object({ type: z.literal('cronDate'), cronDate: CronDate, crontab: theOther }),
    z.object({ type: z.literal('crontab'), crontab: Crontab, cronDate: theOther }),
  ],
  { error: toTypeMistake },
)
export type Interval = z.output<typeof Interval>

function toTypeMistake({ input, code }: Issue & { readonly code?: string }): string {
  if (code === 'invalid_type') return `must be an object, ${got(input)}`
  const type = typeof input === 'object' && input !== null && 'type' in input ? input.type : undefined
  return `must be cronDate or crontab, ${type === undefined ? got(type) : `got ${shown(type)}`}`
}

const whole = z.int()
/** The same as it is told: numbers are numbers, and only the half that its type names. */
export const ToldInterval = z.union([
  z.object({
    type: z.literal('cronDate'),
    cronDate: z.object({
      frequency: Parts.shape.frequency.unwrap(),
      ...{ month: whole, date: whole, hour: whole, minute: whole },
    }),
  }),
  z.object({ type: z.literal('crontab'), crontab: z.string() }),
])
export type ToldInterval = z.infer<typeof ToldInterval>

/** The half that counts. */
export function toTold(interval: Interval): ToldInterval {
  if (interval.type === 'crontab') return { type: 'crontab', crontab: interval.crontab }
  return { type: 'cronDate', cronDate: interval.cronDate }
}

/** The expression of a schedule that runs then. */
export function toExpression(interval: Interval): string {
  if (interval.type === 'crontab') return interval.crontab
  return PERIODS[interval.cronDate.frequency].toExpression(interval.cronDate)
}
