// what one run of distributedLoad keeps in mind, and what stops a job from starting
import { readFileSync } from 'node:fs'
import { matchesGlob } from './knobs.ts'
import { CommandError, connectError, delay, JOB_MASTER, type Shell } from './shell.ts'

/** Options and counters of one run; the counters go on through all lines of an index file. */
export interface Run {
  replication: number
  activeJobs: number
  batch: number
  completed: number
  failed: string[]
}

/** The paths of an index file: one a line, no trimming. */
export function readIndex(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').replace(/\n$/, '').split('\n')
  } catch {
    throw new CommandError(`${file} (No such file or directory)`)
  }
}

/** Why no job can be started for the path, after the time that the client tries; undefined when one can. */
export async function startError(shell: Shell, path: string): Promise<string | undefined> {
  if (shell.knob('jobmaster') === 'down') {
    await delay(shell, 60_000)
    return connectError(shell.settings, JOB_MASTER, 'JobMasterClient')
  }
  if (!matchesGlob(shell.knob('submitfail'), path)) return undefined
  await delay(shell, 5_000)
  return 'Job master is at full capacity of 100,000 jobs'
}
