// distributedLoad of eras E and F: the job master walks the tree, the command waits
import { setTimeout as sleep } from 'node:timers/promises'
import type { Arguments } from './arguments.ts'
import { percentage } from './cache.ts'
import { matchesGlob } from './knobs.ts'
import { printFailures } from './load-failures.ts'
import { type Run, readIndex } from './load-run.ts'
import { filesAt } from './rows.ts'
import {
  askMaster,
  CommandError,
  connectError,
  delay,
  discover,
  hangIfAsked,
  JOB_MASTER,
  locate,
  type Shell,
} from './shell.ts'
import { printExtras, submit } from './submission.ts'
import type { Job, World } from './world.ts'

/** Failures that the client of 2.9 takes for success. */
const HIDDEN = /enough block workers|remote block worker/

export async function loadOnServer(shell: Shell, args: Arguments, run: Run): Promise<number> {
  const { out, settings } = shell
  const detached = settings.era === 'F' ? args.has('async') : args.value('wait') === 'false'
  if (settings.era === 'F') {
    if (detached) await out.line('Entering async submission mode. ')
    await out.line('Please wait for command submission to finish..')
  }
  await hangIfAsked(shell, 'distributedLoad')
  await printExtras(shell)
  if (shell.knob('jobmaster') === 'down' || shell.knob('master') === 'down') {
    await delay(shell, 5_000)
    throw new CommandError(connectError(settings, JOB_MASTER, 'JobMasterClient'))
  }
  const path = args.paths[0] ?? ''
  for (const one of args.has('index') ? readIndex(path) : [path]) {
    const control = await submitTree(shell, run, one)
    if (settings.era === 'E') await followE(shell, run, { path: one, control, detached })
    else if (detached) await out.line(`Submitted distLoad job successfully, jobControlId = ${control}`)
    else await followF(shell, { path: one, control })
  }
  return 0
}

async function submitTree(shell: Shell, run: Run, path: string): Promise<number> {
  await askMaster(shell)
  const found = locate(shell, discover(shell, { path, deep: true }), path)
  const files: string[] = []
  for (const [file, entry] of filesAt(shell, found, path)) {
    const loaded = percentage(entry) === 100 && run.replication === 1
    if (!loaded && !matchesGlob(shell.knob('incomplete'), file)) files.push(file)
  }
  let control = 0
  shell.journal.commit(world => {
    control = world.nextJobId
    return [{ t: 'control' }]
  })
  if (files.length > 0) submit(shell, files, { replication: run.replication, control })
  return control
}

/** The jobs of a command. */
export function jobsOf(world: World, control: number): Job[] {
  return [...world.jobs.values()].filter(job => job.control === control)
}

async function waitFor(shell: Shell, control: number): Promise<Job[]> {
  for (;;) {
    const jobs = jobsOf(shell.journal.look(), control)
    const open = jobs.filter(job => job.status === 'CREATED' || job.status === 'RUNNING')
    if (open.length === 0) return jobs
    await sleep(Math.max(2, Math.min(100, (open.at(-1)?.doneAt ?? 0) - Date.now())))
  }
}

/** Splits jobs as the client sees them: some failures it takes for success. */
function outcome(shell: Shell, jobs: Job[]): { done: string[]; failed: string[] } {
  const heard = jobs.filter(job => !matchesGlob(shell.knob('silent'), job.path))
  const isDone = (job: Job): boolean =>
    job.status === 'COMPLETED' || (job.status === 'FAILED' && HIDDEN.test(job.error ?? ''))
  return {
    done: heard.filter(isDone).map(job => job.path),
    failed: heard.filter(job => job.status === 'FAILED' && !isDone(job)).map(job => job.path),
  }
}

/** The block that ends a command of era F, also of `job getCmdStatus`. */
export async function printStatus(shell: Shell, control: number, failedTitle = ''): Promise<string[]> {
  const { done, failed } = outcome(shell, jobsOf(shell.journal.look(), control))
  await shell.out.line('Get command status information below:')
  for (const path of done) await shell.out.line(`Successfully loaded path ${path}`)
  await shell.out.line(`Total completed file count is ${done.length}, failed file count is ${failed.length}`)
  if (failedTitle === '' || failed.length === 0) return failed
  await shell.out.line(failedTitle)
  for (const path of failed) await shell.out.line(`${path},`)
  return failed
}

async function followF(shell: Shell, ask: { path: string; control: number }): Promise<void> {
  await shell.out.line(`Submitted successfully, jobControlId = ${ask.control}`)
  await shell.out.line('Waiting for the command to finish ...')
  await waitFor(shell, ask.control)
  const files = await printStatus(shell, ask.control)
  await shell.out.line(`Finished running the command, jobControlId = ${ask.control}`)
  await printFailures(shell, ask.path, { files, title: 'Here are failed files: ', newline: true })
}

async function followE(
  shell: Shell,
  run: Run,
  ask: { path: string; control: number; detached: boolean },
): Promise<void> {
  if (!ask.detached) await shell.out.line('Waiting for the command to finish ...')
  const jobs = ask.detached ? [] : await waitFor(shell, ask.control)
  await shell.out.line(`Submitted distLoad job successfully, jobControlId = ${ask.control}`)
  if (ask.detached) return
  // this era counts commands (batches), not files
  const failed = jobs.filter(job => job.status === 'FAILED').length
  const batches = (files: number): number => Math.ceil(files / run.batch)
  run.completed += batches(jobs.length) - batches(failed)
  run.failed.push(...Array<string>(batches(failed)).fill(ask.path))
  await shell.out.line(`Completed command count is ${run.completed},Failed count is ${run.failed.length}.`)
}
