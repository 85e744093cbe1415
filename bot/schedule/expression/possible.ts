// whether there is a day of month in the months that are asked for
import type { Content } from './items.ts'

const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** True when some month of some year has one of the days. */
export function checkDays(day: Content, month: Content): boolean {
  // the last day, and the last working day, every month has
  if (day.special.some(special => special.startsWith('L'))) return true
  const longest = Math.max(...month.values.map(value => LONGEST[value - 1] ?? 0))
  return [...day.values, ...day.special.map(special => Number.parseInt(special, 10))].some(value => value <= longest)
}
