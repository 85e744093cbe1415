// date macros filled in for an instant on a zone's clock
import { DAY, HOUR, MINUTE } from '../../shared/time.ts'
import { keyOf, type Macro, type Range, type Shift, type Template, type Unit } from './macros.ts'
import { instantOf, wallOf } from './wall.ts'

export type Moment = { readonly instant: number; readonly zone: string }

/**
 * All texts of a template, oldest first; the same one may come twice. Undefined when a macro leaves the years that have four
 * digits. Whole calendar units are counted on the zone's clock, whatever it passes over; hours and minutes pass in real time.
 */
export function fillTemplate({ parts, ranges }: Template, moment: Moment): readonly string[] | undefined {
  const wall = wallOf(moment.instant, moment.zone)
  const texts: string[] = []
  for (const choice of choices(ranges)) {
    let text = ''
    for (const part of parts) {
      const filled = typeof part === 'string' ? part : fillMacro(part, choice, { ...moment, wall })
      if (filled === undefined) return undefined
      text += filled
    }
    texts.push(text)
  }
  return texts
}

type Choice = ReadonlyMap<string, number>

// the first range is the outermost loop
function choices(ranges: readonly Range[]): readonly Choice[] {
  return ranges.reduce<readonly Choice[]>(
    (all, range) =>
      all.flatMap(choice =>
        Array.from(
          { length: range.to - range.from + 1 },
          (_, step) => new Map([...choice, [keyOf(range), range.from + step]]),
        ),
      ),
    [new Map()],
  )
}

function fillMacro(macro: Macro, choice: Choice, at: Moment & { readonly wall: number }): string | undefined {
  const { format, shifts, range } = macro
  const own = range === undefined ? [] : [{ unit: range.unit, by: choice.get(keyOf(range)) ?? 0 }]
  const wall = shiftWall([...shifts, ...own], at)
  if (!isDate(wall)) return undefined
  const date = new Date(wall)
  return format.map(token => FIELD_TEXTS.get(token)?.(date) ?? token).join('')
}

const sumOf = (shifts: readonly Shift[], unit: Unit): number =>
  shifts.reduce((sum, shift) => (shift.unit === unit ? sum + shift.by : sum), 0)

// calendar units first, whatever their order: years and months constrained to the month's last day, then days
function shiftWall(shifts: readonly Shift[], { wall, instant, zone }: Moment & { readonly wall: number }): number {
  const months = 12 * sumOf(shifts, 'y') + sumOf(shifts, 'M')
  const days = 7 * sumOf(shifts, 'w') + sumOf(shifts, 'd')
  const shifted = addMonths(wall, months) + days * DAY
  const passed = sumOf(shifts, 'h') * HOUR + sumOf(shifts, 'm') * MINUTE
  if (passed === 0) return shifted
  // what was not moved is the slot itself, also when its wall time comes twice
  const base = shifted === wall ? instant : isDate(shifted) ? instantOf(shifted, zone) : Number.NaN
  return isDate(base + passed) ? wallOf(base + passed, zone) : Number.NaN
}

function addMonths(wall: number, months: number): number {
  if (months === 0) return wall
  const date = new Date(wall)
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + months, date.getUTCDate()]
  // years of fewer digits would be taken for those of the last century
  if (12 * year + month < 12 * 1_000) return Number.NaN
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return Date.UTC(year, month, Math.min(day, last)) + (((wall % DAY) + DAY) % DAY)
}

const EARLIEST = Date.UTC(1_000, 0, 2)
const LATEST = Date.UTC(9_999, 11, 30)
const isDate = (ms: number): boolean => ms >= EARLIEST && ms <= LATEST

const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0')

const FIELD_TEXTS: ReadonlyMap<string, (date: Date) => string> = new Map([
  ['yyyy', date => pad(date.getUTCFullYear(), 4)],
  ['yy', date => pad(date.getUTCFullYear() % 100)],
  ['MM', date => pad(date.getUTCMonth() + 1)],
  ['M', date => String(date.getUTCMonth() + 1)],
  ['dd', date => pad(date.getUTCDate())],
  ['d', date => String(date.getUTCDate())],
  ['HH', date => pad(date.getUTCHours())],
  ['H', date => String(date.getUTCHours())],
  ['mm', date => pad(date.getUTCMinutes())],
  ['ss', date => pad(date.getUTCSeconds())],
])
