// what view 004 takes and answers
import * as z from 'zod'
import { got } from '../../../../shared/errors.ts'
import { Id } from '../../../../shared/ids.ts'
import { JobName } from '../../../../shared/job.ts'
import { queryNumber } from '../../query-values.ts'
import { Interval, ToldInterval } from './interval.ts'

type Issue = { readonly input?: unknown }

const LONGEST_SPL = 8_192
const LONGEST_DESCRIPTION = 1_000
const MOST_IN_PAGE = 1_000

const toSplMistake = ({ input }: Issue): string =>
  `must be a statement such as "load /data/db1 replicas=1", or *, ${got(input)}`

/** The body that makes a task, or says what it is from now on; keys it does not know are not looked at. */
export const TaskDocument = z
  .object({
    name: JobName,
    description: z.string().max(LONGEST_DESCRIPTION).nullish(),
    spl: z
      .string({ error: toSplMistake })
      .min(1, { error: toSplMistake })
      .max(LONGEST_SPL)
      .meta({ examples: ['load /data/db1 replicas=1'] }),
    interval: Interval,
  })
  .meta({ id: 'PandoraTaskDocument' })
export type TaskDocument = z.output<typeof TaskDocument>

export const TaskRef = z.object({ id: z.string() })
export const WriteQuery = z.object({
  validate: z
    .literal('strict', { error: ({ input }) => `must be strict, ${got(input)}` })
    .optional()
    .meta({ description: 'strict: a spl that cannot be read is refused; otherwise its runs fail and say why' }),
})

const status = z.enum(['running', 'stopped'])
const MOST_IDS = 10_000
export const Batch = z
  .object({
    tasks: z
      .array(z.string({ error: ({ input }) => `must be the id of a task, ${got(input)}` }), {
        error: ({ input }) => `must be a list of ids, ${got(input)}`,
      })
      .max(MOST_IDS),
    status: z.enum(status.options, { error: ({ input }) => `must be running or stopped, ${got(input)}` }),
  })
  .meta({ id: 'PandoraBatch' })

/** A page of a list that is sorted by one of its fields. */
function pageOf<const Field extends string>(fields: readonly [Field, ...Field[]], byDefault: NoInfer<Field>) {
  return z.object({
    sort: z
      .enum(fields, { error: ({ input }) => `must be one of ${fields.join(', ')}, ${got(input)}` })
      .default(byDefault),
    order: z.enum(['asc', 'desc'], { error: ({ input }) => `must be asc or desc, ${got(input)}` }).default('desc'),
    pageNo: queryNumber(1).default(1),
    pageSize: queryNumber(1, MOST_IN_PAGE).default(10),
    prefix: z.string().default(''),
  })
}
export type Paging = Omit<z.output<ReturnType<typeof pageOf>>, 'sort'>

export const TasksQuery = pageOf(
  ['name', 'status', 'count', 'createTime', 'updateTime', 'lastRunTime', 'owner'],
  'createTime',
)
export const HistoryQuery = pageOf(['count', 'time', 'status', 'tookMillis'], 'time')

export const Operation = z.enum(['create', 'edit', 'list', 'share', 'delete'])
export type Operation = z.infer<typeof Operation>
const ms = z.int().meta({ description: 'milliseconds since the epoch' })

export const Task = z
  .object({
    id: Id,
    name: z.string(),
    description: z.string().nullable(),
    operations: z.array(Operation).meta({ description: 'what the caller may do with it' }),
    spl: z.string(),
    owner: z.string(),
    interval: ToldInterval,
    status,
    count: z.int().meta({ description: 'batches so far' }),
    updateTime: ms,
    createTime: ms,
    lastRunTime: z.int().meta({ description: 'the time of the newest batch that was run; -1: there was none' }),
  })
  .meta({ id: 'PandoraTask' })
export type Task = z.infer<typeof Task>

export const BatchStatus = z.enum(['running', 'success', 'failed', 'skipped'])
export type BatchStatus = z.infer<typeof BatchStatus>
export const History = z
  .object({
    taskId: Id,
    count: z.int().meta({ description: 'number of the batch, skipped ones included' }),
    time: ms,
    status: BatchStatus,
    message: z.string().nullable(),
    tookMillis: z.int().meta({ description: 'from its firing to its end; 0 until then' }),
  })
  .meta({ id: 'PandoraHistory' })
export type History = z.infer<typeof History>

const paging = { total: z.int(), pageNo: z.int(), pageSize: z.int() }
export const Tasks = z.object({ ...paging, tasks: z.array(Task) }).meta({ id: 'PandoraTasks' })
export const Histories = z.object({ ...paging, histories: z.array(History) }).meta({ id: 'PandoraHistories' })
export const Done = z.strictObject({}).meta({ id: 'PandoraDone' })
export const ErrorBody = z.object({ error: z.string() }).meta({ id: 'PandoraError' })
