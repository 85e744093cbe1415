// hands in an ask, in parts under one name when the list is long

import type { ActionName, TaskOptions } from '../shared/actions.ts'
import { Job } from '../shared/job.ts'
import { askFor } from './answers.ts'
import type { Options } from './options.ts'
import { toParts } from './paths.ts'
import type { Context } from './verb.ts'

export type Wanted = { readonly action: ActionName; readonly paths: readonly string[]; readonly dryRun?: boolean }

/**
 * Hands in all paths; the answer is every job they became part of, mostly one. Each part has a key of its own, so a
 * part whose answer was lost is handed in again without harm.
 */
export async function submit(context: Context, wanted: Wanted): Promise<Job[]> {
  const parts = toParts(wanted.paths)
  const name = context.options.name ?? (parts.length > 1 ? `list-${crypto.randomUUID().slice(0, 8)}` : undefined)
  const jobs = new Map<string, Job>()
  for (const [index, paths] of parts.entries()) {
    const job = await submitPart(context, { ...wanted, paths }, name)
    jobs.set(job.id, job)
    if (parts.length > 1 && !context.options.json) {
      context.screen.news(`part ${index + 1} of ${parts.length} handed in: ${paths.length} paths, job ${job.number}`)
    }
  }
  return [...jobs.values()]
}

/** Hands in one ask that names at most 10,000 paths. */
async function submitPart({ api, options }: Context, wanted: Wanted, name: string | undefined): Promise<Job> {
  const body = {
    action: wanted.action,
    paths: wanted.paths,
    ...(name === undefined ? {} : { name }),
    ...(options.cluster === undefined ? {} : { cluster: options.cluster }),
    options: toTaskOptions(options),
    ...(wanted.dryRun ? { dryRun: true } : {}),
  }
  return askFor(api, Job, ['POST', '/api/v1/jobs', { body, key: crypto.randomUUID() }])
}

/** The options of a run that were given. */
export function toTaskOptions(options: Options): TaskOptions {
  return {
    ...(options.replication === undefined ? {} : { replication: options.replication }),
    ...(options.refresh ? { refresh: true } : {}),
    ...(options.verify === false ? { verify: false } : {}),
    ...(options.force ? { force: true } : {}),
    ...(options.freshness === undefined ? {} : { freshness: options.freshness }),
    ...(options.timeout === undefined ? {} : { timeoutSeconds: Math.ceil(options.timeout / 1_000) }),
    ...(options.recursive ? { recursive: true } : {}),
  }
}
