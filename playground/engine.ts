// the job master and its worker: jobs end with time, whether or not the CLI that asked still lives
import { blockBytes, fill } from './cache.ts'
import type { JobsAsk } from './events.ts'
import { type Entry, find } from './tree.ts'
import type { Job, World } from './world.ts'

/** Finished jobs kept for `job ls`; the oldest beyond go. */
const KEPT_JOBS = 20_000

/** Takes jobs in: one lane, so each ends `ms` after the one before it. */
export function addJobs(world: World, ask: JobsAsk, at: number): void {
  let end = Math.max(at, world.pending.at(-1)?.doneAt ?? 0)
  for (const [index, path] of ask.paths.entries()) {
    end += ask.ms
    const job: Job = {
      id: world.nextJobId++,
      path,
      replication: ask.replication,
      status: 'CREATED',
      doneAt: end,
      updatedAt: at,
      failAs: ask.fails?.[index],
      control: ask.control,
    }
    world.jobs.set(job.id, job)
    // a held job is known but never ends by itself: its worker is paused by the asker's environment
    if (ask.hold === true) job.status = 'RUNNING'
    else world.pending.push(job)
  }
  trim(world)
}

function trim(world: World): void {
  if (world.jobs.size <= KEPT_JOBS) return
  for (const [id, job] of world.jobs) {
    if (world.jobs.size <= KEPT_JOBS) return
    if (job.status !== 'CREATED' && job.status !== 'RUNNING') world.jobs.delete(id)
  }
}

/** Ends every job that is due at `at`, in order, unless the job worker is paused. */
export function settle(world: World, at: number): void {
  if (world.knobs['jobworker'] === 'paused') return
  let due = 0
  for (const job of world.pending) {
    if (job.doneAt > at) break
    due++
    finish(world, job)
  }
  if (due > 0) world.pending.splice(0, due)
}

/** What a job is doing now: ten run at once, the rest waits. */
export function statusOf(world: World, job: Job): Job['status'] {
  if (job.status !== 'CREATED') return job.status
  return world.pending.indexOf(job, 0) < 10 ? 'RUNNING' : 'CREATED'
}

function finish(world: World, job: Job): void {
  const found = find(world.root, job.path)
  const entry = found?.kind === 'file' ? found.entry : undefined
  job.updatedAt = job.doneAt
  job.error = job.failAs ?? (world.knobs['worker'] === 'lost' ? WORKER_GONE : readError(world, job.path, entry))
  job.status = job.error === undefined ? 'COMPLETED' : 'FAILED'
  if (job.error === undefined && entry !== undefined) fill(world, entry, job.path)
}

/** What a task says when the block worker does not answer. */
export const WORKER_GONE =
  'Task execution failed: Failed to connect to remote block worker: GrpcServerAddress{HostName=127.0.0.1, SocketAddress=localhost/127.0.0.1:9203}'

/** A block id that stays the same for a path. */
export function blockId(path: string): number {
  let hash = 0
  for (const letter of path) hash = (hash * 31 + letter.charCodeAt(0)) % 4096
  return (hash + 1) * 16_777_216
}

/** The line of an object that is gone. */
export function goneError(path: string): string {
  return `Task execution failed: Failed to read block ID=${blockId(path)} from tiered storage and UFS tier: ${path} (No such file or directory) (Zero Copy GrpcDataReader)`
}

function readError(world: World, path: string, entry: Entry | undefined): string | undefined {
  if (entry?.ufs === undefined || entry.meta === undefined) return goneError(path)
  if (entry.ufs.bytes >= entry.meta.bytes) return undefined
  // an object that grew is cached up to the old length and shown as 100 %: nothing complains
  const block = Math.min(entry.meta.bytes, blockBytes(world))
  return `Task execution failed: Block ${blockId(path)} is expected to be ${block} bytes, but only ${entry.ufs.bytes} bytes are available. Please ensure its metadata is consistent between Alluxio and UFS.`
}

export function cancelJob(world: World, id: number, at: number): void {
  const job = world.jobs.get(id)
  if (job === undefined || (job.status !== 'CREATED' && job.status !== 'RUNNING')) return
  job.status = 'CANCELED'
  job.updatedAt = at
  world.pending = world.pending.filter(other => other !== job)
}

/** Jobs are not journaled: a job master that goes down forgets them all. */
export function loseJobs(world: World): void {
  world.jobs.clear()
  world.pending = []
}

/** Moves all ends back by the time (ms) that the worker was paused. */
export function shiftJobs(world: World, ms: number): void {
  for (const job of world.pending) job.doneAt += ms
}
