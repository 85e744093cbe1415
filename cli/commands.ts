// the commands that are told to people, ready to be typed: with the job's number and the path as a shell takes it
import type { Task } from '../shared/job.ts'
import { toPrintable } from './words.ts'

const PLAIN = /^[\w@%+=:,./-]+$/

/** A path as one word of a shell. */
export function toShellWord(path: string): string {
  const shown = toPrintable(path)
  return PLAIN.test(shown) ? shown : `'${shown.replaceAll("'", String.raw`'\''`)}'`
}

/** The same load once more, with other options before its path. */
export function toLoadCommand(task: Task, ...options: readonly string[]): string {
  const { replication } = task.options
  const copies = replication === undefined ? [] : ['--replication', String(replication)]
  return ['gander', task.action, ...options, ...copies, toShellWord(task.path)].join(' ')
}

/** A next step with this job's number and path in its commands; what to free is for the reader to choose. */
export function toTyped(next: string, task: Task, job: { readonly number: number }): string {
  return next
    .replace(/\bgander (retry|logs) JOB\b/g, (_, verb: string) => `gander ${verb} ${job.number}`)
    .replace(
      /\bgander load ([^;,`]*)\bPATH\b/g,
      (_, options: string) => `gander load ${options}${toShellWord(task.path)}`,
    )
}
