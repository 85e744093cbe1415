// fsadmin report jobservice: workers, counts, three lists of ten
import { statusOf } from './engine.ts'
import { CommandError, connectError, delay, JOB_MASTER, type Shell } from './shell.ts'
import { stamp } from './words.ts'
import type { Job, JobStatus, World } from './world.ts'

const STATUSES: JobStatus[] = ['CREATED', 'CANCELED', 'FAILED', 'RUNNING', 'COMPLETED']

function jobLine(world: World, job: Job): string {
  const status = statusOf(world, job)
  return `Timestamp: ${stamp(job.updatedAt).padEnd(30)}Id: ${String(job.id).padEnd(20)}Name: ${'Load'.padEnd(20)}Status: ${status}`
}

/** How many jobs stand in each status. */
export function countJobs(world: World): Record<JobStatus, number> {
  const counts: Record<JobStatus, number> = { CREATED: 0, RUNNING: 0, COMPLETED: 0, FAILED: 0, CANCELED: 0 }
  for (const job of world.jobs.values()) counts[job.status]++
  const running = Math.min(10, world.pending.length)
  counts.CREATED -= running
  counts.RUNNING += running
  return counts
}

export async function printJobService(shell: Shell): Promise<void> {
  if (shell.knob('jobmaster') === 'down') {
    await delay(shell, 5_000)
    throw new CommandError(connectError(shell.settings, JOB_MASTER, 'JobMasterClient'))
  }
  const { out } = shell
  const world = shell.journal.look()
  const counts = countJobs(world)
  if (shell.knob('jobworker') !== 'none') {
    const open = String(world.pending.length).padEnd(7)
    const active = String(counts.RUNNING).padEnd(7)
    await out.line(
      `Worker: ${'127.0.0.1'.padEnd(10)}  Task Pool Size: ${'10'.padEnd(7)}Unfinished Tasks: ${open}Active Tasks: ${active}Load Avg: 0.5, 0.25, 0.125`,
    )
  }
  await out.line('')
  for (const status of STATUSES) await out.line(`Status: ${status.padEnd(10)}Count: ${counts[status]}`)
  await out.line('')
  const newest = [...world.jobs.values()].sort((a, b) => b.updatedAt - a.updatedAt || a.id - b.id)
  const sections: [string, Job[]][] = [
    ['10 Most Recently Modified Jobs:', newest],
    ['10 Most Recently Failed Jobs:', newest.filter(job => job.status === 'FAILED')],
    ['10 Longest Running Jobs:', world.pending],
  ]
  for (const [title, jobs] of sections) {
    await out.line(title)
    for (const job of jobs.slice(0, 10)) await out.line(jobLine(world, job))
    await out.line('')
  }
}
