// schedules and their runs as people read them: rows of tables, and lines
import type { Run, Schedule, Why } from '../shared/schedule.ts'
import { toZoneTime } from './schedule-time.ts'
import type { Paint } from './screen.ts'
import { KIND_WORDS } from './verdict-words.ts'
import { toCount, toDuration, toPrintable } from './words.ts'

const WHY: Readonly<Record<Why, string>> = {
  overlap: 'an earlier run is at work',
  quiet: 'quiet hours',
  marker: 'its marker',
  turn: 'other runs go first',
  late: 'nobody was there at its time',
  merged: 'a later slot stands for it',
  paused: 'the schedule was paused',
  removed: 'the schedule was removed',
  behind: 'another one waits instead',
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

/** Whether it is at work, in a word. */
export function toState({ paused, problem, nextAt }: Schedule, paint: Paint): string {
  if (problem !== undefined) return paint('bad', 'problem')
  if (paused) return paint('warn', 'paused')
  return nextAt === undefined ? paint('dim', 'over') : paint('good', 'active')
}

/** What it does, with the first of its paths. */
export function toWork({ action, paths = [], statement, problem }: Schedule): string {
  if (action === undefined)
    return `${toPrintable(statement ?? '-')}${problem === undefined ? ' (everything ever loaded)' : ''}`
  const [first = ''] = paths
  const more = paths.length > 1 ? ` and ${paths.length - 1} more` : ''
  return `${action} ${toPrintable(first)}${more}`.trim()
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

function toNote({ why, message, others, by, status, notReady }: Run): string {
  const waits = status === 'waiting' && why === 'marker' ? 'waits for its marker' : undefined
  const notes = [
    why === undefined ? undefined : (waits ?? (why === 'marker' ? 'its marker did not come' : WHY[why])),
    message === undefined ? undefined : toPrintable(message),
    notReady === true ? 'not ready by its time' : undefined,
    others === undefined
      ? undefined
      : `and ${others.atLeast ? 'at least ' : ''}${toCount(others.count, 'slot')} before it`,
    by === undefined ? undefined : `by ${toPrintable(by)}`,
  ].filter(note => note !== undefined)
  return notes.length === 0 ? '-' : notes.join('; ')
}
