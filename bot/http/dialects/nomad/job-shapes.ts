// what view 002 answers about jobs; fields of Nomad's that are always zero stand in the values, not in the shapes
import * as z from 'zod'

// counts of nanoseconds need all of its 64 bits
const int = z.int().min(0).meta({ format: 'int64' })
const strings = z.array(z.string())
const Meta = z.record(z.string(), z.string()).nullable()

const GroupSummary = z.object({
  ...{ Queued: int, Complete: int, Failed: int, Running: int, Starting: int, Lost: int, Unknown: int },
})
export type GroupSummary = z.infer<typeof GroupSummary>

export const JobSummary = z
  .object({
    JobID: z.string(),
    Namespace: z.string(),
    Summary: z.record(z.string(), GroupSummary),
    Children: z.object({ Pending: int, Running: int, Dead: int }),
    CreateIndex: int,
    ModifyIndex: int,
  })
  .meta({ id: 'NomadJobSummary' })
export type JobSummary = z.infer<typeof JobSummary>

const JOB_STATUS = ['pending', 'running', 'dead'] as const
export type NomadJobStatus = (typeof JOB_STATUS)[number]

export const JobStub = z
  .object({
    ...{ ID: z.string(), ParentID: z.string(), Name: z.string(), Namespace: z.string() },
    Datacenters: strings,
    Type: z.string(),
    Priority: int,
    ...{ Periodic: z.boolean(), ParameterizedJob: z.boolean(), Stop: z.boolean() },
    Status: z.enum(JOB_STATUS),
    StatusDescription: z.string(),
    JobSummary,
    ...{ CreateIndex: int, ModifyIndex: int, JobModifyIndex: int, SubmitTime: int },
    Meta: Meta.optional(),
  })
  .meta({ id: 'NomadJobStub' })
export type JobStub = z.infer<typeof JobStub>
export const JobStubs = z.array(JobStub)

const TaskOfJob = z.looseObject({ Name: z.string(), Driver: z.string(), Config: z.looseObject({}).nullable() })
const TaskGroup = z.looseObject({
  Name: z.string(),
  Count: int,
  Tasks: z.array(TaskOfJob),
  RestartPolicy: z.looseObject({ Attempts: int, Interval: int, Delay: int, Mode: z.string() }),
})

export const NomadJob = z
  .looseObject({
    ...{ ID: z.string(), ParentID: z.string(), Name: z.string(), Namespace: z.string(), Region: z.string() },
    Datacenters: strings,
    Type: z.string(),
    Priority: int,
    Periodic: z.null(),
    ParameterizedJob: z.null(),
    Stop: z.boolean(),
    Status: z.enum(JOB_STATUS),
    StatusDescription: z.string(),
    TaskGroups: z.array(TaskGroup),
    Meta,
    Version: int,
    Stable: z.boolean(),
    ...{ SubmitTime: int, CreateIndex: int, ModifyIndex: int, JobModifyIndex: int },
  })
  .meta({ id: 'NomadJob', description: 'the submitted document, completed with defaults and what is known of it' })
export type NomadJob = z.infer<typeof NomadJob>

export const JobVersions = z.object({ Versions: z.array(NomadJob), Diffs: z.null() }).meta({ id: 'NomadJobVersions' })

const WRITTEN = {
  ...{ EvalID: z.string(), EvalCreateIndex: int, JobModifyIndex: int },
  ...{ Index: int, LastContact: int, KnownLeader: z.boolean(), NextToken: z.string() },
}
export const Registered = z.object({ ...WRITTEN, Warnings: z.string() }).meta({ id: 'NomadRegistered' })
export const Deregistered = z.object(WRITTEN).meta({ id: 'NomadDeregistered' })
