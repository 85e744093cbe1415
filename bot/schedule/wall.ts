// instants and what clocks on the wall of a zone show; alone with the library that knows the rules of zones
import { Temporal } from 'temporal-polyfill'
import { DAY, MINUTE } from '../../shared/time.ts'

/**
 * What a wall shows is a number too: the milliseconds that would have passed if the zone were UTC. Its parts are read with
 * `new Date(wall).getUTCHours()` and the like, and calendar arithmetic on it is plain.
 */
export type WallTime = number

/** A stretch of time in which a zone's offset stays the same; both ends in ms, the last one not included. */
type Stretch = { readonly from: number; readonly until: number; readonly offset: number }

/** More than any clock was ever moved: Samoa left out a day. */
const FURTHEST_MOVE = 2 * DAY
const MOST_STRETCHES = 64

const stretches = new Map<string, Stretch[]>()

/** The zone's name in its usual spelling (`asia/shanghai` is Asia/Shanghai, `+0800` is +08:00); undefined when there is none. */
export function findZone(name: string): string | undefined {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId
  } catch {
    // that is how the library says that it knows no such zone
    return undefined
  }
}

function measure(instant: number, zone: string): Stretch {
  const here = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone)
  // looked for strictly before: a nanosecond later finds the one at this very instant
  const before = here.add({ nanoseconds: 1 }).getTimeZoneTransition('previous')
  const after = here.getTimeZoneTransition('next')
  return {
    from: before?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    until: after?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offset: here.offsetNanoseconds / 1_000_000,
  }
}

/** Asking the library costs some ten microseconds and a stretch lasts for months: what was measured is kept. */
function stretchAt(instant: number, zone: string): Stretch {
  const known = stretches.get(zone) ?? []
  const found = known.find(({ from, until }) => from <= instant && instant < until)
  if (found !== undefined) return found
  const measured = measure(Math.floor(instant), zone)
  stretches.set(zone, [measured, ...known.slice(0, MOST_STRETCHES - 1)])
  return measured
}

/** What the wall shows at an instant. */
export function wallOf(instant: number, zone: string): WallTime {
  return instant + stretchAt(instant, zone).offset
}

/**
 * When the wall shows that. A time that comes twice: the first one. A time that is left out: the instant at which the
 * clock is moved over it.
 */
export function instantOf(wall: WallTime, zone: string): number {
  const near = stretchAt(wall, zone)
  if (wall - near.from > FURTHEST_MOVE && near.until - wall > FURTHEST_MOVE) return wall - near.offset
  let stretch = stretchAt(wall - FURTHEST_MOVE, zone)
  while (wall - stretch.offset >= stretch.until) stretch = stretchAt(stretch.until, zone)
  // in a gap the wall is past the end of one stretch and before the beginning of the next
  return Math.max(stretch.from, wall - stretch.offset)
}

/**
 * The wall time after which slots are to be looked for that come after an instant: while a time comes the second time,
 * the end of what comes twice, as all of it was there before.
 */
export function wallAfter(instant: number, zone: string): WallTime {
  const { from, offset } = stretchAt(instant, zone)
  const wall = instant + offset
  if (instant - from > FURTHEST_MOVE) return wall
  const twiceUntil = from + stretchAt(from - 1, zone).offset
  return wall < twiceUntil ? twiceUntil - 1 : wall
}

const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')

/** `2026-11-22 02:00:00 +08:00` */
export function toLocal(instant: number, zone: string): string {
  const { offset } = stretchAt(instant, zone)
  const minutes = Math.abs(offset) / MINUTE
  const [day, time] = new Date(instant + offset).toISOString().split('T')
  return `${day} ${time?.slice(0, 8)} ${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`
}
