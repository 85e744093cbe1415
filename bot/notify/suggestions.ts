// nearest paths for those that do not exist: asked of the cluster, a few at a time and not for long
import { isPathMissing } from '../../shared/chat-words.ts'
import type { Log } from '../../shared/log.ts'
import { parentsOf, toComparable } from '../../shared/path.ts'
import { type Clock, SECOND } from '../../shared/time.ts'
import type { Story } from '../engine/chat-port.ts'
import type { Suggest } from './ways.ts'
import { within } from './within.ts'

/** Looking costs a JVM; a message does not wait longer for a hint. */
const LONGEST_MS = 20 * SECOND
const MOST_DIRECTORIES = 3
/** Each is compared with all that lies in its directory. */
const MOST_PATHS = 10

type Deps = { readonly suggest: Suggest | undefined; readonly clock: Clock; readonly log: Log }

/** Path to nearest path, for the paths of these stories that do not exist. What cannot be found out is left out. */
export async function findNear(
  stories: readonly Story[],
  { suggest, clock, log }: Deps,
): Promise<ReadonlyMap<string, string>> {
  const near = new Map<string, string>()
  const absent = stories.flatMap(({ job, worst }) =>
    worst.filter(task => isPathMissing(task)).map(({ path }) => ({ path, cluster: job.cluster })),
  )
  if (suggest === undefined || absent.length === 0) return near
  const looks = inFewDirectories(absent).map(async ({ path, cluster }) => {
    try {
      const found = await suggest(path, cluster)
      if (found !== undefined) near.set(path, found)
    } catch (cause) {
      log.debug('no nearest path could be found', { path, cause })
    }
  })
  await within(clock, Promise.all(looks), LONGEST_MS)
  // what comes later is not waited for, and must not change what is being written
  return new Map(near)
}

type Absent = { readonly path: string; readonly cluster: string }

// several of one directory cost one look
function inFewDirectories(absent: readonly Absent[]): readonly Absent[] {
  const parentOf = ({ path, cluster }: Absent): string => `${cluster} ${parentsOf(toComparable(path))[0]}`
  const parents = new Set([...new Set(absent.map(parentOf))].slice(0, MOST_DIRECTORIES))
  return absent.filter(one => parents.has(parentOf(one))).slice(0, MOST_PATHS)
}
