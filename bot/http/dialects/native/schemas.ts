// what the native API takes and answers beside the shared nouns
import * as z from 'zod'
import { ActionName } from '../../../../shared/actions.ts'
import { AgentStatus, Capabilities } from '../../../../shared/agent.ts'
import { Status } from '../../../../shared/allocation.ts'
import { ClusterReport } from '../../../../shared/cluster.ts'
import { Id } from '../../../../shared/ids.ts'
import { Job, JobName, JobStatus, Role, Task, Via } from '../../../../shared/job.ts'
import { pathProblem } from '../../../../shared/path.ts'
import { AskedInstant, Instant } from '../../../../shared/time.ts'
import { QueryDuration, queryNumber, queryWords } from '../../query-values.ts'

const count = z.int().min(0)

/** A list: `next` goes on, and is absent at the end. */
export function pageOf<T extends z.ZodType>(item: T, id: string) {
  return z.object({ items: z.array(item), next: z.string().optional() }).meta({ id })
}

export const JobRef = z.object({ id: z.string().meta({ description: "the job's UUID or its short number" }) })
export const IdRef = z.object({ id: z.string() })
export const NameRef = z.object({ name: z.string() })

export const paging = { limit: queryNumber(1, 1_000).optional(), after: z.string().max(1_024).optional() }
const QueryPath = z.string().refine(path => pathProblem(path) === undefined, {
  error: issue => `${pathProblem(String(issue.input)) ?? 'must be a path'}, got "${String(issue.input)}"`,
})

export const JobsQuery = z.strictObject({
  status: queryWords(JobStatus.options).optional(),
  name: z.string().optional(),
  action: queryWords([...ActionName.options, 'mixed']).optional(),
  cluster: z.string().optional(),
  path: QueryPath.optional().meta({ description: 'jobs with a task at that path or below it' }),
  createdAfter: AskedInstant.optional(),
  ...paging,
})
export const WaitQuery = z.strictObject({ wait: QueryDuration.optional() })
export const TasksQuery = z.strictObject({ status: queryWords(Status.options).optional(), ...paging })
export const OutputQuery = z.strictObject({
  task: Id.optional(),
  from: queryNumber(0).optional().meta({ description: 'byte offset, for one task' }),
  tail: queryNumber(0, 1_000_000).optional().meta({ description: 'only the last lines of each task' }),
})
export const MissingQuery = z.strictObject({ task: Id.optional() })
export const EventsQuery = z.strictObject({
  task: Id.optional().meta({ description: 'also the output of this task' }),
})

export const RetryBody = z
  .strictObject({ only: z.enum(['failed', 'all']).default('failed') })
  .default({ only: 'failed' })
  .meta({ id: 'RetryRequest' })

export const JobPage = pageOf(Job, 'JobPage')
export const TaskPage = pageOf(Task, 'TaskPage')

export const Agent = z
  .object({
    id: Id,
    name: z.string(),
    cluster: z.string(),
    status: AgentStatus,
    version: z.string(),
    host: z.string(),
    capacity: z.object({ work: count, read: count }),
    running: count,
    since: Instant,
    silentSince: Instant.optional(),
    capabilities: Capabilities,
    entrypoint: z.string().optional(),
    owner: z.string().optional(),
  })
  .meta({ id: 'Agent' })
export const AgentPage = pageOf(Agent, 'AgentPage')

const Cluster = z
  .object({
    name: z.string(),
    agents: count,
    ready: count,
    simulated: z.boolean(),
    running: count,
    queued: count,
  })
  .meta({ id: 'Cluster' })
export const ClusterPage = pageOf(Cluster, 'ClusterPage')
export const Report = z
  .object({
    cluster: z.string(),
    report: ClusterReport.optional(),
    text: z.string(),
    at: Instant,
    notes: z.array(z.string()),
  })
  .meta({ id: 'Report', description: 'text is what the CLI printed' })

export const Me = z.object({ name: z.string(), role: Role }).meta({ id: 'Me' })
export const TokenRequest = z.strictObject({ name: JobName, role: Role.optional() }).meta({ id: 'TokenRequest' })
export const Token = z
  .object({ id: Id, name: z.string(), user: z.string(), role: Role, createdAt: Instant })
  .meta({ id: 'Token' })
export const TokenPage = pageOf(Token, 'TokenPage')
export const NewToken = Token.extend({ token: z.string() }).meta({ id: 'NewToken', description: 'shown this once' })

export const AuditQuery = z.strictObject({
  user: z.string().optional(),
  view: z.string().optional().meta({ description: 'name of a view, such as native' }),
  since: AskedInstant.optional(),
  ...paging,
})
const AuditEntry = z
  .object({
    at: Instant,
    user: z.string().meta({ description: 'empty when nobody was recognised' }),
    role: z.string(),
    via: Via,
    view: z.string(),
    what: z.string().meta({ description: 'method and path; secrets are stars' }),
    said: z.string().optional().meta({ description: 'the beginning of its body; secrets are stars' }),
    status: z.int(),
    code: z.string().optional(),
    from: z.string().optional().meta({ description: 'address it came from' }),
  })
  .meta({ id: 'AuditEntry' })
export const AuditPage = pageOf(AuditEntry, 'AuditPage')

export const CheckPage = pageOf(
  z
    .object({ name: z.string(), ok: z.boolean().nullable(), answer: z.string(), remedy: z.string().optional() })
    .meta({ id: 'Check' }),
  'CheckPage',
)
export const Health = z.object({ status: z.string() }).meta({ id: 'Health' })
