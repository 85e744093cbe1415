// where a load that is placed again begins: at what was missing, when that is little; else at its whole path
import { shown } from '../../shared/errors.ts'
import { isWithin, pathProblem, toComparable, toNamespacePath } from '../../shared/path.ts'
import type { Instant } from '../../shared/time.ts'
import type { Cause, Verdict } from '../../shared/verdict.ts'
import { MOST_TARGETS } from '../../shared/wire.ts'
import type { Targets, TaskRow } from './state.ts'

/**
 * What a missing file asks of the next load.
 *
 * - `load`: a load that begins at it is as good for it as one of the whole path. Whether it changed or was not seen makes
 *   no difference: the listings that come first know it now.
 * - `leave`: there is nothing to load, and the CLI ends with 255 when it is told to begin there.
 * - `whole`: the list does not name everything. What lies below a directory that could not be read is in no list; a
 *   command that was refused, or never began, did not get to anything.
 */
const BEGINNINGS: Readonly<Record<Cause, 'load' | 'leave' | 'whole'>> = {
  'no-space': 'load',
  'no-such-path': 'leave',
  permission: 'whole',
  gone: 'leave',
  changed: 'load',
  'not-seen': 'load',
  'worker-lost': 'load',
  unreported: 'load',
  'no-job-worker': 'load',
  'job-service-down': 'load',
  'master-unreachable': 'load',
  incomplete: 'load',
  replicas: 'load',
  stalled: 'load',
  'refused-by-cli': 'whole',
  'cli-missing': 'whole',
  'cli-killed': 'load',
  unknown: 'load',
}

/**
 * Where the next load of a task has to begin after `verdict`: at most three files or directories below its path, in the
 * form in which the path was given. Empty means the whole path: all are missing, they lie too far apart, not all of them
 * are known by name, or one has a name that no argument can carry. A second pass over cached files is cheap, a CLI
 * process for each of many files is not.
 */
export function toTargets(task: Pick<TaskRow, 'path'>, verdict: Verdict | undefined): readonly string[] {
  const named = toNamed(verdict)
  const root = toNamespacePath(task.path)
  const files = named.filter(({ cause }) => BEGINNINGS[cause] === 'load').map(({ path }) => toComparable(path))
  if (files.length === 0 || named.some(({ cause }) => BEGINNINGS[cause] === 'whole')) return []
  const places = gather(withoutNested(files))
  const head = headOf(task.path)
  const targets = places.map(place => `${head}${place}`)
  const fits = places.every(place => place !== root && isWithin(place, root))
  return fits && targets.every(target => pathProblem(target) === undefined) ? targets : []
}

export type Aim = { readonly targets?: Targets; readonly notes: readonly string[] }
export const NO_TARGETS: Aim = { notes: [] }

/** The same as part of the event that queues the task, with the words for it. `seenAt`: see `Targets`. */
export function aimAt(task: Pick<TaskRow, 'path'>, verdict: Verdict | undefined, seenAt: Instant): Aim {
  const paths = toTargets(task, verdict)
  if (paths.length === 0) return NO_TARGETS
  return { targets: { paths, seenAt }, notes: [`only what was missing is loaded: ${paths.map(shown).join(', ')}`] }
}

// all of what is missing, or nothing when the list is only a part of it
function toNamed(verdict: Verdict | undefined): NonNullable<Verdict['missing']> {
  const { ok, after, missing = [], missingTotal } = verdict ?? {}
  return ok === false && after?.complete === true && missing.length === missingTotal ? missing : []
}

function withoutNested(paths: readonly string[]): string[] {
  const all = [...new Set(paths)]
  return all.filter(path => !all.some(other => other !== path && isWithin(path, other)))
}

type Place = { readonly path: string; readonly depth: number }

// of the deepest ones those with most neighbours give way to their directory, until they are few; nothing can come to lie
// inside of another that way
function gather(paths: readonly string[]): string[] {
  let places = paths.map(toPlace)
  while (places.length > MOST_TARGETS) {
    const deepest = Math.max(...places.map(place => place.depth))
    const parents = places.filter(place => place.depth === deepest).map(place => parentOf(place.path))
    const parent = mostFrequent(parents)
    const rest = places.filter(place => place.depth !== deepest || parentOf(place.path) !== parent)
    places = [...rest, { path: parent, depth: deepest - 1 }]
  }
  return places.map(place => place.path).sort()
}

function toPlace(path: string): Place {
  return { path, depth: path === '/' ? 0 : path.split('/').length - 1 }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}

function mostFrequent(texts: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most), ['/', 0])[0]
}

// listings name paths of the namespace; a task's path may have a scheme and an authority before that
function headOf(path: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/]*/.exec(path)?.[0] ?? ''
}
