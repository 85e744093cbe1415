// a job and its tasks as everyone sees them: what was asked, and each unit of it
import * as z from 'zod'
import { ACTIONS, ActionName, AskedOptions, TaskOptions } from './actions.ts'
import { Desired, EngineCancel, Exit, Progress, Status, Step } from './allocation.ts'
import { ChatAsk } from './chat.ts'
import { got } from './errors.ts'
import { Id } from './ids.ts'
import { CachePath } from './path.ts'
import { Instant } from './time.ts'
import { Estimate, Verdict } from './verdict.ts'

export const JobStatus = z.enum([...Status.options, 'partial']).meta({ id: 'JobStatus' })
export type JobStatus = z.infer<typeof JobStatus>

const count = z.int().min(0)
export const Counts = z
  .object({ total: count, queued: count, running: count, succeeded: count, failed: count, stopped: count, lost: count })
  .meta({ id: 'Counts' })
export type Counts = z.infer<typeof Counts>

export const NO_COUNTS: Counts = { total: 0, queued: 0, running: 0, succeeded: 0, failed: 0, stopped: 0, lost: 0 }

/** The door through which an ask came. */
export const Via = z.enum(['http', 'cli', 'chat', 'schedule', 'agent']).meta({ id: 'Via' })
export type Via = z.infer<typeof Via>

export const Role = z.enum(['viewer', 'operator', 'admin']).meta({ id: 'Role' })
export type Role = z.infer<typeof Role>

/** Who asks, through which door. */
export const Actor = z
  .object({ name: z.string(), role: Role, via: Via, chat: ChatAsk.optional() })
  .meta({ id: 'Actor' })
export type Actor = z.infer<typeof Actor>

const LONGEST_NAME = 128
// without flags and property classes, so that clients made from the document in any language understand it
const NAME = /^[^\u0000-\u001f\u007f-\u009f]+$/
// half of a character cannot be written in an address
const LONE_SURROGATE = /\p{Cs}/u
/** What a name must be, and what came. */
export const toNameMistake = (issue: { readonly input?: unknown }): string =>
  `${typeof issue.input === 'string' && LONE_SURROGATE.test(issue.input) ? 'must be valid Unicode and ' : 'must '}have 1 to ${LONGEST_NAME} characters and no control characters, ${got(issue.input)}`

export const JobName = z
  .string({ error: toNameMistake })
  // a character is a Unicode code point
  .refine(name => NAME.test(name) && !LONE_SURROGATE.test(name) && [...name].length <= LONGEST_NAME, {
    error: toNameMistake,
  })
  .meta({ id: 'JobName', minLength: 1, maxLength: LONGEST_NAME, pattern: NAME.source })

export const MOST_PATHS = 10_000
const toTooMany = (issue: { readonly input?: unknown }): string =>
  `must have at most ${MOST_PATHS} paths, got ${Array.isArray(issue.input) ? issue.input.length : 'more'}`

/** The paths of one ask, each checked. */
export const Paths = z.array(CachePath).max(MOST_PATHS, { error: toTooMany })

export const Job = z
  .object({
    id: Id,
    number: z.int().min(1),
    name: z.string(),
    named: z.boolean().meta({ description: 'false when the name was made up by the daemon' }),
    action: z.union([ActionName, z.literal('mixed')]),
    cluster: z.string(),
    status: JobStatus,
    desired: Desired,
    requester: z.string(),
    via: Via,
    schedule: z
      .object({ id: Id, name: z.string(), slot: Instant, run: z.int().min(1) })
      .optional()
      .meta({ description: 'the slot of a schedule that it is the run of' }),
    createdAt: Instant,
    startedAt: Instant.optional(),
    endedAt: Instant.optional(),
    counts: Counts,
    progress: Progress.optional(),
    verdict: Verdict.optional(),
    notes: z.array(z.string()),
  })
  .meta({ id: 'Job' })
export type Job = z.infer<typeof Job>

export const Files = z
  .object({ loaded: count, alreadyCached: count, failed: count, total: count })
  .meta({ id: 'Files' })
export type Files = z.infer<typeof Files>

export const Task = z
  .object({
    id: Id,
    job: Id,
    path: z.string(),
    action: ActionName,
    options: TaskOptions,
    status: Status,
    desired: Desired,
    agent: z.string().optional().meta({ description: 'name of the agent that has or had its newest attempt' }),
    attempts: count,
    attachedTo: Id.optional().meta({ description: 'the task that loads this path already' }),
    createdAt: Instant,
    startedAt: Instant.optional(),
    endedAt: Instant.optional(),
    exit: Exit.optional(),
    files: Files,
    progress: Progress.optional(),
    verdict: Verdict.optional(),
    estimate: Estimate.optional(),
    cancel: EngineCancel.optional(),
    steps: z.array(Step),
    notes: z.array(z.string()),
  })
  .meta({ id: 'Task' })
export type Task = z.infer<typeof Task>

/** What a submission asks for; the body of `POST /api/v1/jobs`. */
export const JobRequest = z
  .strictObject({
    action: ActionName,
    paths: Paths.default([]),
    name: JobName.optional(),
    cluster: JobName.optional(),
    options: AskedOptions.default({}),
    dryRun: z.boolean().optional(),
  })
  .superRefine(({ action, paths }, context) => {
    const some = ACTIONS[action].paths !== 'none'
    if (some === paths.length > 0) return
    const message = some
      ? `must have at least one path for ${action}, got none`
      : `must be empty for ${action}, got ${paths.length}`
    context.addIssue({ code: 'custom', path: ['paths'], message })
  })
  .meta({ id: 'JobRequest' })
export type JobRequest = z.infer<typeof JobRequest>
