// what the cache holds before and after, and what that means
import * as z from 'zod'
import { Instant } from './time.ts'

/** Why a wanted file is not in the cache, in classes that a person can act on. */
export const Cause = z
  .enum([
    'no-space',
    'no-such-path',
    'permission',
    'gone',
    'changed',
    'not-seen',
    'worker-lost',
    'no-job-worker',
    'job-service-down',
    'master-unreachable',
    'incomplete',
    'replicas',
    'stalled',
    'refused-by-cli',
    'cli-missing',
    'unknown',
  ])
  .meta({ id: 'Cause' })
export type Cause = z.infer<typeof Cause>

/** Causes that pass by themselves: a verdict that names only these is tried again. */
export const PASSING_CAUSES: ReadonlySet<Cause> = new Set<Cause>([
  'no-job-worker',
  'job-service-down',
  'master-unreachable',
  'worker-lost',
  'no-space',
])

/** The files under a path as one listing showed them. Percentages are rounded down, so 100 means all of it. */
export const Measurement = z
  .object({
    at: Instant,
    files: z.int().min(0),
    bytes: z.int().min(0),
    cachedFiles: z.int().min(0).meta({ description: 'files that are wholly cached' }),
    cachedBytes: z
      .int()
      .min(0)
      .meta({ description: 'from the whole percentages the CLI prints: exact for whole files' }),
    cachedPercent: z.int().min(0).max(100),
    fresh: z.boolean().meta({ description: 'taken over metadata refreshed from the object store' }),
    complete: z.boolean().meta({ description: 'false when the tree was too large to list it whole' }),
  })
  .meta({ id: 'Measurement' })
export type Measurement = z.infer<typeof Measurement>

export const MissingFile = z.object({ path: z.string(), cause: Cause }).meta({ id: 'MissingFile' })
export type MissingFile = z.infer<typeof MissingFile>

export const MOST_MISSING_EXAMPLES = 100

/** What an agent found out about one load; `bot/core/judge.ts` turns it into a verdict. */
export const Findings = z
  .object({
    before: Measurement.optional(),
    after: Measurement.optional(),
    missing: z.array(MissingFile).max(MOST_MISSING_EXAMPLES).default([]),
    missingTotal: z.int().min(0).default(0),
    missingByCause: z.partialRecord(Cause, z.int().min(0)).default({}),
    quiet: z
      .boolean()
      .optional()
      .meta({ description: 'whether the engine had no unfinished job for this path when `after` was taken' }),
    workers: z
      .object({
        live: z.int().min(0),
        lost: z.int().min(0),
        silent: z.int().min(0).meta({ description: 'counted as live by the master, but not heard of lately' }),
        capacityBytes: z.number().min(0),
        usedBytes: z.number().min(0),
      })
      .optional(),
    /** The reason the measurement itself could not be had, when it could not. */
    trouble: z.object({ cause: Cause, message: z.string() }).optional(),
    cost: z.object({ calls: z.int().min(0), wallMs: z.int().min(0) }).default({ calls: 0, wallMs: 0 }),
  })
  .meta({ id: 'Findings' })
export type Findings = z.infer<typeof Findings>

export const VerdictKind = z
  .enum(['cached', 'nothing-new', 'partly', 'not-cached', 'unverified', 'empty'])
  .meta({ id: 'VerdictKind' })
export type VerdictKind = z.infer<typeof VerdictKind>

/** Whether each kind is good: null means that nobody measured. */
export const VERDICT_OK: Readonly<Record<VerdictKind, boolean | null>> = {
  cached: true,
  'nothing-new': true,
  empty: true,
  partly: false,
  'not-cached': false,
  unverified: null,
}

export const Verdict = z
  .object({
    ok: z.boolean().nullable(),
    kind: VerdictKind,
    before: Measurement.optional(),
    after: Measurement.optional(),
    missing: z.array(MissingFile).max(MOST_MISSING_EXAMPLES).optional(),
    missingTotal: z.int().min(0).optional(),
    missingByCause: z.partialRecord(Cause, z.int().min(0)).optional(),
    cost: z.object({ calls: z.int(), wallMs: z.int() }).optional().meta({ description: 'what measuring itself took' }),
    notes: z.array(z.string()),
  })
  .meta({ id: 'Verdict' })
export type Verdict = z.infer<typeof Verdict>

/** What a load would have to do, found out without loading. */
export const Estimate = z
  .object({
    files: z.int().min(0),
    bytes: z.int().min(0),
    missingBytes: z.int().min(0),
    seconds: z.number().min(0).optional(),
    freeAfterBytes: z.number().optional(),
  })
  .meta({ id: 'Estimate' })
export type Estimate = z.infer<typeof Estimate>
