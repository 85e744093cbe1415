// the options of schedules: their flags, what they mean, and how their text is read
import * as z from 'zod'
import { TaskOptions } from '../shared/actions.ts'
import { JobName } from '../shared/job.ts'
import { ClockTime, Misfire, NotifyPolicy, Overlap } from '../shared/schedule.ts'
import { choice, duration, flag, row, runTime, whole } from './option-row.ts'
import { whenProblem } from './schedule-time.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** What takes something away again when a schedule is edited. */
export const NONE = 'none'

/** What was given, what was there before, or nothing when it is to be taken away. */
export function kept<T>(given: T | typeof NONE | undefined, before: T | undefined): T | undefined {
  return given === NONE ? undefined : (given ?? before)
}

/** A duration from the shortest to the longest, in whole units of the shortest; rounded up. */
function span(unitMs: number, most: number, expected: string): z.ZodType<number, unknown> {
  return duration
    .refine(ms => ms >= unitMs && ms <= most * unitMs, `must be ${expected}`)
    .transform(ms => Math.ceil(ms / unitMs))
}

/** The value, or `none`. */
function orNone<T>(schema: z.ZodType<T, unknown>): z.ZodType<T | typeof NONE, unknown> {
  return z.unknown().transform((text, context) => {
    if (text === NONE) return NONE
    const parsed = schema.safeParse(text)
    if (parsed.success) return parsed.data
    context.addIssue({ code: 'custom', message: `${parsed.error.issues[0]?.message ?? 'is wrong'}, or none` })
    return z.NEVER
  })
}

const when = z.string().superRefine((text, context) => {
  const message = whenProblem(text)
  if (message !== undefined) context.addIssue({ code: 'custom', message })
})

const clock = z.string().refine(text => ClockTime.safeParse(text).success, 'must be a time of day such as 08:30')

const QUIET = /^(\d\d:\d\d)-(\d\d:\d\d)(?::(wait|skip))?$/
const quiet = z
  .string()
  .refine(
    text =>
      QUIET.exec(text)
        ?.slice(1, 3)
        .every(time => ClockTime.safeParse(time).success) === true,
    'must be a daily window such as 08:00-20:00 or 22:00-06:00:skip',
  )
  .refine(text => text.slice(0, 5) !== text.slice(6, 11), 'must have two different times')
  .transform(text => {
    const [, from = '', to = '', mode] = QUIET.exec(text) ?? []
    return { from, to, mode: mode === 'skip' ? ('skip' as const) : ('wait' as const) }
  })

const text = z.string().min(1)
const { freshness } = TaskOptions.shape

/** Rows whose key is not the name of their flag are another way of reading a flag that exists already. */
export const SCHEDULE_OPTIONS = {
  scheduleName: row(
    '--name <name>',
    'what it is called; unset: a name is made',
    JobName.refine(name => name !== NONE, 'must be a name, as a schedule always has one'),
  ),
  description: row('--description <text>', 'what it is for', orNone(z.string().max(1_000))),
  zone: row(
    '--zone <zone>',
    'IANA zone of its clock, such as Asia/Shanghai; unset or none: the zone of the daemon',
    orNone(text),
  ),
  overlap: choice(
    '--overlap <word>',
    `a slot while an earlier run is at work: ${Overlap.options.join(', ')} (unset: as gander.yaml says, else skip)`,
    Overlap,
  ),
  misfire: choice(
    '--misfire <word>',
    `slots that passed while nobody was there: ${Misfire.options.join(', ')} (the newest once, or none; unset: as gander.yaml says, else run-once)`,
    Misfire,
  ),
  misfireWithin: row(
    '--misfire-within <duration>',
    'run such a slot only when it is not later than this, such as 6h',
    orNone(span(1_000, 31_536_000, 'from 1s to 365d')),
  ),
  jitter: row(
    '--jitter <duration>',
    'delay each slot by up to so long, at most 1h; the same slot always by the same',
    orNone(duration.refine(ms => ms <= HOUR, 'must be at most 1h').transform(ms => Math.ceil(ms / 1_000))),
  ),
  quiet: row('--quiet <window>', 'daily hours without runs: 08:00-20:00, or 08:00-20:00:skip', orNone(quiet)),
  waitFor: row('--wait-for <path>', 'run only when this path is there, such as a _SUCCESS marker', text),
  stable: row(
    '--stable <duration>',
    'and when its size has been the same so long, such as 5m',
    orNone(span(MINUTE, DAY / MINUTE, 'from 1m to 24h')),
  ),
  within: row(
    '--within <duration>',
    'how long after the slot it is waited for (default 2h)',
    orNone(span(MINUTE, (7 * DAY) / MINUTE, 'from 1m to 7d')),
  ),
  orLoad: row('--or-load', 'load all the same when it did not come', flag),
  noOrLoad: row('--no-or-load', 'take --or-load away', flag),
  readyBy: row('--ready-by <time>', 'when the data has to be warm, such as 08:30: an alarm else', orNone(clock)),
  notify: choice(
    '--notify <word>',
    `what is told: ${NotifyPolicy.options.join(', ')}; alarm, the default, is silent about successes`,
    NotifyPolicy,
  ),
  start: row('--start <when>', 'no slots before: an instant, or a date or time on its own clock', orNone(when)),
  end: row('--end <when>', 'no slots after; a date means all of that day', orNone(when)),
  paused: row('--paused', 'make it, but begin nothing yet', flag),
  onlyPaused: row('--paused', 'only those that are paused', flag),
  prefix: row('--prefix <text>', 'only names that begin so', text),
  owner: row('--owner <name>', 'only what this user owns', text),
  previewed: row('-n, --count <count>', 'how many, 1 to 100 (default 5)', whole(1, 100)),
  looked: row('-n, --count <count>', 'how many, 1 to 1000 (default 20)', whole(1, 1_000)),
  scheduleCluster: row(
    '--cluster <name>',
    'which GooseFS cluster; unset or none: the default one of the daemon',
    orNone(JobName),
  ),
  scheduleReplication: row(
    '--replicas, --replication <copies>',
    'copies of each block, 1 to 100',
    orNone(whole(1, 100)),
  ),
  scheduleTimeout: row('--timeout <duration>', 'stop each run after this long, such as 2h', orNone(runTime)),
  scheduleFreshness: {
    ...row(
      '--freshness <word>',
      'known: measure what the cluster knows, without asking the object store; default refreshed',
      orNone(z.enum(freshness.unwrap().options, `must be ${freshness.unwrap().options.join(' or ')}`)),
    ),
    values: [...freshness.unwrap().options, NONE],
  },
  measured: row('--verify', 'take --no-verify away', flag),
  noRefresh: row('--no-refresh', 'take --refresh away', flag),
  noForce: row('--no-force', 'take --force away', flag),
  slot: row('--slot <when>', 'the instant that date macros are filled in for (default now)', when),
  from: row('--from <when>', 'from then on', when),
  to: row('--to <when>', 'up to and including then; a date means all of that day', when),
  everySlot: row('--all', 'slots too that went well already', flag),
  waitForRun: row('--wait', 'wait for the verdict; it decides the exit code', flag),
  yes: row('--yes', 'do not ask', flag),
} as const
