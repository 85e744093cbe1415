// cached: a dry run that says what share of each path is in the cache
import { readPaths } from '../paths.ts'
import { submit } from '../submission.ts'
import type { Verb } from '../verb.ts'
import { waitForJobs } from '../wait.ts'

export const cached: Verb = {
  name: 'cached',
  takes: '[paths...]',
  summary: 'measure how much of each path is cached; nothing is loaded (exit 0 all, 3 partly, 1 nothing)',
  options: ['cluster', 'freshness', 'timeout', 'file'],
  examples: [
    ['gander cached /datalake/db1', 'share, missing bytes and the time a load would take'],
    ['gander cached /datalake/db1 || gander load /datalake/db1', 'load only what is not cached yet'],
  ],
  run: async context => {
    const paths = await readPaths(context.words, context.options.file)
    return waitForJobs(context, await submit(context, { action: 'load', paths, dryRun: true }))
  },
}
