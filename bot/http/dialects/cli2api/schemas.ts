// what view 000 takes and answers
import * as z from 'zod'
import type { ActionName } from '../../../../shared/actions.ts'
import { shown } from '../../../../shared/errors.ts'
import { JobName, MOST_PATHS } from '../../../../shared/job.ts'
import { CachePath } from '../../../../shared/path.ts'

// numbers as the comment in the original's source has them
const ACTION_NAMES: Readonly<Record<string, ActionName>> = {
  GooseFSDistributeLoad: 'load',
  GooseFSLoadMetadata: 'metadata',
  GooseFSList: 'list',
  GooseFSForceLoad: 'forceload',
  GooseFSFree: 'free',
  0: 'load',
  1: 'metadata',
  2: 'list',
  3: 'forceload',
  4: 'free',
}
const WORDS = Object.keys(ACTION_NAMES).filter(name => name.startsWith('GooseFS'))

/** An action by name, number or number in a text. */
export const Action = z
  .union([z.string(), z.number()], { error: issue => toActionMistake(issue.input) })
  .transform((given, context): ActionName => {
    const name = Object.hasOwn(ACTION_NAMES, given) ? ACTION_NAMES[given] : undefined
    if (name !== undefined) return name
    context.addIssue({ code: 'custom', message: toActionMistake(given) })
    return z.NEVER
  })
  .meta({ description: `${WORDS.join(', ')}, or 0 load, 1 metadata, 2 list, 3 force load, 4 free` })

function toActionMistake(given: unknown): string {
  return `must be one of ${WORDS.join(', ')} or a number from 0 to 4, ${given === undefined ? 'but is missing' : `got ${shown(given)}`}`
}

const LONGEST_LIST_SECONDS = 86_400
const Seconds = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,6}$/, 'must be a whole number of seconds')
      .transform(Number),
  ])
  .refine(seconds => seconds >= 0 && seconds <= LONGEST_LIST_SECONDS, `must be from 0 to ${LONGEST_LIST_SECONDS}`)

function toPathsMistake(given: unknown): string {
  return `must be a path or a list of paths, ${given === undefined ? 'but is missing' : `got ${shown(given)}`}`
}

const Paths = z.array(CachePath).min(1, 'must not be empty').max(MOST_PATHS, `must have at most ${MOST_PATHS} paths`)

/** The body of `POST /api/v1/gfs`; keys it does not know are not looked at, as upstream does. */
export const Ask = z
  .object({
    action: Action,
    path: z
      .union([z.string(), z.array(z.unknown())], { error: issue => toPathsMistake(issue.input) })
      .transform(given => (typeof given === 'string' ? [given] : given))
      .pipe(Paths)
      .meta({ description: 'a path or a list of paths' }),
    task_name: z
      .union([z.literal('').transform(() => undefined), JobName], {
        error: 'must have 1 to 128 characters and no control characters',
      })
      .nullish(),
    timeout: Seconds.nullish().meta({ description: 'seconds, GooseFSList only; default 30' }),
    options: z.strictObject({ replication: z.int().min(1).max(100).optional(), cluster: JobName.optional() }).nullish(),
  })
  .refine(ask => ask.action !== 'list' || ask.path.length === 1, {
    path: ['path'],
    message: 'must be exactly one path for GooseFSList',
  })
  .meta({ id: 'GfsRequest' })
export type Ask = z.output<typeof Ask>

export const SubmitQuery = z.object({ format: z.string().optional() })
export const ReportQuery = z.object({ format: z.string().optional(), cluster: z.string().optional() })
export const TaskRef = z.object({ task_id: z.string() })

const STATES = ['running', 'success', 'failed'] as const
export type State = (typeof STATES)[number]
const text = z.string().optional()

/** Filters of status and output: parameter names of all generations. Empty ones count as not given. */
export const Filter = z
  .object({
    task_id: text,
    taskid: text,
    taskId: text,
    task_name: text,
    test_task_name: text,
    action: z.union([z.literal('').transform(() => undefined), Action]).optional(),
    status: z.union([z.literal('').transform(() => undefined), z.enum(STATES)]).optional(),
  })
  .transform(({ task_id, taskid, taskId, task_name, test_task_name, action, status }) => ({
    taskId: task_id || taskid || taskId || undefined,
    name: task_name || test_task_name || undefined,
    action,
    status,
  }))
  .refine(filter => Object.values(filter).some(value => value !== undefined), 'task_id or task_name is required')
export type Filter = z.output<typeof Filter>

export const ErrorBody = z.object({ error: z.string() }).meta({ id: 'GfsError' })
const Ids = z.array(z.string())
const Results = z.object({
  results: z.array(z.object({ task_id: z.string(), path: z.string() })),
  total: z.int(),
})
export const Submission = z.union([Ids, Results]).meta({ id: 'GfsSubmission' })
export const OneStatus = z.strictObject({ id: z.string(), status: z.string() }).meta({ id: 'GfsTaskStatus' })
const Row = z.strictObject({
  task_name: z.string(),
  path: z.string(),
  exit_code: z.string(),
  success_count: z.int(),
  total_file: z.int(),
  created_at: z.iso.datetime({ offset: true }),
})
export const GroupStatus = z
  .strictObject({
    data: z.record(z.string(), Row),
    status: z.enum([...STATES, 'notallsuccess']),
    total_task: z.int(),
  })
  .meta({ id: 'GfsStatus' })
export type GroupStatus = z.infer<typeof GroupStatus>
export const Texts = z.record(z.string(), z.string()).meta({ id: 'GfsOutput' })
export const ReportText = z.union([z.string(), z.looseObject({})]).meta({ id: 'GfsReport' })
