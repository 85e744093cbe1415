// what is to be done at a slot: when exactly, with which name and paths, around which quiet hours and until when
import type { QuietHours } from '../../shared/schedule.ts'
import { DAY, MINUTE, toInstant } from '../../shared/time.ts'
import type { Calendar, Dated, Firing } from '../engine/calendar.ts'
import type { Moment } from './fill.ts'
import { checkTemplates, fillMarker, fillPaths, fillWritten } from './templates.ts'
import { instantOf, wallOf } from './wall.ts'

type Plan = Firing['plan']

/** The part of a calendar that makes firings. */
export const FIRING: Pick<Calendar, 'toFiring' | 'checkTemplates'> = { checkTemplates, toFiring }

/** When a slot is due: itself, and up to `jitterSeconds` later, always the same for the same schedule and slot. In ms. */
export function dueAtOf({ id, timing }: Pick<Dated, 'id' | 'timing'>, slot: number): number {
  if (timing.jitterSeconds === 0) return slot
  const share = hash(`${id} ${slot}`) / 2 ** 32
  return slot + Math.floor(share * (timing.jitterSeconds * 1_000 + 1))
}

// FNV-1a, and the last mixing of MurmurHash3: ids and slots differ in few digits
function hash(text: string): number {
  let sum = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193)
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b)
  sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35)
  return (sum ^ (sum >>> 16)) >>> 0
}

function toFiring(schedule: Dated, slot: number): Firing {
  const { timing, policy } = schedule
  const { zone } = timing
  const dueAt = dueAtOf(schedule, slot)
  const moment = { instant: slot, zone }
  const marker = policy.waitFor === undefined ? undefined : fillMarker(policy.waitFor.path, moment)
  const due = { instant: dueAt, zone }
  const quiet = timing.quietHours === undefined ? undefined : quietOf(timing.quietHours, due)
  return {
    slot: toInstant(slot),
    dueAt: toInstant(dueAt),
    plan: marker !== undefined && 'mistake' in marker ? { problem: marker.mistake.sentence } : toPlan(schedule, moment),
    ...(quiet !== undefined && { quiet }),
    ...(marker !== undefined && 'texts' in marker && marker.texts[0] !== undefined && { marker: marker.texts[0] }),
    ...(policy.readyBy !== undefined && { readyBy: toInstant(nextTimeOfDay(minutesOf(policy.readyBy), due)) }),
  }
}

function toPlan({ name, work }: Dated, moment: Moment): Plan {
  if (work.kind === 'unreadable') return { problem: work.problem }
  const named = fillWritten({ field: 'name', text: name, as: 'name' }, moment)
  if ('mistake' in named) return { problem: named.mistake.sentence }
  const filled = work.kind === 'ask' ? fillPaths(work.paths, moment) : { texts: [] }
  if ('mistake' in filled) return { problem: filled.mistake.sentence }
  return { name: named.texts[0] ?? name, paths: filled.texts }
}

// the quiet hours that hold an instant, with their end
function quietOf({ from, to, ...rest }: QuietHours, at: Moment): Firing['quiet'] {
  const shown = toMinutes(wallOf(at.instant, at.zone))
  const [start, end] = [minutesOf(from), minutesOf(to)]
  const isWithin = start < end ? shown >= start && shown < end : shown >= start || shown < end
  return isWithin ? { until: toInstant(nextTimeOfDay(end, at)), ...rest } : undefined
}

/** The first instant after this one at which the zone's clock shows a time of day, or passes over it. */
function nextTimeOfDay(minutes: number, { instant, zone }: Moment): number {
  const shown = wallOf(instant, zone)
  const today = shown - (((shown % DAY) + DAY) % DAY) + minutes * MINUTE
  // in an hour that comes twice the second one is still to come after its first
  const sameOffset = today - (shown - instant)
  if (sameOffset > instant && wallOf(sameOffset, zone) === today) return sameOffset
  for (let days = 0; days < 3; days += 1) {
    const found = instantOf(today + days * DAY, zone)
    if (found > instant) return found
  }
  return sameOffset + DAY
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

const toMinutes = (wall: number): number => Math.floor((((wall % DAY) + DAY) % DAY) / MINUTE)
