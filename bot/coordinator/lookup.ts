// finds one job at a coordinator, in whichever of the ways its edition knows
import type { CoordinatorKey } from '../../shared/adopted.ts'
import type { Client } from './client.ts'
import { readJobs, readReply, type Seen } from './read-progress.ts'
import { toQueries } from './requests.ts'

export type Found =
  | { readonly kind: 'seen'; readonly seen: Seen }
  /** It answers, and does not know this job. */
  | { readonly kind: 'absent'; readonly why: string }
  /** It does not answer, or with an error of its own. */
  | { readonly kind: 'away'; readonly why: string }

export type Lookup = () => Promise<Found>

/**
 * Looks the newest job with that key up. An edition that does not know a word of the query answers with an error or with
 * all jobs, so that the list is read as well; where the id is known, a job of the same alias with another one is somebody else's.
 */
export function createLookup(client: Client, path: string, key: CoordinatorKey): Lookup {
  const queries = [...toQueries(key), {}]
  let best = 0
  return async () => {
    let why = 'it knows no such job'
    for (const [at, query] of [...queries.slice(best), ...queries.slice(0, best)].entries()) {
      const reply = await client.ask({ method: 'GET', path, query })
      if (!reply.reached) return { kind: 'away', why: reply.why }
      if (reply.status >= 500) return { kind: 'away', why: readReply(reply.text).message }
      if (reply.status >= 300) {
        why = readReply(reply.text).message
        continue
      }
      const { alone, jobs } = readJobs(reply.text)
      const named = jobs.filter(seen => isNamed(seen, key, alone))
      // the newest comes last in a list
      const exact = named.findLast(seen => key.id === undefined || seen.id === undefined || seen.id === key.id)
      if (exact === undefined) continue
      best = (best + at) % queries.length
      return { kind: 'seen', seen: exact }
    }
    return { kind: 'absent', why }
  }
}

// what the one job that was asked for does not say of itself, the question said
function isNamed(seen: Seen, key: CoordinatorKey, alone: boolean): boolean {
  const words = (['id', 'alias', 'index'] as const).filter(word => key[word] !== undefined)
  const told = words.filter(word => seen[word] !== undefined)
  return told.some(word => seen[word] === key[word]) || (told.length === 0 && alone)
}
