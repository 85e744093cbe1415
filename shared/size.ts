// bytes as people read them, with three figures and binary units

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** Bytes with three figures: `0 B`, `1.50 MiB`, `120 GiB`. */
export function toBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  if (unit === 0) return `${Math.round(value)} B`
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return `${value.toFixed(digits)} ${UNITS[unit]}`
}

/** The same figures with the short unit names of the chat, still binary: `1.50 MB`. */
export function toShortBytes(bytes: number): string {
  return toBytes(bytes).replace('iB', 'B')
}
