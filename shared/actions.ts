// what the CLI can be asked: one row for each action
import * as z from 'zod'

export const ActionName = z
  .enum(['load', 'forceload', 'metadata', 'free', 'list', 'report'])
  .meta({ id: 'ActionName', description: 'forceload is metadata, then load' })
export type ActionName = z.infer<typeof ActionName>

type ActionRow = {
  /** How many paths one ask may name. */
  readonly paths: 'none' | 'one' | 'many'
  /** What it does to the cluster: permissions and confirmations are read from it. */
  readonly effect: 'read' | 'write' | 'destroy'
  /** Whether a run whose outcome is unknown may simply be run again. */
  readonly repeatable: boolean
  /** Whether the cached share is measured before and after and decides. */
  readonly verified: boolean
  /** Read-only asks have a place of their own on an agent, so that they never wait behind loads. */
  readonly lane: 'work' | 'read'
}

export const ACTIONS: Readonly<Record<ActionName, ActionRow>> = {
  load: { paths: 'many', effect: 'write', repeatable: true, verified: true, lane: 'work' },
  forceload: { paths: 'many', effect: 'write', repeatable: true, verified: true, lane: 'work' },
  metadata: { paths: 'many', effect: 'write', repeatable: true, verified: false, lane: 'work' },
  free: { paths: 'many', effect: 'destroy', repeatable: false, verified: false, lane: 'work' },
  list: { paths: 'many', effect: 'read', repeatable: false, verified: false, lane: 'read' },
  report: { paths: 'none', effect: 'read', repeatable: false, verified: false, lane: 'read' },
}

/** What an ask may add to an action. Everything is optional; `seconds` are wall time of one run. */
export const AskedOptions = z
  .strictObject({
    replication: z.int().min(1).max(100).optional().meta({ description: 'copies of each block, default 1' }),
    activeJobs: z.int().min(1).max(100_000).optional().meta({ description: 'at most this many engine jobs at once' }),
    refresh: z.boolean().optional().meta({ description: 'load the metadata anew first, as forceload does' }),
    verify: z
      .boolean()
      .optional()
      .meta({ description: 'measure before and after and let that decide; default: as the daemon is told' }),
    timeoutSeconds: z
      .int()
      .min(1)
      .max(604_800)
      .optional()
      .meta({ description: 'the run is stopped after this long; default none' }),
    dryRun: z.boolean().optional().meta({ description: 'only measure what a load would have to do' }),
    force: z.boolean().optional().meta({ description: 'load even what the cache has no room for' }),
    freshness: z
      .enum(['refreshed', 'known'])
      .optional()
      .meta({ description: 'known: both measurements see what the cluster knows, without asking the object store' }),
    batchSize: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .meta({ description: 'files that one engine job loads, where the CLI knows such an option' }),
    restart: z
      .strictObject({ attempts: z.int().min(0).max(100), delaySeconds: z.int().min(0).max(86_400) })
      .optional()
      .meta({ description: 'a failed run is placed again so often, after so long' }),
    recursive: z.boolean().optional().meta({ description: 'list: all levels' }),
  })
  .meta({ id: 'AskedOptions' })
export type AskedOptions = z.infer<typeof AskedOptions>

/** The options of a task as they are kept: what was asked, and what nobody can ask for. */
export const TaskOptions = AskedOptions.extend({
  adopted: z.string().min(1).optional().meta({
    description: "internal: words that name the coordinator's own job, which is only followed (shared/adopted.ts)",
  }),
}).meta({ id: 'TaskOptions' })
export type TaskOptions = z.infer<typeof TaskOptions>

/** Whether an ask changes anything: what only looks, or as a dry run only finds out, does not. */
export function changes({ action, options }: Readonly<{ action: ActionName; options: AskedOptions }>): boolean {
  return ACTIONS[action].effect !== 'read' && options.dryRun !== true
}
