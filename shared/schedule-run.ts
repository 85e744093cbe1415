// one slot of a schedule and its run, as everyone sees it
import * as z from 'zod'
import { Id } from './ids.ts'
import { JobStatus } from './job.ts'
import { Instant } from './time.ts'
import { Measurement, VerdictKind } from './verdict.ts'

const count = z.int().min(0)

/** What became of a slot. */
export const RunStatus = z.enum([...JobStatus.options, 'waiting', 'skipped', 'missed', 'unstarted']).meta({
  id: 'RunStatus',
  description:
    'that of its job; or waiting (see why), skipped and missed (see why), unstarted (it could not be submitted, see message)',
})
export type RunStatus = z.infer<typeof RunStatus>

/** Why a slot waits, or why nothing was run at it. */
export const Why = z
  .enum(['overlap', 'quiet', 'marker', 'turn', 'late', 'merged', 'paused', 'removed', 'behind'])
  .meta({
    id: 'Why',
    description:
      'overlap: an earlier run is at work; quiet: the quiet hours; marker: it waits for its marker, or that did not come; turn: of a backfill, other runs go first; late: nobody was there at its time; merged: a later slot stands for it; paused, removed: the schedule was, while it waited; behind: another one waits instead',
  })
export type Why = z.infer<typeof Why>

export const RunKind = z.enum(['clock', 'manual', 'backfill']).meta({ id: 'RunKind' })
export type RunKind = z.infer<typeof RunKind>

/** One slot and its run, as everyone sees it. */
export const Run = z
  .object({
    id: z.string(),
    schedule: Id,
    number: z.int().min(1).meta({ description: 'counts the slots of its schedule, skipped and missed ones included' }),
    kind: RunKind,
    slot: Instant.meta({ description: 'the instant it stands for: date macros are filled in for it' }),
    dueAt: Instant.meta({ description: 'the slot and its jitter' }),
    at: Instant.meta({ description: 'when it was written down' }),
    status: RunStatus,
    why: Why.optional(),
    message: z.string().optional(),
    by: z.string().optional().meta({ description: 'who asked for a manual run or a backfill' }),
    others: z
      .object({ count, since: Instant, atLeast: z.boolean().optional() })
      .optional()
      .meta({ description: 'missed: slots before it that this entry stands for too' }),
    job: z.object({ id: Id, number: z.int().min(1) }).optional(),
    firedAt: Instant.optional(),
    endedAt: Instant.optional(),
    seconds: z.number().min(0).optional().meta({ description: 'from firing to end' }),
    readyBy: Instant.optional().meta({ description: 'when its data had to be warm' }),
    notReady: z
      .boolean()
      .optional()
      .meta({ description: 'true: at readyBy its data was not warm, whatever came later' }),
    verdict: z.object({ kind: VerdictKind, ok: z.boolean().nullable() }).optional(),
    before: Measurement.optional(),
    after: Measurement.optional(),
  })
  .meta({ id: 'Run' })
export type Run = z.infer<typeof Run>
