// wait, retry and stop: jobs that were handed in before
import { Job } from '../../shared/job.ts'
import { askFor, findJob } from '../answers.ts'
import { EXIT } from '../failure.ts'
import { hasEnded } from '../outcome.ts'
import type { Context, Verb } from '../verb.ts'
import { waitForJobs } from '../wait.ts'
import { tellSubmitted } from './load.ts'

export const wait: Verb = {
  name: 'wait',
  takes: '<jobs...>',
  summary: 'wait for jobs and tell their verdicts',
  options: [],
  examples: [
    ['gander wait 12', 'come back to job 12, by its number'],
    ['gander wait nightly', 'the newest job of that name'],
  ],
  run: async context => waitForJobs(context, await findAll(context)),
}

export const retry: Verb = {
  name: 'retry',
  takes: '<job>',
  summary: 'run the failed paths of a job again, in the same job',
  options: ['all', 'wait'],
  examples: [
    ['gander retry 12', 'only what failed'],
    ['gander retry 12 --all', 'everything anew'],
  ],
  run: async context => {
    const [found] = await findAll(context)
    const body = { only: context.options.all ? 'all' : 'failed' }
    const job = await askFor(context.api, Job, ['POST', `/api/v1/jobs/${found?.id}/retry`, { body }])
    await tellSubmitted(context, [job])
    return context.options.wait === false ? EXIT.cached : waitForJobs(context, [job])
  },
}

export const stop: Verb = {
  name: 'stop',
  takes: '<jobs...>',
  summary: 'ask jobs to stop; what GooseFS has queued for them is cancelled too',
  options: [],
  examples: [['gander stop 12 && gander wait 12', 'stop it, and see it end']],
  run: async context => {
    for (const found of await findAll(context)) {
      const call = ['POST', `/api/v1/jobs/${found.id}/stop`, { repeatable: true }] as const
      const job = await askFor(context.api, Job, call)
      if (context.options.json) await context.screen.json({ type: 'job', job })
      else await context.screen.line(hasEnded(job) ? toEnded(job) : toStopping(job))
    }
    return EXIT.cached
  },
}

async function findAll({ api, words }: Context): Promise<Job[]> {
  const jobs: Job[] = []
  for (const word of words) jobs.push(await findJob(api, word))
  return jobs
}

function toEnded(job: Job): string {
  return `job ${job.number} has ended: ${job.status}`
}

function toStopping(job: Job): string {
  return `job ${job.number} is stopping; gander wait ${job.number} sees it end`
}
