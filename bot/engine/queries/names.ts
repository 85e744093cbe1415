// jobs by their names: a name that is used again is one thing with several jobs
import type { JobRow, State, TaskRow } from '../../core/state.ts'
import type { NamedJobs, NameQuery } from '../operations/registry-port.ts'
import { toLabel } from './allocations.ts'

const DEFAULT_LIMIT = 100

/** Names in their order; `next` is the last of them when there are more. */
export function findNames(
  state: State,
  query: NameQuery,
): { readonly names: readonly string[]; readonly next?: string } {
  const { name, prefix = '', reverse = false, limit = DEFAULT_LIMIT, after } = query
  const known = name === undefined ? [...state.jobs.keys('name')].filter(one => one.startsWith(prefix)) : [name]
  const sorted = known.sort(compareNames)
  const ordered = reverse ? sorted.reverse() : sorted
  const side = reverse ? -1 : 1
  const left = after === undefined ? ordered : ordered.filter(one => compareNames(one, after) * side > 0)
  const names = left.slice(0, limit)
  const last = names[names.length - 1]
  return left.length > limit && last !== undefined ? { names, next: last } : { names }
}

// by code points, as bytes of UTF-8 are ordered: strings alone are by code units, of which halves of pairs are not the last
function compareNames(a: string, b: string): number {
  const least = Math.min(a.length, b.length)
  let at = 0
  while (at < least && a.charCodeAt(at) === b.charCodeAt(at)) at += 1
  return at === least ? a.length - b.length : rankOf(a.charCodeAt(at)) - rankOf(b.charCodeAt(at))
}

const BEYOND = 0x10000
function rankOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + BEYOND : unit
}

/** All jobs of a name; undefined when there is none (any more). */
export function toNamed(state: State, name: string): NamedJobs | undefined {
  const rows = [...state.jobs.find('name', name)].sort((a, b) => a.number - b.number)
  const [first] = rows
  if (first === undefined) return undefined
  const submissions = [...state.submissions.find('name', name)]
    .filter(one => !state.jobs.get(one.jobId)?.purged)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  return {
    name,
    jobs: rows,
    submissions,
    tasks: newestTasks(state, rows),
    createIndex: rows.reduce((least, row) => Math.min(least, row.createIndex), first.createIndex),
    modifyIndex: [...rows, ...submissions].reduce((most, one) => Math.max(most, one.modifyIndex), 0),
  }
}

function newestTasks(state: State, jobs: readonly JobRow[]): NamedJobs['tasks'] {
  const newest = new Map<string, TaskRow>()
  for (const job of jobs) {
    for (const task of [...state.tasks.find('job', job.id)].sort((a, b) => (a.id < b.id ? -1 : 1)))
      if (task.options.dryRun !== true || !newest.has(toLabel(task))) newest.set(toLabel(task), task)
  }
  return Array.from(newest, ([label, task]) => ({ label, task }))
}
