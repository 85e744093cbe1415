// a name with its jobs as one Nomad job: its document, its groups, and how they stand
import type { Status } from '../../../../shared/allocation.ts'
import type { Task } from '../../../../shared/job.ts'
import type { NamedJobs, SubmissionView, TaskOfName } from '../../../engine/operations/port.ts'
import { DRIVER, NANOS, NO_POLICY } from './config.ts'
import { complete, isFields, listOf, toHead } from './defaults.ts'
import type { GroupSummary, JobStub, JobSummary, NomadJob, NomadJobStatus } from './job-shapes.ts'
import { toNanos } from './read.ts'

/** The name under which a document of this view is kept. */
export const VIEW = 'nomad'
export const NAMESPACE = 'default'

const NOTHING: GroupSummary = { Queued: 0, Complete: 0, Failed: 0, Running: 0, Starting: 0, Lost: 0, Unknown: 0 }
const COLUMNS: Readonly<Record<Status, keyof GroupSummary>> = {
  queued: 'Queued',
  running: 'Running',
  succeeded: 'Complete',
  stopped: 'Complete',
  failed: 'Failed',
  lost: 'Lost',
}

type Fields = Readonly<Record<string, unknown>>

/** The whole job; `at` is one of its earlier registrations. */
export function toJob(named: NamedJobs, at: SubmissionView | undefined = latestOf(named)): NomadJob {
  const document = complete(documentOf(named, at)) as NomadJob
  return {
    ...document,
    ...toState(named),
    // what a document says of these is not its to say
    ...{ ID: named.name, ParentID: '', StatusDescription: '', Stable: false, Dispatched: false },
    Version: at?.version ?? 0,
    SubmitTime: toNanos(at?.at ?? named.jobs[0]?.createdAt),
    JobModifyIndex:
      (at?.id === latestOf(named)?.id ? newestOf(named)?.modifyIndex : at?.modifyIndex) ?? named.createIndex,
  }
}

/** The job in a list. */
export function toStub(named: NamedJobs, withMeta: boolean): JobStub {
  const { name: ID } = named
  const latest = latestOf(named)
  const { Meta, ...head } = toHead(givenOf(latest) ?? { ID, Datacenters: clustersOf(named) })
  return {
    ...{ ID, ParentID: '', Namespace: NAMESPACE, ...head, Periodic: false, ParameterizedJob: false },
    ...{ ...toState(named), StatusDescription: '', JobSummary: toSummary(named) },
    JobModifyIndex: newestOf(named)?.modifyIndex ?? named.createIndex,
    SubmitTime: toNanos(latest?.at ?? named.jobs[0]?.createdAt),
    ...(withMeta && { Meta }),
  }
}

/** How many allocations of each group are how. */
export function toSummary(named: NamedJobs): JobSummary {
  const waiting = isStopped(named) ? 0 : 1
  const foreign = foreignGroups(named).map(label => [label, { ...NOTHING, Queued: waiting }] as const)
  const own = named.tasks.map(({ label, task }) => [label, toGroupSummary(task)] as const)
  return {
    JobID: named.name,
    Namespace: NAMESPACE,
    // a group that was ours before its driver changed waits as well
    Summary: Object.fromEntries([...own, ...foreign]),
    Children: { Pending: 0, Running: 0, Dead: 0 },
    CreateIndex: named.createIndex,
    ModifyIndex: named.modifyIndex,
  }
}

/** The registration that counts: the newest one. */
export function latestOf({ submissions }: NamedJobs): SubmissionView | undefined {
  return submissions.findLast(({ kind }) => kind === 'submit')
}

/** The newest ask of all, stops included. */
export function newestOf({ submissions }: NamedJobs): SubmissionView | undefined {
  return submissions[submissions.length - 1]
}

/** Groups of the newest document that no agent will ever run. */
export function foreignGroups(named: NamedJobs): string[] {
  return listOf(givenOf(latestOf(named))?.['TaskGroups'])
    .filter(group => listOf(group['Tasks']).every(task => task['Driver'] !== DRIVER))
    .map(group => String(group['Name']))
}

/** What the task of a group is called in the document that asked for it. */
export function toTaskName(asked: SubmissionView | undefined, label: string, task: Pick<Task, 'action'>): string {
  const document = givenOf(asked)
  const name = document === undefined ? undefined : taskNamesOf(document).get(label)
  return typeof name === 'string' ? name : task.action
}

// a document is a value: whoever asks for one name of it asks for all of them
const taskNames = new WeakMap<Fields, ReadonlyMap<unknown, unknown>>()
function taskNamesOf(document: Fields): ReadonlyMap<unknown, unknown> {
  const known = taskNames.get(document)
  if (known !== undefined) return known
  const rows = listOf(document['TaskGroups']).map(({ Name, Tasks }) => [Name, listOf(Tasks)[0]?.['Name']] as const)
  const made = new Map<unknown, unknown>(rows)
  taskNames.set(document, made)
  return made
}

/** Whether the last word about it was that it be stopped, and nobody has taken it up again since. */
export function isStopped(named: NamedJobs): boolean {
  const isWanted = named.jobs.some(({ endedAt, desired }) => endedAt === undefined && desired === 'run')
  const newest = newestOf(named)
  if (newest?.kind !== 'stop' || isWanted) return false
  // other views stop one job of the name, and that may be an older one
  const latest = latestOf(named)
  return newest.view === VIEW || latest === undefined || newest.jobId === latest.jobId
}

function toState(named: NamedJobs): Pick<JobStub, 'Status' | 'Stop' | 'CreateIndex' | 'ModifyIndex'> {
  return {
    ...{ Status: toStatus(named), Stop: isStopped(named) },
    ...{ CreateIndex: named.createIndex, ModifyIndex: named.modifyIndex },
  }
}

function toStatus(named: NamedJobs): NomadJobStatus {
  const statuses = new Set(named.tasks.map(({ task }) => task.status))
  if (isStopped(named)) return 'dead'
  if (statuses.has('running')) return 'running'
  return statuses.has('queued') || foreignGroups(named).length > 0 ? 'pending' : 'dead'
}

// what was stopped before it was placed never was an allocation
function toGroupSummary({ status, attempts }: TaskOfName): GroupSummary {
  if (status === 'stopped' && attempts === 0) return NOTHING
  return { ...NOTHING, [COLUMNS[status]]: 1 }
}

/** The document of an ask that came through this view. */
export function givenOf(asked: SubmissionView | undefined): Fields | undefined {
  return asked?.view === VIEW && isFields(asked.document) ? asked.document : undefined
}

// what other views ask for has no document: it is written from its tasks
function documentOf(named: NamedJobs, at: SubmissionView | undefined): Fields {
  const written = (): Fields => ({
    ...{ ID: named.name, Datacenters: clustersOf(named) },
    TaskGroups: named.tasks.map(toGroup),
  })
  return givenOf(at) ?? written()
}

function clustersOf({ jobs }: NamedJobs): string[] {
  return [...new Set(jobs.map(({ cluster }) => cluster))]
}

function toGroup({ label, task }: NamedJobs['tasks'][number]): Fields {
  const { action, path, options } = task
  const { restart, ...asked } = options
  const policy = restart && { ...NO_POLICY, Attempts: restart.attempts, Delay: restart.delaySeconds * NANOS }
  const Config = { action, ...(path !== '' && { path }), ...asked }
  return { Name: label, Tasks: [{ Name: action, Driver: DRIVER, Config }], ...(policy && { RestartPolicy: policy }) }
}
