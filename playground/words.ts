// numbers and dates as the CLI writes them

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB']

/** A unit is kept up to 5 × 1024 of it; bytes have no decimals, the rest two. */
export function human(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value > 5 * 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  return unit === 0 ? `${bytes}B` : `${value.toFixed(2)}${UNITS[unit]}`
}

const two = (value: number): string => String(value).padStart(2, '0')

/** `MM-dd-yyyy HH:mm:ss:SSS`, local time. */
export function stamp(at: number): string {
  const date = new Date(at)
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}-${date.getFullYear()}`
  return `${day} ${clock(date)}:${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** `yyyy-MM-dd HH:mm:ss`, local time. */
export function plainStamp(at: number): string {
  const date = new Date(at)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(date)}`
}

function clock(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** `drwxr-xr-x` of a numeric mode. */
export function modeText(mode: number, isDir: boolean): string {
  const bits = ['r', 'w', 'x', 'r', 'w', 'x', 'r', 'w', 'x']
  return (isDir ? 'd' : '-') + bits.map((bit, index) => ((mode >> (8 - index)) & 1 ? bit : '-')).join('')
}

export function percentDown(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.floor((part * 100) / whole)
}
