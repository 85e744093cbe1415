// what a schedule is, told back: all of it, and what somebody asked for beside the usual
import type { Preview, Schedule } from '../shared/schedule.ts'
import { nextTimeOfDay, toOffsetTime } from './schedule-time.ts'
import { toState, toWork } from './schedule-words.ts'
import type { Paint } from './screen.ts'
import { toTable } from './table.ts'
import { toDuration, toPrintable } from './words.ts'

type Fact = readonly [word: string, value: string | undefined]
type Next = Pick<Preview, 'items'> | undefined

/** All that a schedule is, as pairs of a word and its value. */
export function toFacts(schedule: Schedule, paint: Paint, next?: Next): string[][] {
  const { description, zone, problem } = schedule
  return toRows([
    ['schedule', `${schedule.number} ${toPrintable(schedule.name)} (${schedule.id})`],
    ['what for', description === undefined ? undefined : toPrintable(description)],
    ['state', toState(schedule, paint)],
    ['when', `${toPrintable(schedule.expression)}: ${schedule.words.en} (${zone})`],
    ['cron', schedule.cron],
    ...toSpan(schedule),
    ['does', toWork(schedule)],
    ...(schedule.paths ?? []).slice(1).map((path): Fact => ['', toPrintable(path)]),
    ...toLoadFacts(schedule),
    ['problem', problem === undefined ? undefined : paint('bad', toPrintable(problem))],
    ['overlap', schedule.overlap],
    ['misfire', toMisfire(schedule)],
    ...toWaits(schedule, next),
    ['tells', schedule.notify],
    ['owner', `${toPrintable(schedule.owner)}, through ${schedule.via}`],
    ['made', toOffsetTime(schedule.createdAt, zone)],
    ['changed', schedule.updatedAt === schedule.createdAt ? undefined : toOffsetTime(schedule.updatedAt, zone)],
    ['slots', String(schedule.runs)],
  ])
}

/** What it does, and each of its rules that differs from the built-in defaults, as lines: those of gander.yaml are not known here. */
export function toAsked(schedule: Schedule, next: Next): string[] {
  const { description, overlap, misfire, misfireWithinSeconds, notify } = schedule
  const isUsual = misfire === 'run-once' && misfireWithinSeconds === undefined
  const facts: Fact[] = [
    ['does', toWork(schedule)],
    ...toLoadFacts(schedule),
    ['what for', description === undefined ? undefined : toPrintable(description)],
    ...toSpan(schedule),
    ['overlap', overlap === 'skip' ? undefined : overlap],
    ['misfire', isUsual ? undefined : toMisfire(schedule)],
    ...toWaits(schedule, next),
    ['tells', notify === 'alarm' ? undefined : notify],
  ]
  return toTable(toRows(facts), '  ')
}

function toRows(facts: readonly Fact[]): string[][] {
  return facts.flatMap(([word, value]) => (value === undefined ? [] : [[word, value]]))
}

function toSpan({ startAt, endAt, zone }: Schedule): Fact[] {
  return [
    ['from', startAt === undefined ? undefined : toOffsetTime(startAt, zone)],
    ['to', endAt === undefined ? undefined : toOffsetTime(endAt, zone)],
  ]
}

function toLoadFacts({ options = {}, cluster }: Schedule): Fact[] {
  const pairs = Object.entries(options).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return [
    ['options', pairs.length === 0 ? undefined : pairs.join(' ')],
    ['cluster', cluster],
  ]
}

function toWaits(schedule: Schedule, next: Next): Fact[] {
  const { jitterSeconds } = schedule
  return [
    ['jitter', jitterSeconds === 0 ? undefined : `up to ${toDuration(jitterSeconds * 1_000)}`],
    ['quiet', toQuiet(schedule)],
    ['waits for', toWaitFor(schedule)],
    ['ready by', toReadyBy(schedule, next)],
  ]
}

function toMisfire({ misfire, misfireWithinSeconds: within }: Schedule): string {
  return within === undefined ? misfire : `${misfire}, at most ${toDuration(within * 1_000)} late`
}

function toQuiet({ quietHours }: Schedule): string | undefined {
  if (quietHours === undefined) return undefined
  return `${quietHours.from}-${quietHours.to}, slots ${quietHours.mode === 'skip' ? 'are skipped' : 'wait until it is over'}`
}

function toWaitFor({ waitFor }: Schedule): string | undefined {
  if (waitFor === undefined) return undefined
  const { path, stableMinutes, withinMinutes, otherwise } = waitFor
  const still = stableMinutes === undefined ? '' : ` to stand still for ${stableMinutes} min`
  return `${toPrintable(path)}${still}, for ${toDuration(withinMinutes * 60_000)}; then ${otherwise}`
}

// a time of day that is over at the slot means the next day, which nobody may have had in mind
function toReadyBy({ readyBy, zone }: Schedule, next: Next): string | undefined {
  const slot = next?.items.find(({ skipped }) => skipped === undefined)?.slot
  if (readyBy === undefined || slot === undefined) return readyBy
  const at = nextTimeOfDay(readyBy, slot, zone)
  return at === undefined ? readyBy : `${readyBy}, at the next slot ${toOffsetTime(at, zone)}`
}
