// a job asked again by the clock: when, what, under which rules; and what became of each of its slots
import * as z from 'zod'
import { ActionName, AskedOptions } from './actions.ts'
import { got } from './errors.ts'
import { Id } from './ids.ts'
import { JobName, MOST_PATHS, Paths, Via } from './job.ts'
import { ClockTime, Misfire, NotifyPolicy, Overlap, QuietHours, TemplatePath, WaitFor } from './schedule-rules.ts'
import { Run } from './schedule-run.ts'
import { AskedInstant, Instant } from './time.ts'

export { ClockTime, Misfire, NotifyPolicy, Overlap, QuietHours, WaitFor, type Work } from './schedule-rules.ts'
export { Run, RunKind, RunStatus, Why } from './schedule-run.ts'

const count = z.int().min(0)
const LONGEST_EXPRESSION = 256
const LONGEST_STATEMENT = 8_192

/** When it fires. */
export const TimingRequest = z.strictObject({
  expression: z
    .string()
    .min(1)
    .max(LONGEST_EXPRESSION)
    .meta({
      description:
        'five, six (seconds first) or seven (year last) cron fields, @daily and the like, or words: 每天 02:00, weekly mon 06:30, weekdays 08:00 and 20:00',
      examples: ['0 2 * * *', '每天 02:00'],
    }),
  zone: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .meta({ description: 'IANA zone; default: GANDER_TZ', examples: ['Asia/Shanghai'] }),
  startAt: AskedInstant.optional().meta({ description: 'no slots before' }),
  endAt: AskedInstant.optional().meta({ description: 'no slots after' }),
  jitterSeconds: z
    .int()
    .min(0)
    .max(3_600)
    .optional()
    .meta({ description: 'each slot is delayed by up to so long, always the same for the same slot' }),
  quietHours: QuietHours.optional(),
})
export type TimingRequest = z.infer<typeof TimingRequest>

/** What a schedule is asked to be; the body of `POST /api/v1/schedules`. Either `action` and `paths`, or `statement`. */
export const ScheduleRequest = TimingRequest.extend({
  name: JobName.optional(),
  description: z.string().max(1_000).optional(),
  action: ActionName.optional(),
  paths: Paths.optional().meta({
    description: `at most ${MOST_PATHS}; may hold date macros such as \${yyyy-MM-dd-1d}`,
  }),
  options: AskedOptions.optional(),
  cluster: JobName.optional(),
  statement: z
    .string()
    .min(1)
    .max(LONGEST_STATEMENT)
    .optional()
    .meta({
      description: 'what to do as it is typed in chat, such as load /data/db1 replicas=2',
      examples: ['预热 /data/db1'],
    }),
  overlap: Overlap.optional(),
  misfire: Misfire.optional(),
  misfireWithinSeconds: z
    .int()
    .min(1)
    .max(31_536_000)
    .optional()
    .meta({ description: 'run-once: only when it is not later than this; with skip it means nothing' }),
  waitFor: z
    .union([TemplatePath, WaitFor], {
      error: ({ input }) => `must be the path of a marker, or an object with path, ${got(input)}`,
    })
    .optional()
    .meta({ description: 'the path of a marker, or more about it' }),
  readyBy: ClockTime.optional().meta({ description: 'the next such time after a slot is when its data must be warm' }),
  notify: NotifyPolicy.optional(),
  paused: z.boolean().optional(),
})
  .superRefine(({ action, statement, paths = [] }, context) => {
    if ((action === undefined) !== (statement === undefined)) return
    const message =
      action === undefined
        ? 'must be given, or statement: one of them says what to do'
        : 'must not be given beside statement'
    context.addIssue({
      code: 'custom',
      path: ['action'],
      message: paths.length > 0 && action === undefined ? 'must be given beside paths' : message,
    })
  })
  .meta({ id: 'ScheduleRequest' })
export type ScheduleRequest = z.infer<typeof ScheduleRequest>

/** A schedule as everyone sees it. */
export const Schedule = z
  .object({
    id: Id,
    number: z.int().min(1),
    name: z.string(),
    description: z.string().optional(),
    owner: z.string(),
    via: Via,
    expression: z.string().meta({ description: 'as it was asked for' }),
    cron: z.string().meta({ description: 'the same as seven fields: second minute hour day month weekday year' }),
    words: z.object({ en: z.string(), zh: z.string() }),
    zone: z.string(),
    startAt: Instant.optional(),
    endAt: Instant.optional(),
    jitterSeconds: count,
    quietHours: QuietHours.optional(),
    action: ActionName.optional(),
    paths: z.array(z.string()).optional(),
    options: AskedOptions.optional(),
    cluster: z.string().optional(),
    statement: z.string().optional(),
    problem: z.string().optional().meta({ description: 'why its statement cannot be carried out' }),
    overlap: Overlap,
    misfire: Misfire,
    misfireWithinSeconds: z.int().optional(),
    waitFor: WaitFor.optional(),
    readyBy: ClockTime.optional(),
    notify: NotifyPolicy,
    paused: z.boolean(),
    runs: count.meta({ description: 'slots so far' }),
    nextAt: Instant.optional().meta({ description: 'the next slot; absent when it is paused or there is none' }),
    lastRunAt: Instant.optional().meta({ description: 'when the newest of its runs began' }),
    lastRun: Run.optional(),
    notes: z.array(z.string()).optional().meta({ description: 'that nobody is there to do it now' }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: 'Schedule' })
export type Schedule = z.infer<typeof Schedule>

/** What a preview is asked about: a timing alone, or with the paths whose macros are to be shown. */
export const PreviewRequest = TimingRequest.extend({
  paths: Paths.optional(),
  count: z.int().min(1).max(100).default(5),
  from: AskedInstant.optional().meta({ description: 'default: now' }),
}).meta({ id: 'PreviewRequest' })
export type PreviewRequest = z.infer<typeof PreviewRequest>

export const Preview = z
  .object({
    cron: z.string(),
    words: z.object({ en: z.string(), zh: z.string() }),
    zone: z.string(),
    items: z.array(
      z.object({
        slot: Instant,
        local: z.string().meta({
          description: 'the same on the schedule’s clock, with its offset',
          examples: ['2026-11-22 02:00:00 +08:00'],
        }),
        dueAt: Instant.optional().meta({ description: 'with jitter, or after quiet hours' }),
        skipped: z.literal('quiet').optional(),
        paths: z.array(z.string()).optional(),
      }),
    ),
  })
  .meta({ id: 'Preview' })
export type Preview = z.infer<typeof Preview>

/** The most slots that one backfill asks for. */
export const MOST_BACKFILL = 366
export const BackfillRequest = z
  .strictObject({
    from: AskedInstant,
    to: AskedInstant.optional().meta({ description: 'default: now' }),
    only: z
      .enum(['missing', 'all'])
      .default('missing')
      .meta({ description: 'missing: slots without a run that went well' }),
  })
  .meta({ id: 'BackfillRequest' })
export type BackfillRequest = z.infer<typeof BackfillRequest>
