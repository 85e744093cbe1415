// what an ask names as paths of the name space: addresses mapped, lists read, files below paths picked by a pattern
import { RE2JS } from 're2js'
import { AppError, shown, toError } from '../../../shared/errors.ts'
import type { Actor } from '../../../shared/job.ts'
import { pathProblem, toComparable } from '../../../shared/path.ts'
import { type Clock, SECOND } from '../../../shared/time.ts'
import type { CatalogVerbs } from './catalog-port.ts'

/** Paths, or the file that lists them, one a line; of the files below them only those whose whole path fits `filter`. */
export type Expansion = {
  readonly paths?: readonly string[] | undefined
  readonly index?: string | undefined
  readonly filter?: string | undefined
}

export type ExpandVerbs = {
  /**
   * Paths of the name space, in the order in which they were named. A path of the name space alone asks nobody. INVALID_INPUT
   * for an address outside of every mount, a list that is not there, is empty or holds what is no path, a pattern that is
   * none, fits no file, takes too long, or more than 100,000 files to pick from.
   */
  expandPaths(actor: Actor, cluster: string, asked: Expansion): Promise<readonly string[]>
}

/** Files that one pattern may pick from. */
export const MOST_FILES = 100_000
const LONGEST_PATTERN = 1_000
// matching takes time in proportion to path and pattern; this is for patterns that are all large repetitions
const LONGEST_MATCHING_MS = 10 * SECOND
const LONGEST_TURN_MS = 20

type Deps = { readonly clock: Clock; readonly catalog: Pick<CatalogVerbs, 'toNamespaces' | 'readLines' | 'listFiles'> }
type Place = Deps & { readonly actor: Actor; readonly cluster: string }
/** A path as it was named, and as the cluster knows it. */
type Named = { readonly given: string; readonly path: string }

/** The verb over those of the catalog. */
export function createExpansion(deps: Deps): ExpandVerbs {
  return {
    async expandPaths(actor, cluster, { paths = [], index, filter }) {
      const place = { ...deps, actor, cluster }
      // a pattern that is none costs the cluster nothing
      const fits = filter === undefined ? undefined : toPattern(filter)
      const lines = index === undefined ? paths : await readIndex(place, index)
      const named = await map(place, lines)
      return fits === undefined ? named.map(({ path }) => path) : await pick(place, named, { fits, filter })
    },
  }
}

async function map({ catalog, actor, cluster }: Place, given: readonly string[]): Promise<readonly Named[]> {
  // known without looking: the job can wait for an agent that is not there yet
  const paths = given.every(path => path.startsWith('/')) ? given : await catalog.toNamespaces(actor, cluster, given)
  return given.map((path, at) => ({ given: path, path: paths[at] ?? path }))
}

async function readIndex(place: Place, index: string): Promise<readonly string[]> {
  const [file] = await map(place, [index])
  const lines = await place.catalog.readLines(place.actor, place.cluster, file?.path ?? index).catch(asMistake('index'))
  const paths = lines.map(line => line.trim()).filter(line => line !== '')
  if (paths.length === 0) throw invalid(`index must list at least one path, got none in ${shown(index)}`)
  for (const [at, path] of paths.entries()) {
    const problem = pathProblem(path)
    if (problem !== undefined)
      throw invalid(`index must list paths: number ${at + 1} of them ${problem}, got ${shown(path)}`)
  }
  return paths
}

type Fits = (path: string) => boolean

/** A pattern of RE2: without backtracking, so that no pattern takes for ever. Fits only whole paths. */
function toPattern(filter: string): Fits {
  if (filter.length > LONGEST_PATTERN)
    throw invalid(`fileFilterRegex must have at most ${LONGEST_PATTERN} characters, got ${filter.length}`)
  try {
    const pattern = RE2JS.compile(filter)
    return path => pattern.matches(path)
  } catch (cause) {
    const why = toError(cause).message.replace(/^error parsing regexp: /, '')
    throw invalid(`fileFilterRegex must be a regular expression (RE2), got ${shown(filter)}: ${why}`)
  }
}

async function pick(
  place: Place,
  named: readonly Named[],
  { fits, filter }: { readonly fits: Fits; readonly filter: string | undefined },
): Promise<readonly string[]> {
  const { catalog, actor, cluster } = place
  const turn = createTurns(place.clock)
  const picked = new Set<string>()
  let left = MOST_FILES
  for (const one of named) {
    const files = await catalog
      .listFiles(actor, cluster, { path: one.path, most: Math.max(1, left) })
      .catch(asMistake('path'))
    left -= files.length
    if (left < 0) throw invalid(`fileFilterRegex must pick from at most ${MOST_FILES} files, got more`)
    for (const file of files) {
      await turn()
      if (fits(file) || (one.given !== one.path && fits(toGiven(file, one)))) picked.add(file)
    }
  }
  if (picked.size === 0)
    throw invalid(`fileFilterRegex must fit at least one file below the paths, got ${shown(filter)}`)
  return [...picked]
}

// who names addresses writes patterns of addresses
function toGiven(file: string, { given, path }: Named): string {
  const [from, to] = [toComparable(path), toComparable(given)]
  return `${to.replace(/\/$/, '')}/${file.slice(from.length).replace(/^\//, '')}`
}

// lets others have their turn, and ends what takes too long
function createTurns(clock: Clock): () => Promise<void> {
  let spent = 0
  let since = clock.now()
  return async () => {
    const now = clock.now()
    if (now - since < LONGEST_TURN_MS) return
    spent += now - since
    if (spent > LONGEST_MATCHING_MS)
      throw invalid(`fileFilterRegex must not take longer than ${LONGEST_MATCHING_MS / SECOND} s to match`)
    await new Promise<void>(resolve => clock.after(0, resolve))
    since = clock.now()
  }
}

// what is not there was named by the caller
function asMistake(field: string): (thrown: unknown) => never {
  return thrown => {
    if (thrown instanceof AppError && thrown.code === 'NOT_FOUND')
      throw new AppError('INVALID_INPUT', `${field} must be there: ${thrown.message}`, { cause: thrown })
    throw thrown
  }
}

function invalid(sentence: string): AppError {
  return new AppError('INVALID_INPUT', `${sentence}.`)
}
