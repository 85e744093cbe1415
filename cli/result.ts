// what became of a job: a sentence for each path, or of many paths a summary and the bad ones
import type { Job, Task } from '../shared/job.ts'
import { tasksOf } from './answers.ts'
import { toEstimateExit } from './estimate.ts'
import { EXIT } from './failure.ts'
import { toJobExit, toTaskExit } from './outcome.ts'
import { toTaskLines } from './task-lines.ts'
import type { Context } from './verb.ts'
import { toSentence } from './verdict-words.ts'
import { toBytes, toCount } from './words.ts'

/** Up to this many paths each gets its sentence. */
const FEW = 10
/** Bad paths that are told in full; the rest is counted. */
const MOST_BAD = 100

type Sum = { files: number; addedBytes: number; good: number; bad: number; untold: number }

/** Reads the tasks page by page and tells; the answer is the exit code of this job. */
export async function tellResult(context: Context, job: Job): Promise<number> {
  const exits = new Set<number>()
  const sum: Sum = { files: 0, addedBytes: 0, good: 0, bad: 0, untold: 0 }
  let dry = false
  for await (const task of tasksOf(context.api, job.id)) {
    dry ||= task.options.dryRun === true || task.estimate !== undefined
    const exit = dry ? toEstimateExit(task) : toTaskExit(task)
    exits.add(exit)
    add(sum, task, exit)
    if (context.options.json) await context.screen.json({ type: 'task', task })
    else await tellTask(context, { job, task, exit, sum })
  }
  const exit = dry ? toDryExit(exits) : toJobExit(job, exits)
  if (context.options.json) await context.screen.json({ type: 'result', exit, job })
  else if (job.counts.total > FEW) await tellSummary(context, job, sum)
  return exit
}

async function tellTask(
  { screen }: Context,
  of: { readonly job: Job; readonly task: Task; readonly exit: number; readonly sum: Sum },
): Promise<void> {
  const { task, sum } = of
  if (of.job.counts.total > FEW) {
    if (of.exit === EXIT.cached) return
    if (sum.bad > MOST_BAD) {
      sum.untold++
      return
    }
  }
  for (const line of toTaskLines(of.job, task, screen.paint)) await screen.line(line)
}

async function tellSummary({ screen }: Context, job: Job, sum: Sum): Promise<void> {
  if (sum.untold > 0) await screen.line(`… and ${sum.untold} more: gander status ${job.number} --status failed`)
  const bad = sum.bad === 0 ? '' : `, ${screen.paint('bad', `${sum.bad.toLocaleString('en-US')} not`)}`
  await screen.line(
    `job ${job.number} ${job.status}: ${toCount(sum.good, 'path')} good${bad}; ` +
      `${toCount(sum.files, 'file')}, ${toBytes(sum.addedBytes)} added`,
  )
}

function add(sum: Sum, task: Task, exit: number): void {
  const { before, after } = task.verdict ?? {}
  sum.files += after?.files ?? task.files.total
  sum.addedBytes += Math.max(0, (after?.cachedBytes ?? 0) - (before?.cachedBytes ?? after?.cachedBytes ?? 0))
  if (exit === EXIT.cached) sum.good++
  else sum.bad++
}

function toDryExit(exits: ReadonlySet<number>): number {
  if (exits.size <= 1) return [...exits][0] ?? EXIT.cached
  return exits.has(EXIT.stopped) ? EXIT.stopped : EXIT.partly
}

/** Says which tasks of an ask for text did not succeed; on stderr, since stdout is the text. */
export async function tellTroubles(context: Context, job: Job): Promise<void> {
  if (job.status === 'succeeded') return
  for await (const task of tasksOf(context.api, job.id)) {
    if (task.status === 'succeeded') continue
    context.screen.news(toSentence(task, context.screen.newsPaint))
  }
}
