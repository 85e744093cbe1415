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
    'unreported',
    'no-job-worker',
    'job-service-down',
    'master-unreachable',
    'incomplete',
    'replicas',
    'stalled',
    'refused-by-cli',
    'cli-missing',
    'cli-killed',
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

/** The workers as the cluster's own report shows them. */
export const Workers = z
  .object({
    live: z.int().min(0),
    lost: z.int().min(0),
    silent: z.int().min(0).meta({ description: 'counted as live by the master, but not heard of lately' }),
    capacityBytes: z.number().min(0),
    usedBytes: z.number().min(0),
  })
  .meta({ id: 'Workers' })
export type Workers = z.infer<typeof Workers>

/** Servers of a cluster that can go away and come back while a load runs. */
export const ServerRole = z.enum(['master', 'worker', 'job-master', 'job-worker']).meta({ id: 'ServerRole' })
export type ServerRole = z.infer<typeof ServerRole>

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
    workers: Workers.optional(),
    dropped: z
      .object({ files: z.int().min(0), bytes: z.int().min(0) })
      .optional()
      .meta({
        description: 'cached before or called loaded by the CLI, unchanged since, and not in the cache any more',
      }),
    restarted: z
      .array(ServerRole)
      .optional()
      .meta({ description: 'servers that went away during the load, whether they are back or not' }),
    /** Why the measurement itself could not be had, or, beside one, why it is no proof. */
    trouble: z.object({ cause: Cause, message: z.string() }).optional(),
    cost: z.object({ calls: z.int().min(0), wallMs: z.int().min(0) }).default({ calls: 0, wallMs: 0 }),
  })
  .meta({ id: 'Findings' })
export type Findings = z.infer<typeof Findings>

/** One cause as people read it. */
export const Reason = z
  .object({
    cause: Cause,
    files: z.int().min(0),
    text: z.object({ en: z.string(), zh: z.string() }),
    next: z.object({ en: z.string(), zh: z.string() }).meta({ description: 'what to do about it' }),
  })
  .meta({ id: 'Reason' })
export type Reason = z.infer<typeof Reason>

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
    workers: Workers.optional(),
    copies: z.int().min(2).optional().meta({ description: 'copies that were asked for, when more than one' }),
    reasons: z.array(Reason).optional().meta({ description: 'the causes as sentences, most files first' }),
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
    missingFiles: z.int().min(0).optional(),
    seconds: z.number().min(0).optional(),
    freeAfterBytes: z.number().optional(),
  })
  .meta({ id: 'Estimate' })
export type Estimate = z.infer<typeof Estimate>
