// what was submitted to a coordinator through us becomes a job of ours, so that every view shows it
import * as z from 'zod'
import { toAdopted } from '../../shared/adopted.ts'
import { toError } from '../../shared/errors.ts'
import { type Actor, JobName, MOST_PATHS } from '../../shared/job.ts'
import { pathProblem } from '../../shared/path.ts'
import type { Room } from './endpoint.ts'

/** A submission that a coordinator has answered. */
export type Submitted = {
  readonly cluster: string
  readonly kind: 'load' | 'free'
  readonly request: Uint8Array
  readonly status: number
  /** Undefined when it was too long to be looked at. */
  readonly answer: Uint8Array | undefined
}

type Adopter = { readonly actor: Actor; readonly room: Pick<Room, 'operations' | 'log'> }

/** It is kept with each of its tasks. */
const LONGEST_WORD = 512
// half of a surrogate pair cannot be asked for again
const LONE_SURROGATE = /\p{Cs}/u
const word = z
  .union([z.string(), z.number().transform(String)])
  .refine(text => text.length <= LONGEST_WORD && !LONE_SURROGATE.test(text))
  .optional()
  .catch(undefined)
const Request = z.object({
  paths: z.array(z.string()).catch([]),
  alias: word,
  index: word,
  options: z
    .object({
      replicas: z.coerce.number().int().min(1).max(100).optional().catch(undefined),
      loadPolicy: z.string().optional().catch(undefined),
    })
    .catch({}),
})
const Told = z.object({ id: word, jobId: word })
const Key = z.object({ id: word, alias: word, index: word })

/**
 * Records it when the coordinator took it in: a success, or a conflict, which takes the earlier job up again. Answers what
 * has to be said beside the coordinator's own words: it has the work, whether we could write that down or not.
 */
export async function adopt({ actor, room }: Adopter, submitted: Submitted): Promise<readonly string[]> {
  const { kind, cluster, status } = submitted
  if (status !== 409 && (status < 200 || status > 299)) return []
  const request = Request.safeParse(parse(submitted.request))
  if (!request.success) return []
  const { alias, index, options } = request.data
  const told = Told.safeParse(parse(submitted.answer))
  const id = told.success ? (told.data.id ?? told.data.jobId) : undefined
  const key = toAdopted({ id, alias, index })
  // a job that takes no list of paths stands for its list
  const paths = (request.data.paths.length > 0 ? request.data.paths : [index ?? '']).filter(isKept).slice(0, MOST_PATHS)
  if (paths.length === 0 || (status === 409 && id === undefined)) return []
  const lacking = `the coordinator of cluster ${cluster} has the ${kind}, but it is not among the jobs here`
  if (key === '') return [`${lacking}: nothing names it`]
  const name = JobName.safeParse(alias ?? index)
  const action = kind === 'load' && options.loadPolicy?.toUpperCase() === 'IF_CHANGED' ? 'forceload' : kind
  try {
    await room.operations.adoptJob(actor, {
      ...{ cluster, action, paths, id: key },
      ...(name.success && { name: name.data }),
      ...(kind === 'load' && options.replicas !== undefined && { replication: options.replicas }),
    })
    return []
  } catch (thrown) {
    const cause = toError(thrown)
    room.log.warn('work that a coordinator took in could not be recorded', { cluster, id: key, cause })
    return [`${lacking}: ${cause.message}`]
  }
}

/** Before a job is stopped at a coordinator: throws FORBIDDEN when it is somebody else's. */
export async function permitStop(
  { actor, room }: Adopter,
  there: Pick<Submitted, 'cluster' | 'request'>,
): Promise<void> {
  const key = Key.safeParse(parse(there.request))
  if (key.success) await room.operations.permitStopThere(actor, { cluster: there.cluster, key: key.data })
}

function isKept(path: string): boolean {
  return pathProblem(path) === undefined
}

function parse(bytes: Uint8Array | undefined): unknown {
  try {
    return bytes === undefined ? undefined : JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    // whatever it is, the coordinator's own word on it is passed on
    return undefined
  }
}
