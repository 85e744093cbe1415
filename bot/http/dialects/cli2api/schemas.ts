// what view 000 takes and answers
import * as z from 'zod'
import type { ActionName } from '../../../../shared/actions.ts'
import { got, shown } from '../../../../shared/errors.ts'
import { ACTION_WORDS, GROUP_STATES, type GroupState } from '../../../../shared/group.ts'
import { JobName, Paths, toNameMistake } from '../../../../shared/job.ts'
import { CachePath } from '../../../../shared/path.ts'

// numbers as the comment in the original's source has them
const ACTION_NAMES: Readonly<Record<string, ActionName>> = {
  [ACTION_WORDS.load]: 'load',
  [ACTION_WORDS.metadata]: 'metadata',
  [ACTION_WORDS.list]: 'list',
  [ACTION_WORDS.forceload]: 'forceload',
  [ACTION_WORDS.free]: 'free',
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
  return `must be one of ${WORDS.join(', ')} or a number from 0 to 4, ${got(given)}`
}

const LONGEST_LIST_SECONDS = 86_400
const toSecondsMistake = (issue: { readonly input?: unknown }): string =>
  `must be a whole number of seconds from 0 to ${LONGEST_LIST_SECONDS}, ${got(issue.input)}`
const Seconds = z
  .union([z.number(), z.string()], { error: toSecondsMistake })
  .refine(given => /^\d{1,6}$/.test(String(given)) && Number(given) <= LONGEST_LIST_SECONDS, {
    error: toSecondsMistake,
  })
  .transform(Number)

const ManyPaths = Paths.min(1, 'must have at least one path, got none')

// a mistake in a path that came alone is one of `path`, in a list one of `path[n]`
const OneOrMore = z
  .union([z.string(), z.array(z.unknown())], {
    error: issue => `must be a path or a list of paths, ${got(issue.input)}`,
  })
  .transform((given, context): string[] => {
    const parsed = typeof given === 'string' ? CachePath.safeParse(given) : ManyPaths.safeParse(given)
    if (parsed.success) return [parsed.data].flat()
    for (const { path, message } of parsed.error.issues) context.addIssue({ code: 'custom', path, message })
    return z.NEVER
  })
  .meta({ description: 'a path or a list of paths' })

const Body = z.object({
  action: Action,
  path: OneOrMore,
  task_name: z.union([z.literal('').transform(() => undefined), JobName], { error: toNameMistake }).nullish(),
  timeout: Seconds.nullish().meta({ description: 'seconds, GooseFSList only; default 30' }),
  options: z.strictObject({ replication: z.int().min(1).max(100).optional(), cluster: JobName.optional() }).nullish(),
})
/** The body of `POST /api/v1/gfs`; keys it does not know are not looked at, as upstream does. */
export const Ask = Body.refine(ask => ask.action !== 'list' || ask.path.length === 1, {
  path: ['path'],
  error: issue => `must be exactly one path for GooseFSList, got ${(issue.input as z.output<typeof Body>).path.length}`,
}).meta({ id: 'GfsRequest' })
export type Ask = z.output<typeof Ask>

export const SubmitQuery = z.object({ format: z.string().optional() })
export const ReportQuery = z.object({ format: z.string().optional(), cluster: z.string().optional() })
export const TaskRef = z.object({ task_id: z.string() })

const text = z.string().optional()
const Given = z.object({
  task_id: text,
  taskid: text,
  taskId: text,
  task_name: text,
  test_task_name: text,
  action: text.meta({ description: Action.description }),
  status: text.meta({ description: GROUP_STATES.join(', ') }),
})

const StateWord = text.transform((word, context): GroupState | undefined => {
  const known = GROUP_STATES.find(state => state === word)
  if (word !== undefined && known === undefined)
    context.addIssue({ code: 'custom', message: `must be one of ${GROUP_STATES.join(', ')}, ${got(word)}` })
  return known
})
const Wanted = z.object({
  taskId: text,
  name: text,
  action: Action.optional(),
  status: StateWord,
  /** The filters as they were sent. */
  asked: z.string(),
})

/** Filters of status and output: parameter names of all generations. Empty ones count as not given. */
export const Filter = Given.transform(
  (given): z.input<typeof Wanted> => ({
    taskId: given.task_id || given.taskid || given.taskId || undefined,
    name: given.task_name || given.test_task_name || undefined,
    action: given.action || undefined,
    status: given.status || undefined,
    asked: toWords(given),
  }),
)
  .refine(({ asked }) => asked !== '', { message: 'task_id or task_name is required', params: { whole: true } })
  .pipe(Wanted)
export type Filter = z.output<typeof Filter>

function toWords(given: z.output<typeof Given>): string {
  const sent = Object.entries(given).filter(([, value]) => value !== undefined && value !== '')
  return sent.map(([name, value]) => `${name} ${shown(value)}`).join(', ')
}

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
    status: z.enum([...GROUP_STATES, 'notallsuccess']),
    total_task: z.int(),
  })
  .meta({ id: 'GfsStatus' })
export type GroupStatus = z.infer<typeof GroupStatus>
export const Texts = z.record(z.string(), z.string()).meta({ id: 'GfsOutput' })
export const ReportText = z.union([z.string(), z.looseObject({})]).meta({ id: 'GfsReport' })
