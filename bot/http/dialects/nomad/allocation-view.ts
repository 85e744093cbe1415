// an attempt as a Nomad allocation
import type { Status } from '../../../../shared/allocation.ts'
import type { AllocationView, NamedJobs } from '../../../engine/operations/port.ts'
import { toTaskState } from './events.ts'
import type { NomadJob } from './job-shapes.ts'
import { givenOf, latestOf, NAMESPACE, toJob, toTaskName } from './job-view.ts'
import { toNanos } from './read.ts'
import type { AllocationStub } from './run-shapes.ts'

type ClientStatus = AllocationStub['ClientStatus']
const CLIENT: Readonly<Record<Status, { readonly status: ClientStatus; readonly says: string }>> = {
  queued: { status: 'pending', says: 'No tasks have started' },
  running: { status: 'running', says: 'Tasks are running' },
  succeeded: { status: 'complete', says: 'All tasks have completed' },
  stopped: { status: 'complete', says: 'All tasks have completed' },
  failed: { status: 'failed', says: 'Failed tasks' },
  lost: { status: 'lost', says: 'The node of the allocation was lost' },
}

/** An allocation in a list. */
export function toAllocationStub(view: AllocationView, withStates = true): AllocationStub {
  const { id, agentId, label, job, submission, desired, status, createIndex, modifyIndex } = view
  const type = givenOf(submission)?.['Type']
  return {
    ...{ ID: id, EvalID: submission?.id ?? '', Name: `${job.name}.${label}[0]`, Namespace: NAMESPACE },
    ...{ NodeID: agentId, NodeName: view.agent ?? '', JobID: job.name },
    JobType: typeof type === 'string' && type !== '' ? type : 'batch',
    JobVersion: submission?.version ?? 0,
    TaskGroup: label,
    DesiredStatus: desired,
    DesiredDescription: desired === 'stop' ? 'alloc not needed due to job update' : '',
    ClientStatus: CLIENT[status].status,
    ClientDescription: CLIENT[status].says,
    TaskStates: withStates ? { [toTaskName(submission, label, view.task)]: toTaskState(view) } : null,
    ...{ DeploymentStatus: null, FollowupEvalID: '', NextAllocation: view.next ?? '', RescheduleTracker: null },
    ...{ PreemptedAllocations: null, PreemptedByAllocation: '' },
    ...{ CreateIndex: createIndex, ModifyIndex: modifyIndex },
    ...{ CreateTime: toNanos(view.placedAt), ModifyTime: toNanos(view.endedAt ?? view.startedAt ?? view.placedAt) },
  }
}

const NO_RESOURCES = {
  CPU: 0,
  Cores: 0,
  MemoryMB: 0,
  MemoryMaxMB: 0,
  DiskMB: 0,
  IOPS: 0,
  Networks: null,
  Devices: null,
}
/** What placement looked at, where nothing was looked at that Nomad knows. */
export const NO_METRICS = {
  ...{ NodesEvaluated: 1, NodesFiltered: 0, NodesInPool: 1, NodesAvailable: null, ClassFiltered: null },
  ...{ ConstraintFiltered: null, NodesExhausted: 0, ClassExhausted: null, DimensionExhausted: null },
  ...{ QuotaExhausted: null, ResourcesExhausted: null, Scores: null, AllocationTime: 0, CoalescedFailures: 0 },
  ScoreMetaData: null,
} as const

/** The job as it was when the allocation was placed. */
export function toJobOf(view: AllocationView, named: NamedJobs): NomadJob {
  return toJob(named, named.submissions.find(({ id }) => id === view.submission?.id) ?? latestOf(named))
}

/** The whole allocation, with its job. */
export function toAllocation(view: AllocationView, job: NomadJob): unknown {
  const { JobType: _type, JobVersion: _version, ...stub } = toAllocationStub(view)
  const tasks = Object.keys(stub.TaskStates ?? {})
  return {
    ...stub,
    Job: job,
    ...{ Resources: NO_RESOURCES, TaskResources: Object.fromEntries(tasks.map(name => [name, NO_RESOURCES])) },
    ...{ Metrics: NO_METRICS, PreviousAllocation: view.previous ?? '', DeploymentID: '', NetworkStatus: null },
    ...{ DesiredTransition: { Migrate: null, Reschedule: null }, AllocModifyIndex: view.modifyIndex },
  }
}
