// schedules and their runs as people read them: rows of tables, and lines
import type { Run, Schedule, Why } from '../shared/schedule.ts'
import { toOffsetTime, toZoneTime } from './schedule-time.ts'
import type { Paint } from './screen.ts'
import { KIND_WORDS } from './verdict-words.ts'
import { toCount, toDuration, toPrintable } from './words.ts'

const WHY: Readonly<Record<Why, string>> = {
  overlap: 'an earlier run is at work',
  quiet: 'quiet hours',
  marker: 'its marker',
  turn: 'others of the backfill go first',
  late: 'nobody was there at its time',
  merged: 'one run stands for several slots',
  paused: 'the schedule was paused',
  removed: 'the schedule was removed',
  behind: 'another one waits already',
}

const STATUS_STYLES: Readonly<Partial<Record<Run['status'], 'good' | 'bad' | 'warn'>>> = {
  ...{ succeeded: 'good', partial: 'warn', skipped: 'warn', missed: 'bad' },
  ...{ failed: 'bad', stopped: 'warn', lost: 'bad', unstarted: 'bad' },
}

export const SCHEDULE_HEAD = ['NO', 'NAME', 'STATE', 'WHEN', 'DOES', 'NEXT', 'LAST RUN', 'ZONE', 'BY']
export const RUN_HEAD = ['RUN', 'SLOT', 'KIND', 'STATUS', 'VERDICT', 'BEFORE -> AFTER', 'TOOK', 'JOB', 'NOTE']

/** The cells under `SCHEDULE_HEAD`. */
export function toScheduleRow(schedule: Schedule, paint: Paint): string[] {
  const { number, name, expression, nextAt, lastRun, zone, owner } = schedule
  return [
    String(number),
    toPrintable(name),
    toState(schedule, paint),
    toPrintable(expression),
    toWork(schedule),
    nextAt === undefined ? '-' : toZoneTime(nextAt, zone),
    lastRun === undefined ? '-' : `${toVerdict(lastRun, paint)} ${toZoneTime(lastRun.slot, zone)}`,
    zone,
    toPrintable(owner),
  ]
}

/** The cells under `RUN_HEAD`, times on the clock of the schedule. */
export function toRunRow(run: Run, zone: string, paint: Paint): string[] {
  return [
    String(run.number),
    toZoneTime(run.slot, zone),
    run.kind,
    toStatus(run, paint),
    run.verdict === undefined ? '-' : toVerdict(run, paint),
    toShare(run),
    run.seconds === undefined ? '-' : toDuration(run.seconds * 1_000),
    run.job === undefined ? '-' : String(run.job.number),
    toNote(run),
  ]
}

/** All that a schedule is, as pairs of a word and its value. */
export function toFacts(schedule: Schedule, paint: Paint): [string, string][] {
  const { description, zone, startAt, endAt, problem, misfireWithinSeconds, readyBy } = schedule
  const late = misfireWithinSeconds === undefined ? '' : `, at most ${toDuration(misfireWithinSeconds * 1_000)} late`
  const facts: [string, string | undefined][] = [
    ['schedule', `${schedule.number} ${toPrintable(schedule.name)} (${schedule.id})`],
    ['what for', description === undefined ? undefined : toPrintable(description)],
    ['state', toState(schedule, paint)],
    ['when', `${toPrintable(schedule.expression)}: ${schedule.words.en} (${zone})`],
    ['cron', schedule.cron],
    ['from', startAt === undefined ? undefined : toOffsetTime(startAt, zone)],
    ['to', endAt === undefined ? undefined : toOffsetTime(endAt, zone)],
    ['does', toWork(schedule)],
    ...(schedule.paths ?? []).slice(1).map((path): [string, string] => ['', toPrintable(path)]),
    ['options', toOptions(schedule)],
    ['cluster', schedule.cluster],
    ['problem', problem === undefined ? undefined : paint('bad', toPrintable(problem))],
    ['overlap', schedule.overlap],
    ['misfire', `${schedule.misfire}${late}`],
    ['jitter', schedule.jitterSeconds === 0 ? undefined : `up to ${toDuration(schedule.jitterSeconds * 1_000)}`],
    ['quiet', toQuiet(schedule)],
    ['waits for', toWaitFor(schedule)],
    ['ready by', readyBy],
    ['tells', schedule.notify],
    ['owner', `${toPrintable(schedule.owner)}, through ${schedule.via}`],
    ['made', toOffsetTime(schedule.createdAt, zone)],
    ['changed', schedule.updatedAt === schedule.createdAt ? undefined : toOffsetTime(schedule.updatedAt, zone)],
    ['slots', String(schedule.runs)],
  ]
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined)
}

/** A schedule by its number and name. */
export function toName({ number, name }: Pick<Schedule, 'number' | 'name'>): string {
  return `schedule ${number} (${toPrintable(name)})`
}

/** What became of a run, in a few words. */
export function toRunSentence(run: Run): string {
  const note = toNote(run)
  const job = run.job === undefined ? '' : `, job ${run.job.number}`
  return `run ${run.number} ${run.status}${note === '-' ? '' : ` (${note})`}${job}`
}

function toState({ paused, problem, nextAt }: Schedule, paint: Paint): string {
  if (problem !== undefined) return paint('bad', 'problem')
  if (paused) return paint('warn', 'paused')
  return nextAt === undefined ? paint('dim', 'over') : paint('good', 'active')
}

function toWork({ action, paths = [], statement, problem }: Schedule): string {
  if (action === undefined)
    return `${toPrintable(statement ?? '-')}${problem === undefined ? ' (everything ever loaded)' : ''}`
  const [first = ''] = paths
  const more = paths.length > 1 ? ` and ${paths.length - 1} more` : ''
  return `${action} ${toPrintable(first)}${more}`.trim()
}

function toOptions({ options = {} }: Schedule): string | undefined {
  const pairs = Object.entries(options).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return pairs.length === 0 ? undefined : pairs.join(' ')
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

function toStatus({ status }: Run, paint: Paint): string {
  return paint(STATUS_STYLES[status] ?? 'dim', status)
}

function toVerdict(run: Run, paint: Paint): string {
  if (run.verdict === undefined) return toStatus(run, paint)
  const [style, word] = KIND_WORDS[run.verdict.kind]
  return paint(style, word)
}

function toShare({ before, after }: Run): string {
  if (before === undefined && after === undefined) return '-'
  const share = (percent: number | undefined) => (percent === undefined ? '?' : `${percent} %`)
  return `${share(before?.cachedPercent)} -> ${share(after?.cachedPercent)}`
}

function toNote({ why, message, others, by, status }: Run): string {
  const waits = status === 'waiting' && why === 'marker' ? 'waits for its marker' : undefined
  const notes = [
    why === undefined ? undefined : (waits ?? (why === 'marker' ? 'its marker did not come' : WHY[why])),
    message === undefined ? undefined : toPrintable(message),
    others === undefined
      ? undefined
      : `and ${others.atLeast ? 'at least ' : ''}${toCount(others.count, 'slot')} before it`,
    by === undefined ? undefined : `by ${toPrintable(by)}`,
  ].filter(note => note !== undefined)
  return notes.length === 0 ? '-' : notes.join('; ')
}
