// the stored form of schedules and their slots
import * as z from 'zod'
import { ActionName, AskedOptions } from '../../shared/actions.ts'
import { Asker } from '../../shared/chat.ts'
import { Id } from '../../shared/ids.ts'
import { JobStatus, Role, Via } from '../../shared/job.ts'
import { Misfire, NotifyPolicy, Overlap, QuietHours, RunKind, WaitFor, Why } from '../../shared/schedule.ts'
import { Instant } from '../../shared/time.ts'
import { Measurement, VerdictKind } from '../../shared/verdict.ts'

const count = z.int().min(0)
const paths = z.array(z.string()).readonly()

const Work = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ask'),
    action: ActionName,
    paths,
    options: AskedOptions,
    cluster: z.string().exactOptional(),
    statement: z.string().exactOptional(),
  }),
  z.object({ kind: z.literal('warmed'), cluster: z.string().exactOptional(), statement: z.string() }),
  z.object({ kind: z.literal('unreadable'), statement: z.string(), problem: z.string() }),
])

const Timing = z.object({
  expression: z.string(),
  cron: z.string(),
  zone: z.string(),
  startAt: Instant.exactOptional(),
  endAt: Instant.exactOptional(),
  jitterSeconds: count,
  quietHours: QuietHours.exactOptional(),
})

const Policy = z.object({
  overlap: Overlap,
  misfire: Misfire,
  misfireWithinSeconds: count.exactOptional(),
  waitFor: WaitFor.exactOptional(),
  readyBy: z.string().exactOptional(),
  notify: NotifyPolicy,
})

/** What a job keeps of the slot that it is the run of. */
export const ScheduledRecord = z.object({
  id: Id,
  name: z.string(),
  slotId: z.string(),
  slot: Instant,
  run: count,
  kind: RunKind,
  notify: NotifyPolicy,
  home: Asker.exactOptional(),
})

const Outcome = z.object({
  status: JobStatus,
  endedAt: Instant,
  verdict: z.object({ kind: VerdictKind, ok: z.boolean().nullable() }).exactOptional(),
  before: Measurement.exactOptional(),
  after: Measurement.exactOptional(),
})

export const SCHEDULE_RECORDS = {
  schedules: z.object({
    id: Id,
    number: count,
    name: z.string(),
    description: z.string().exactOptional(),
    owner: z.string(),
    role: Role,
    via: Via,
    home: Asker.exactOptional(),
    work: Work,
    timing: Timing,
    policy: Policy,
    view: z.string(),
    document: z.unknown().optional(),
    paused: z.boolean(),
    version: count,
    createdAt: Instant,
    updatedAt: Instant,
  }),
  scheduleKeys: z.object({ id: z.string(), scheduleId: Id, fingerprint: z.string() }),
  courses: z.object({
    id: Id,
    runs: count,
    lastRunAt: Instant.exactOptional(),
    lastSlotId: z.string().exactOptional(),
    through: Instant,
    forgotten: z
      .array(z.object({ from: Instant, through: Instant, open: z.boolean().exactOptional() }))
      .readonly()
      .exactOptional(),
  }),
  slots: z.object({
    id: z.string(),
    scheduleId: Id,
    number: count,
    kind: RunKind,
    slot: Instant,
    dueAt: Instant,
    at: Instant,
    status: z.enum(['due', 'waiting', 'fired', 'skipped', 'missed', 'unstarted']),
    why: Why.exactOptional(),
    message: z.string().exactOptional(),
    by: z.string().exactOptional(),
    asker: Asker.exactOptional(),
    plan: z.union([z.object({ name: z.string(), paths }), z.object({ problem: z.string() })]).exactOptional(),
    notBefore: Instant.exactOptional(),
    awaited: z
      .object({
        path: z.string(),
        everySeconds: count,
        deadlineAt: Instant,
        stableMinutes: count.exactOptional(),
        otherwise: z.enum(['skip', 'load']),
        seen: z.object({ bytes: z.number(), files: count, since: Instant }).exactOptional(),
        lookedAt: Instant.exactOptional(),
      })
      .exactOptional(),
    late: count.exactOptional(),
    readyBy: Instant.exactOptional(),
    checkAt: Instant.exactOptional(),
    told: z.enum(['ahead', 'over']).exactOptional(),
    others: z.object({ count, since: Instant, atLeast: z.boolean().exactOptional() }).exactOptional(),
    firedAt: Instant.exactOptional(),
    jobId: Id.exactOptional(),
    jobNumber: count.exactOptional(),
    outcome: Outcome.exactOptional(),
  }),
}
