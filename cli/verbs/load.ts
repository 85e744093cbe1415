// load, forceload, metadata and free: asks that change the cache and are waited for
import type { ActionName } from '../../shared/actions.ts'
import type { Job } from '../../shared/job.ts'
import { EXIT } from '../failure.ts'
import type { OptionName } from '../options.ts'
import { readPaths } from '../paths.ts'
import { submit } from '../submission.ts'
import type { Context, Verb } from '../verb.ts'
import { waitForJobs } from '../wait.ts'
import { toCount } from '../words.ts'

const ANY: readonly OptionName[] = ['name', 'cluster', 'timeout', 'wait', 'file']
const LOADS: readonly OptionName[] = [
  ...(['name', 'cluster', 'replication', 'refresh', 'freshness', 'force', 'dryRun'] as const),
  ...(['timeout', 'verify', 'wait', 'file'] as const),
]

export const load: Verb = {
  ...toVerb('load', LOADS),
  summary: 'bring paths into the cache, and measure that they are there',
  examples: [
    ['gander load /datalake/db1', 'one path, wait for the verdict'],
    ['gander load --name nightly --replication 2 -f paths.txt', 'a list, two copies of each block'],
    ['hdfs-list | gander load - --timeout 2h --json', 'paths from stdin, objects for a program'],
    ['gander load --no-wait /datalake/db1', 'print the job and go'],
    ['gander load --dry-run /datalake/db1', 'files, bytes, what is missing, time, room; exit as gander cached'],
    ['gander load --force /datalake/db1', 'although the cache has no room for all of it'],
    ['gander load --freshness known /datalake/huge', 'measure faster, without asking the object store'],
  ],
}

export const forceload: Verb = {
  ...toVerb('forceload', LOADS),
  summary: 'load the metadata anew, then load',
  examples: [['gander forceload /datalake/db1', 'sees objects that were just written to the store']],
}

export const metadata: Verb = {
  ...toVerb('metadata', ANY),
  summary: 'load the metadata anew, no data',
  examples: [['gander metadata /datalake/db1', 'the listing is fresh afterwards']],
}

export const free: Verb = {
  ...toVerb('free', ANY),
  summary: 'drop paths from the cache; the store keeps them',
  examples: [['gander free /datalake/old', 'make room']],
}

function toVerb(action: ActionName, options: readonly OptionName[]): Pick<Verb, 'name' | 'takes' | 'options' | 'run'> {
  return { name: action, takes: '[paths...]', options, run: context => handIn(context, action) }
}

async function handIn(context: Context, action: ActionName): Promise<number> {
  const paths = await readPaths(context.words, context.options.file)
  const jobs = await submit(context, { action, paths, dryRun: context.options.dryRun === true })
  await tellSubmitted(context, jobs)
  return context.options.wait === false ? EXIT.cached : waitForJobs(context, jobs)
}

/** Tells what was handed in; with --no-wait the ids are the result, otherwise they are news. */
export async function tellSubmitted({ screen, options }: Context, jobs: readonly Job[]): Promise<void> {
  for (const job of jobs) {
    if (options.json) await screen.json({ type: 'submitted', job })
    else if (options.wait === false) await screen.line(job.id)
    if (options.json) continue
    const named = job.named ? ` (${job.name})` : ''
    screen.news(`job ${job.number}${named} was handed in: ${toCount(job.counts.total, 'path')}`)
    for (const note of job.notes) screen.news(`note: ${note}`)
  }
}
