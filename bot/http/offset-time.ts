// an instant as RFC 3339 with the offset of a zone, as views show it

const FORMATS = new Map<string, Intl.DateTimeFormat>()

/** Such as `2024-08-19T17:46:15.123+08:00`. The zone is an IANA name. */
export function toOffsetTime(instant: string, tz: string): string {
  const ms = Date.parse(instant)
  const parts = new Map(
    formatOf(tz)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  )
  const at = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? ''
  const date = `${at('year')}-${at('month')}-${at('day')}T${at('hour')}:${at('minute')}:${at('second')}`
  // `GMT+08:00`, and `GMT` alone for none
  const offset = at('timeZoneName').replace('GMT', '') || '+00:00'
  return `${date}.${at('fractionalSecond')}${offset}`
}

function formatOf(tz: string): Intl.DateTimeFormat {
  const known = FORMATS.get(tz)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: tz,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  })
  FORMATS.set(tz, format)
  return format
}
