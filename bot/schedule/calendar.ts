// the calendar: expressions, zones, slots and macros, put together
import { AppError } from '../../shared/errors.ts'
import { toInstant, toMs } from '../../shared/time.ts'
import type { Calendar, Timing, TimingRequest } from '../engine/calendar.ts'
import type { Dialect } from './expression/fields.ts'
import { toMistake } from './expression/mistake.ts'
import { readExpression } from './expression/read.ts'
import { FIRING } from './firing.ts'
import { next, slots } from './slots.ts'
import { toLocal } from './wall.ts'
import { describe } from './words.ts'
import { readZone } from './zones.ts'

export type CalendarDeps = {
  /** Of schedules that name none. */
  readonly zone: string
  readonly dialect: Dialect
  /** Milliseconds since the epoch: an expression for years that are over is a mistake. Default: the computer's clock. */
  readonly now?: () => number
}

/** The calendar of a daemon. Throws INVALID_INPUT when its own zone is none. */
export function createCalendar({ zone, dialect, now = Date.now }: CalendarDeps): Calendar {
  const home = readZone(zone)
  return {
    ...slots,
    ...FIRING,
    read: asked => readTiming(asked, { home, dialect, now }),
    describe: ({ cron }) => describe(cron),
    toLocal,
  }
}

type Context = { readonly home: string; readonly dialect: Dialect; readonly now: () => number }

function readTiming(asked: TimingRequest, { home, dialect, now }: Context): Timing {
  const { expression, startAt, endAt, jitterSeconds = 0, quietHours } = asked
  const zone = asked.zone === undefined ? home : readZone(asked.zone)
  const { cron, year } = readExpression(expression, dialect)
  if (startAt !== undefined && endAt !== undefined && toMs(endAt) < toMs(startAt)) throw toEndsEarly(startAt, endAt)
  // without a year every day that is left comes again: what was read cannot be in vain
  if (year !== undefined && next({ cron, zone }, now()) === undefined)
    throw toMistake({ field: 'year', must: 'come true some day', got: year, said: `year "${year.text}"` })
  return {
    ...{ expression, cron, zone, jitterSeconds },
    // one spelling, so that instants can be compared as texts
    ...(startAt !== undefined && { startAt: toInstant(toMs(startAt)) }),
    ...(endAt !== undefined && { endAt: toInstant(toMs(endAt)) }),
    ...(quietHours !== undefined && { quietHours }),
  }
}

function toEndsEarly(startAt: string, endAt: string): AppError {
  const allowed = `an instant not before startAt, ${startAt}`
  return new AppError('INVALID_INPUT', `endAt must be ${allowed}, got "${endAt}".`, {
    details: { field: 'endAt', allowed, got: endAt },
  })
}
