// the words for a part of the day that stand beside an hour, and which hour they make of it: 下午2点, 2 pm

/** The hours of 24 that are said with a word, by how they may be said: `下午2点` and `下午14点` are 14. */
type Part = (hour: number) => number | undefined

const between =
  (first: number, last: number): Part =>
  hour =>
    hour >= first && hour <= last ? hour : undefined

/** Hours of the later half, said with 1 to 12 or as they are. */
const later =
  (first: number, last: number): Part =>
  hour => {
    const meant = hour < 12 ? hour + 12 : hour
    return meant >= first && meant <= last ? meant : undefined
  }

const DAWN: Part = hour => (hour === 12 ? 0 : between(0, 6)(hour))
const MORNING = between(1, 11)
const NOON: Part = hour => (hour >= 11 && hour <= 12 ? hour : later(13, 14)(hour))
// 晚上12点 may be the beginning of a day or its end
const EVENING: Part = hour => (hour === 12 ? undefined : later(17, 23)(hour))
const AM: Part = hour => (hour === 12 ? 0 : MORNING(hour))
const PM: Part = hour => (hour < 1 || hour > 12 ? undefined : later(12, 23)(hour))

const PARTS: Readonly<Record<string, Part>> = {
  ...{ 凌晨: DAWN, 清晨: MORNING, 早晨: MORNING, 早上: MORNING, 上午: MORNING, 中午: NOON },
  ...{ 下午: later(12, 19), 傍晚: later(16, 20), 晚上: EVENING, am: AM, pm: PM },
}

/** Those that stand before the time. */
export const BEFORE = Object.keys(PARTS).slice(0, -2).join('|')

/** The hour of 24 that is meant; undefined for what is ambiguous or is never said so. */
export function toHour(hour: number, part: string | undefined): number | undefined {
  if (part === undefined) return hour <= 23 ? hour : undefined
  return PARTS[part.replaceAll('.', '')]?.(hour)
}
