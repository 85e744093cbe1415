// which zone somebody means
import { AppError, shown } from '../../shared/errors.ts'
import { findZone } from './wall.ts'

const EXAMPLE = 'Asia/Shanghai'
const FURTHEST = 3

/** The zone in its usual spelling. Throws INVALID_INPUT that names the nearest one when there is one. */
export function readZone(name: string): string {
  const zone = findZone(name.trim())
  if (zone !== undefined) return zone
  const allowed = `a time zone such as ${offsetMeant(name) ?? nearest(name) ?? EXAMPLE}`
  throw new AppError('INVALID_INPUT', `zone must be ${allowed}, got ${shown(name)}.`, {
    details: { field: 'zone', allowed, got: name },
  })
}

/** `UTC+8` is +08:00. */
function offsetMeant(name: string): string | undefined {
  const [, sign, hours = '', minutes = '00'] = /^\s*(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d\d)?\s*$/i.exec(name) ?? []
  const zone = sign === undefined ? undefined : `${sign}${hours.padStart(2, '0')}:${minutes}`
  return zone !== undefined && findZone(zone) !== undefined ? zone : undefined
}

/** The name, or the place in a name, that differs by the fewest characters. */
function nearest(name: string): string | undefined {
  const wanted = name.trim().toLowerCase().replace(/\s+/g, '_')
  let best: { readonly zone: string; readonly distance: number } | undefined
  for (const zone of ['UTC', ...Intl.supportedValuesOf('timeZone')]) {
    const place = zone.slice(zone.lastIndexOf('/') + 1)
    const distance = Math.min(...[zone, place].map(known => distanceOf(wanted, known.toLowerCase())))
    if (best === undefined || distance < best.distance) best = { zone, distance }
  }
  // of four characters nearly every word is near to some place
  const most = Math.min(FURTHEST, wanted.length < 5 ? 0 : Math.floor(wanted.length / 3))
  return best !== undefined && best.distance <= most ? best.zone : undefined
}

/** How many characters have to be put in, left out or replaced. */
function distanceOf(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > FURTHEST) return FURTHEST + 1
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [at, char] of [...one].entries()) {
    const next = [at + 1]
    for (let column = 1; column <= other.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (char === other[column - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
