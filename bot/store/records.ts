// the stored form of each row: what is read from disk is parsed once, and the compiler holds it against the core's types
import * as z from 'zod'
import { ActionName, TaskOptions } from '../../shared/actions.ts'
import { AgentDescription } from '../../shared/agent.ts'
import { Desired, EngineCancel, Exit, LineCounts, Progress, Status, Step } from '../../shared/allocation.ts'
import { Asker } from '../../shared/chat.ts'
import { ClusterReport, ListEntry } from '../../shared/cluster.ts'
import { Id } from '../../shared/ids.ts'
import { Counts, JobStatus, Role, Via } from '../../shared/job.ts'
import { Instant } from '../../shared/time.ts'
import { Estimate, Findings, Verdict } from '../../shared/verdict.ts'
import type { Rows, TableName } from '../core/state.ts'
import { CHAT_RECORDS } from './chat-records.ts'
import { SCHEDULE_RECORDS, ScheduledRecord } from './schedule-records.ts'

const count = z.int().min(0)
const notes = z.array(z.string())

const indexed = { createIndex: count.default(0), modifyIndex: count.default(0) }

const JobRecord = z.object({
  ...indexed,
  id: Id,
  number: count,
  name: z.string(),
  named: z.boolean(),
  cluster: z.string(),
  action: z.union([ActionName, z.literal('mixed')]),
  requester: z.string(),
  via: Via,
  askers: z.array(Asker).optional(),
  toldHalfway: z.literal(true).optional(),
  scheduled: ScheduledRecord.exactOptional(),
  desired: Desired,
  status: JobStatus,
  counts: Counts,
  waiting: z.object({ work: count, read: count }),
  live: count,
  leastKey: z.string().default(''),
  purged: z.literal(true).optional(),
  createdAt: Instant,
  startedAt: Instant.optional(),
  endedAt: Instant.optional(),
  notes,
})

const TaskRecord = z.object({
  id: Id,
  jobId: Id,
  cluster: z.string(),
  action: ActionName,
  path: z.string(),
  label: z.string().optional(),
  key: z.string(),
  options: TaskOptions,
  verify: z.boolean(),
  status: Status,
  desired: Desired,
  waiting: z.boolean(),
  attempts: count,
  allocationId: Id.optional(),
  attachedTo: Id.optional(),
  notBefore: Instant.optional(),
  lostAgain: count,
  passedAgain: count,
  passingSince: Instant.optional(),
  restarts: count.default(0),
  targets: z.object({ paths: z.array(z.string()).readonly(), seenAt: Instant }).optional(),
  refusedBy: z.array(Id),
  createdAt: Instant,
  retriedAt: Instant.optional(),
  startedAt: Instant.optional(),
  endedAt: Instant.optional(),
  exit: Exit.optional(),
  verdict: Verdict.optional(),
  estimate: Estimate.optional(),
  notes,
})

const AllocationRecord = z.object({
  ...indexed,
  id: Id,
  taskId: Id,
  jobId: Id,
  agentId: Id,
  action: ActionName,
  attempt: count,
  stage: z.enum(['full', 'incr']).default('full'),
  status: Status,
  desired: Desired,
  accepted: z.boolean(),
  started: z.boolean(),
  placedAt: Instant,
  startedAt: Instant.optional(),
  endedAt: Instant.optional(),
  deadlineAt: Instant.optional(),
  timedOut: z.boolean().optional(),
  exit: Exit.optional(),
  lines: LineCounts.optional(),
  progress: Progress.optional(),
  findings: Findings.optional(),
  cancel: EngineCancel.optional(),
  steps: z.array(Step),
  outputBytes: count.optional(),
  missingBytes: count.optional(),
  report: ClusterReport.optional(),
  listing: z.array(ListEntry).optional(),
})

const AgentRecord = z.object({
  ...indexed,
  id: Id,
  name: z.string(),
  cluster: z.string(),
  description: AgentDescription,
  connected: z.boolean(),
  connection: z.string().optional(),
  draining: z.boolean(),
  since: Instant,
  silentSince: Instant.optional(),
  taken: count,
  samples: z.array(z.object({ files: count, bytes: count, ms: count })).default([]),
})

const RECORDS = {
  jobs: JobRecord,
  tasks: TaskRecord,
  allocations: AllocationRecord,
  agents: AgentRecord,
  keys: z.object({ id: z.string(), jobId: Id, taskIds: z.array(Id), fingerprint: z.string() }),
  tokens: z.object({ id: Id, name: z.string(), user: z.string(), role: Role, sha256: z.string(), createdAt: Instant }),
  submissions: z.object({
    ...indexed,
    id: Id,
    jobId: Id,
    name: z.string(),
    cluster: z.string(),
    kind: z.enum(['submit', 'stop']),
    version: count,
    view: z.string(),
    by: z.string(),
    at: Instant,
    document: z.unknown().optional(),
  }),
  warmed: z.object({ id: z.string(), cluster: z.string(), path: z.string(), jobId: Id, at: Instant }),
  policies: z.object({
    id: z.string(),
    kind: z.enum(['ttl', 'priority']),
    cluster: z.string(),
    path: z.string(),
    value: z.string(),
    by: z.string(),
    at: Instant,
  }),
  companions: z.object({
    id: z.string(),
    daemonId: z.string(),
    entrypoints: z.array(z.string()),
    abnormal: z.array(z.string()),
    lines: z.array(z.object({ at: Instant, text: z.string(), heardAt: Instant.optional() })),
    heardAt: Instant.optional(),
  }),
  ...CHAT_RECORDS,
  ...SCHEDULE_RECORDS,
  counters: z.object({ id: z.literal('counters'), nextNumber: count, nextSchedule: count.default(1), index: count }),
} as const satisfies Record<TableName, z.ZodType>

/** The compiler's word that each schema and its row say the same. Fails to compile when one has a key the other lacks. */
type Same<A, B> = [Undefinable<A>] extends [Undefinable<B>]
  ? [Undefinable<B>] extends [Undefinable<A>]
    ? true
    : never
  : never
type Undefinable<T> = {
  readonly [K in keyof T]-?: Exclude<T[K], undefined> extends readonly (infer Item)[]
    ? readonly Item[]
    : Exclude<T[K], undefined>
}
type Unlike = {
  [Name in TableName]: Same<z.infer<(typeof RECORDS)[Name]>, Rows[Name]> extends true ? never : Name
}[TableName]
// a table whose schema is not its row makes this line name it
const UNLIKE: [Unlike] extends [never] ? 'none' : Unlike = 'none'
void UNLIKE

/** A parser for each table; it throws for a record that is not what it should be. */
export const RECORD_PARSERS: Readonly<Record<TableName, (value: unknown) => unknown>> = Object.fromEntries(
  (Object.keys(RECORDS) as TableName[]).map(name => [name, (value: unknown) => RECORDS[name].parse(value)]),
) as Record<TableName, (value: unknown) => unknown>
