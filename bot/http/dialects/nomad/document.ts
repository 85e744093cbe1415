// a job document: what is wrong with it in one sentence, what of it runs here, and what is said of the rest
import * as z from 'zod'
import { got, shown } from '../../../../shared/errors.ts'
import { JobName, MOST_PATHS } from '../../../../shared/job.ts'
import type { Registration } from '../../../engine/operations/port.ts'
import { toSentence } from '../../input.ts'
import { Config, DRIVER, RestartPolicy } from './config.ts'
import { WHOLE } from './query.ts'

const TaskOfGroup = z.looseObject({
  Name: z.string().min(1),
  Driver: z.string().min(1),
  Config: z.looseObject({}).nullish(),
})
const Group = z.looseObject({
  Name: z.string().min(1).max(4_096),
  Count: z.int().min(0).nullish(),
  Tasks: z.array(TaskOfGroup).min(1, 'must have at least one task, got none'),
  RestartPolicy: RestartPolicy.nullish(),
})
const absent = (why: string) => z.null({ error: issue => `must be left out: ${why}, ${got(issue.input)}` }).optional()

// all of them are run as batch jobs are
const TYPES = ['batch', 'service', 'system', 'sysbatch'] as const

const Document = z.looseObject({
  ID: JobName,
  Name: z.string().nullish(),
  Namespace: z.enum(['', 'default'], { error: issue => `must be default, ${got(issue.input)}` }).nullish(),
  Type: z.enum(['', ...TYPES], { error: issue => `must be one of ${TYPES.join(', ')}, ${got(issue.input)}` }).nullish(),
  Priority: z.int().min(0).max(100).nullish(),
  Region: z.string().nullish(),
  NodePool: z.string().nullish(),
  AllAtOnce: z.boolean().nullish(),
  Datacenters: z.array(z.string()).nullish(),
  Meta: z.record(z.string(), z.string()).nullish(),
  Stop: z.literal(false, { error: issue => `must not be true: DELETE stops a job, ${got(issue.input)}` }).nullish(),
  Periodic: absent('schedules are made at /api/v1/export/task'),
  ParameterizedJob: absent('jobs are not dispatched here'),
  TaskGroups: z
    .array(Group, { error: issue => `must be a list of groups, ${got(issue.input)}` })
    .min(1, 'must have at least one group, got none')
    .max(MOST_PATHS),
})
type Document = z.output<typeof Document>

const Units = Document.superRefine((job, context) => {
  const names = new Set<string>()
  for (const [at, { Name }] of job.TaskGroups.entries()) {
    if (names.has(Name)) {
      const message = `must differ from the other groups' names, got ${shown(Name)} twice`
      context.addIssue({ code: 'custom', path: ['TaskGroups', at, 'Name'], message })
    }
    names.add(Name)
  }
}).transform((job, context): Parsed => {
  const groups = job.TaskGroups.flatMap((group, at) => toUnit(group, at, context) ?? [])
  return { name: job.ID, groups, warnings: toWarnings(job), datacenters: job.Datacenters ?? [] }
})

/** What a document comes to. */
export type Parsed = Pick<Registration, 'name' | 'groups'> & {
  readonly warnings: readonly string[]
  readonly datacenters: readonly string[]
}
type Context = z.core.$RefinementCtx

// groups of other drivers are kept, and never run
function toUnit(
  group: Document['TaskGroups'][number],
  at: number,
  context: Context,
): Parsed['groups'][number] | undefined {
  const own = group.Tasks.findIndex(({ Driver }) => Driver === DRIVER)
  const task = group.Tasks[own]
  if (task === undefined) return undefined
  const where = ['TaskGroups', at]
  const refuse = (path: readonly PropertyKey[], message: string): undefined => {
    context.addIssue({ code: 'custom', path: [...where, ...path], message })
    return undefined
  }
  if (group.Tasks.length > 1)
    return refuse(['Tasks'], `must have exactly one task when its driver is ${DRIVER}, got ${group.Tasks.length}`)
  if (group.Count !== undefined && group.Count !== null && group.Count !== 1)
    return refuse(['Count'], `must be 1 for the driver ${DRIVER}, got ${group.Count}`)
  const parsed = Config.safeParse(task.Config ?? {}, { error: toSentence })
  if (!parsed.success) {
    for (const issue of parsed.error.issues) refuse(['Tasks', own, 'Config', ...issue.path], toWords(issue))
    return undefined
  }
  const { action, path, options } = parsed.data
  const { restart } = group.RestartPolicy ?? {}
  return { label: group.Name, action, path, options: restart === undefined ? options : { ...options, restart } }
}

function toWords({ code, message }: z.core.$ZodIssue): string {
  if (code !== 'unrecognized_keys') return message
  return `${message}: it takes an action, a path and options, never arguments of a command`
}

function toWarnings({ TaskGroups }: Document): string[] {
  return TaskGroups.flatMap(({ Name, Tasks, RestartPolicy: policy }) => {
    const foreign = Tasks.every(({ Driver }) => Driver !== DRIVER)
    const driver = shown(Tasks[0]?.Driver)
    if (foreign) return [`Group ${shown(Name)}: no node offers the driver ${driver}, so it stays pending`]
    return policy?.mode === 'delay' ? [`Group ${shown(Name)}: the restart mode "delay" is treated as "fail"`] : []
  })
}

/** What a bad evaluation priority is told. */
export const PRIORITY_MISTAKE = 'eval priority must be between 1 and 100 inclusively'

/** Whether an evaluation may have it; 0 is none. */
export function isPriority(priority: number): boolean {
  return priority >= 0 && priority <= 100
}

/** The body of a registration: `document` is the job as it was written, `Job` as it is meant. */
const Register = z
  .object({
    Job: Units,
    document: z.unknown(),
    EnforceIndex: z.boolean().nullish(),
    JobModifyIndex: z.int().min(0).nullish(),
    EvalPriority: z.int().nullish(),
  })
  .transform(({ Job, document, EnforceIndex, JobModifyIndex }) => ({
    job: Job,
    document,
    enforceIndex: EnforceIndex === true ? (JobModifyIndex ?? 0) : undefined,
  }))
export type Register = z.output<typeof Register>

type Body = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value)

// in this order, each in Nomad's own words
const FIRST: readonly { readonly broken: (body: Body) => boolean; readonly message: string }[] = [
  { broken: ({ Job }) => (Job ?? undefined) === undefined, message: 'Job must be specified' },
  {
    broken: ({ Job }) => isObject(Job) && (Job['ID'] ?? undefined) === undefined,
    message: "Job ID hasn't been provided",
  },
  {
    broken: ({ EvalPriority }) => typeof EvalPriority === 'number' && !isPriority(EvalPriority),
    message: PRIORITY_MISTAKE,
  },
]

/** Reads a registration; the document is kept as it came. */
export const RegisterBody = z
  .unknown()
  .transform((body, context) => {
    const first = isObject(body) ? FIRST.find(({ broken }) => broken(body))?.message : undefined
    const message = body === undefined ? 'Request body is empty' : first
    if (message === undefined) return isObject(body) ? { ...body, document: body['Job'] } : body
    context.addIssue({ code: 'custom', message, params: WHOLE })
    return z.NEVER
  })
  .pipe(Register)
  .meta({
    description: '{"Job": {"ID", "TaskGroups": [{"Name", "Tasks": [{"Name", "Driver": "goosefs", "Config"}]}]}}',
  })
