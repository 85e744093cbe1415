// goosefs job: ls, stat, cancel, leader, getCmdStatus
import { readArguments, UsageError } from './arguments.ts'
import { blockId, statusOf } from './engine.ts'
import { jobsOf, printStatus } from './load-server.ts'
import { type Command, CommandError, delay, type Shell } from './shell.ts'
import type { Job } from './world.ts'

/** `job` keeps the default retry budget of two minutes unless told otherwise. */
async function askJobMaster(shell: Shell, message: string): Promise<void> {
  if (shell.knob('jobmaster') !== 'down' && shell.knob('master') !== 'down') return
  const budget = shell.settings.properties['user.rpc.retry.max.duration']
  await delay(shell, budget === undefined ? 120_000 : 8_500)
  throw new CommandError(message)
}

function readId(text: string | undefined): number {
  if (text === undefined) throw new UsageError('Command takes 1 arguments, not 0')
  if (!/^-?\d+$/.test(text)) throw new UsageError(`Arg ${text} is not type long`)
  return Number(text)
}

export const jobLs: Command = async shell => {
  await askJobMaster(shell, 'Failed to list the jobs')
  const world = shell.journal.look()
  const running = new Set(world.pending.slice(0, 10))
  let block = ''
  for (const job of world.jobs.values()) {
    const status = job.status === 'CREATED' && running.has(job) ? 'RUNNING' : job.status
    block += `${String(job.id).padEnd(15)} ${'Load'.padEnd(10)} ${status.padEnd(10)}\n`
  }
  await shell.out.raw(block)
  return 0
}

async function printTask(shell: Shell, job: Job, status: string): Promise<void> {
  const { out, settings } = shell
  const task =
    settings.era === 'F'
      ? `LoadTask{FilePath=${job.path}, blockId=${blockId(job.path)}, workerNetAddress=WorkerNetAddress{host=127.0.0.1, containerHost=, rpcPort=9203, dataPort=9203, webPort=9204, domainSocketPath=, tieredIdentity=TieredIdentity(node=127.0.0.1, rack=null)}}`
      : `LoadTask{blockId=${blockId(job.path)}}`
  const text = `[${task}]`
  await out.line('Task 0')
  await out.line('\tWorker: 127.0.0.1')
  await out.line(`\tDescription: ${text.length > 203 ? `${text.slice(0, 200)}...` : text}`)
  await out.line(`\tStatus: ${status}`)
  if (job.error !== undefined) await out.line(`\tError: ${job.error.replace(/^Task execution failed: /, '')}`)
}

export const jobStat: Command = async shell => {
  const args = readArguments(shell.argv, { v: false })
  const id = readId(args.paths[0])
  await askJobMaster(shell, `Failed to get status of the job ${id}`)
  const world = shell.journal.look()
  const job = world.jobs.get(id)
  if (job === undefined) throw new CommandError(`Failed to get status of the job ${id}`)
  const status = statusOf(world, job)
  await shell.out.line(`ID: ${job.id}`)
  await shell.out.line('Name: Load')
  await shell.out.line(`Description: LoadConfig{FilePath=${job.path}, Replication=${job.replication}}`)
  await shell.out.line(`Status: ${status}`)
  if (job.error !== undefined) await shell.out.line(`Error: ${job.error}`)
  if (args.has('v')) await printTask(shell, job, status)
  return 0
}

/** `job cancel`: silent; a finished job may be cancelled again, an unknown one not. */
export const jobCancel: Command = async shell => {
  const id = readId(shell.argv[0])
  await askJobMaster(shell, `Failed to cancel the job ${id}`)
  if (!shell.journal.look().jobs.has(id)) throw new CommandError(`Failed to cancel the job ${id}`)
  shell.journal.commit(() => [{ t: 'cancel', id }])
  return 0
}

export const jobLeader: Command = async shell => {
  await askJobMaster(shell, 'Failed to get the primary job master')
  await shell.out.line('127.0.0.1')
  return 0
}

export const getCmdStatus: Command = async shell => {
  const id = readId(shell.argv[0])
  const message = `Unable to get detailed information for command ${id}. For command submitted, please retry later.`
  await askJobMaster(shell, message)
  if (jobsOf(shell.journal.look(), id).length === 0) throw new CommandError(message)
  await printStatus(shell, id, 'Failed files are:')
  return 0
}
