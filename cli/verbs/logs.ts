// logs: what the CLI of the cluster printed for a job, byte for byte
import type { Task } from '../../shared/job.ts'
import { findJob, tasksOf } from '../answers.ts'
import { EXIT, usage } from '../failure.ts'
import { hasEnded } from '../outcome.ts'
import { copyOutput, copyTail, followOutput } from '../output.ts'
import type { Context, Verb } from '../verb.ts'

export const logs: Verb = {
  name: 'logs',
  takes: '<job>',
  summary: 'what the CLI printed for a job, byte for byte; several paths after a line ==> path <== each',
  options: ['follow', 'tail', 'task'],
  examples: [
    ['gander logs 12', 'all of it'],
    ['gander logs -f --tail 20 12', 'the last lines, then on until the job has ended'],
  ],
  run: async context => {
    const job = await findJob(context.api, context.words[0] ?? '')
    const { follow, task, tail } = context.options
    if (follow && !hasEnded(job)) return followAll(context, job.id)
    await copyOutput(context, { job: job.id, task, tail, several: task === undefined && job.counts.total > 1 })
    return EXIT.cached
  },
}

/** One task after the other, each until it has ended, so that the output of two never mixes. */
async function followAll(context: Context, job: string): Promise<number> {
  const { screen, options } = context
  let told = 0
  let before: Task | undefined
  for await (const task of tasksOf(context.api, job)) {
    if (screen.gone.aborted) return EXIT.cached
    if (options.task !== undefined && task.id !== options.task) continue
    // a head line is only needed once there is a second task
    if (before !== undefined && !options.json) await screen.line(`\n==> ${task.path} <==`)
    before = task
    told++
    await followOne(context, task)
  }
  if (told === 0 && options.task !== undefined) throw usage(`The job has no task ${options.task}.`)
  return EXIT.cached
}

async function followOne(context: Context, task: Task): Promise<void> {
  const { tail } = context.options
  const from = tail === undefined ? 0 : await copyTail(context, { job: task.job, task: task.id, lines: tail })
  return followOutput(context, task, from)
}
