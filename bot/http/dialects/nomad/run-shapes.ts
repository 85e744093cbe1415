// what view 002 answers about allocations, nodes and evaluations
import * as z from 'zod'
import { NomadJob } from './job-shapes.ts'

// counts of nanoseconds need all of its 64 bits
const int = z.int().min(0).meta({ format: 'int64' })
const text = z.string()
const time = z.iso.datetime().nullable()

const TaskEvent = z.looseObject({
  ...{ Type: text, Time: int, DisplayMessage: text, Message: text, DriverMessage: text },
  Details: z.record(text, text),
  ...{ ExitCode: z.int(), Signal: int, KillReason: text, RestartReason: text, DriverError: text },
  FailsTask: z.boolean(),
})
export type TaskEvent = z.infer<typeof TaskEvent>

const TaskState = z.object({
  State: z.enum(['pending', 'running', 'dead']),
  Failed: z.boolean(),
  Restarts: int,
  ...{ LastRestart: time, StartedAt: time, FinishedAt: time },
  Events: z.array(TaskEvent),
})
export type TaskState = z.infer<typeof TaskState>

const ALLOCATION = {
  ...{ ID: text, EvalID: text, Name: text, Namespace: text, NodeID: text, NodeName: text, JobID: text },
  TaskGroup: text,
  DesiredStatus: z.enum(['run', 'stop', 'evict']),
  DesiredDescription: text,
  ClientStatus: z.enum(['pending', 'running', 'complete', 'failed', 'lost', 'unknown']),
  ClientDescription: text,
  TaskStates: z.record(text, TaskState).nullable(),
  DeploymentStatus: z.null(),
  FollowupEvalID: text,
  NextAllocation: text,
  RescheduleTracker: z.null(),
  PreemptedAllocations: z.null(),
  PreemptedByAllocation: text,
  ...{ CreateIndex: int, ModifyIndex: int, CreateTime: int, ModifyTime: int },
}
export const AllocationStub = z
  .object({ ...ALLOCATION, JobType: text, JobVersion: int })
  .meta({ id: 'NomadAllocationStub' })
export type AllocationStub = z.infer<typeof AllocationStub>
export const AllocationStubs = z.array(AllocationStub)

export const Allocation = z
  .looseObject({ ...ALLOCATION, Job: NomadJob, PreviousAllocation: text, AllocModifyIndex: int })
  .meta({ id: 'NomadAllocation' })

const Driver = z.object({
  Attributes: z.record(text, text),
  ...{ Detected: z.boolean(), Healthy: z.boolean(), HealthDescription: text, UpdateTime: text },
})
const NODE = {
  ...{ ID: text, Datacenter: text, Name: text, NodeClass: text, NodePool: text, Drain: z.boolean() },
  SchedulingEligibility: z.enum(['eligible', 'ineligible']),
  Status: z.enum(['ready', 'down']),
  StatusDescription: text,
  Drivers: z.record(text, Driver),
  LastDrain: z.null(),
  ...{ CreateIndex: int, ModifyIndex: int },
}
export const NodeStub = z.object({ ...NODE, Address: text, Version: text }).meta({ id: 'NomadNodeStub' })
export type NodeStub = z.infer<typeof NodeStub>
export const NodeStubs = z.array(NodeStub)
export const Node = z.looseObject({ ...NODE, HTTPAddr: text }).meta({ id: 'NomadNode' })

export const Evaluation = z
  .looseObject({
    ...{ ID: text, Priority: int, Type: text, TriggeredBy: text, Namespace: text, JobID: text, Status: text },
    ...{ JobModifyIndex: int, CreateIndex: int, ModifyIndex: int, CreateTime: int, ModifyTime: int },
    QueuedAllocations: z.record(text, int),
  })
  .meta({ id: 'NomadEvaluation' })
export type Evaluation = z.infer<typeof Evaluation>
export const Evaluations = z.array(Evaluation)
