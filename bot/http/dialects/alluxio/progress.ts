// how a job is, in the words of view 001
import * as z from 'zod'
import type { Counts, JobStatus } from '../../../../shared/job.ts'
import { toMs } from '../../../../shared/time.ts'
import type { NamedTask } from '../../../engine/operations/port.ts'
import type { Room } from '../../endpoint.ts'
import { toOffsetTime } from '../../offset-time.ts'
import type { Seen } from './seen.ts'

export const State = z.enum(['WAITING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'STOPPED']).meta({ id: 'AlluxioState' })
export type State = z.infer<typeof State>

// `partial` is a failure beside a success
const STATES: Readonly<Record<JobStatus, State>> = {
  queued: 'WAITING',
  running: 'RUNNING',
  succeeded: 'SUCCEEDED',
  failed: 'FAILED',
  partial: 'FAILED',
  stopped: 'STOPPED',
  lost: 'FAILED',
}

/** What every kind of work shows; empty values stay in for whoever leaves them out. */
export type Head = {
  readonly id: string
  readonly alias: string | undefined
  readonly startTime: string
  readonly state: State
  readonly errorMessage: Readonly<Record<string, string>>
  readonly paths: readonly string[] | undefined
  readonly index: string | undefined
  readonly timeElapsedMilliseconds: number
}

/** Shapes of the head, for the document. */
export const HEAD = {
  id: z.string(),
  alias: z.string().optional(),
  startTime: z.iso.datetime({ offset: true }),
  state: State,
  errorMessage: z.record(z.string(), z.string()).optional().meta({ description: 'by path' }),
  paths: z.array(z.string()).optional(),
  index: z.string().optional(),
  timeElapsedMilliseconds: z.int(),
} as const

/** The part that does not depend on what the job does. */
export function toHead({ job, tasks, kept }: Seen, { tz, clock }: Pick<Room, 'tz' | 'clock'>): Head {
  const begun = job.startedAt ?? job.createdAt
  const end = job.endedAt === undefined ? clock.now() : toMs(job.endedAt)
  const own = [...new Set(tasks.map(({ task }) => task.path))]
  return {
    id: job.id,
    alias: kept?.index === undefined ? job.name : undefined,
    startTime: toOffsetTime(begun, tz),
    state: STATES[job.status],
    errorMessage: toErrors(tasks),
    paths: kept?.index === undefined ? (kept?.paths ?? own) : undefined,
    index: kept?.index,
    timeElapsedMilliseconds: Math.max(0, end - toMs(begun)),
  }
}

const MOST_ERRORS = 100

// an option that the CLI does not know is a remark, not a failure
function toErrors(tasks: readonly NamedTask[]): Record<string, string> {
  const told = tasks
    .map(named => [named.task.path, toError(named)] as const)
    .filter(([, error]) => error !== '')
    .slice(0, MOST_ERRORS)
  return Object.fromEntries(told)
}

function toError({ task, willRunAgain }: NamedTask): string {
  const failed = (task.status === 'failed' || task.status === 'lost') && !willRunAgain
  if (!failed) return task.options.batchSize === undefined ? '' : task.notes.join('; ')
  const reasons = (task.verdict?.reasons ?? []).map(({ text }) => text.en)
  const plain = task.status === 'lost' ? `the ${task.action} was lost` : `the ${task.action} failed`
  const why = reasons.length > 0 ? reasons : [task.exit?.message ?? plain]
  return [...why, ...task.notes].join('; ')
}

/** How many of the tasks ended so. */
export function countOf(tasks: readonly NamedTask[], ...statuses: readonly (keyof Counts)[]): number {
  return tasks.filter(({ task }) => statuses.includes(task.status)).length
}
