// the laws of what is kept beside the work: submissions, indexes, removed jobs, what is known of loaded paths
import type { Event } from '../../bot/core/events.ts'
import type { AllocationRow, JobRow, State } from '../../bot/core/state.ts'
import { countersOf } from '../../bot/core/state.ts'
import { toWarmthId } from '../../bot/core/warmth.ts'
import { findAllocations, toAllocation } from '../../bot/engine/queries/allocations.ts'
import { findJob, findJobs, findTask } from '../../bot/engine/queries/find.ts'
import { findNamedTasks } from '../../bot/engine/queries/named-tasks.ts'
import { findNames, toNamed } from '../../bot/engine/queries/names.ts'
import { ACTIONS } from '../../shared/actions.ts'
import { isEnded } from '../../shared/allocation.ts'
import type { Breach } from './laws.ts'
import { toErrorCode } from './refusals.ts'

/** Warmth of every load that succeeded for somebody who did not have its job removed. */
export type Warmths = Set<string>

/** Remembers what was loaded; called after the event was applied. */
export function noteWarmths(draft: State, event: Event, warmths: Warmths): void {
  const task = event.type === 'task.ended' ? draft.tasks.get(event.taskId) : undefined
  if (task?.status !== 'succeeded' || !ACTIONS[task.action].verified || task.options.dryRun === true) return
  if (!draft.jobs.get(task.jobId)?.purged) warmths.add(toWarmthId(task))
}

/** Laws about a state at rest. */
export function checkKept(state: State, warmths: Warmths): Breach[] {
  return [
    ...checkOwners(state),
    ...checkVersions(state),
    ...checkStamps(state),
    ...checkPurged(state),
    ...checkSeen(state),
    ...[...state.warmed.rows()]
      .filter(row => !warmths.has(row.id))
      .map(row => ({ law: 'only what was loaded is warm', what: row.id })),
  ]
}

function checkOwners(state: State): Breach[] {
  const owned = [state.tasks, state.allocations, state.submissions, state.keys].flatMap(table => [...table.rows()])
  const lost = owned.filter(row => state.jobs.get(row.jobId) === undefined)
  return lost.map(row => ({ law: 'nothing is left of what is gone', what: row.id }))
}

function checkVersions(state: State): Breach[] {
  return [...state.submissions.keys('name')].flatMap(name => {
    // after what was removed a name begins anew
    const asks = [...state.submissions.find('name', name)].filter(
      one => one.kind === 'submit' && !state.jobs.get(one.jobId)?.purged,
    )
    const versions = asks.sort((a, b) => (a.id < b.id ? -1 : 1)).map(one => one.version)
    const rising = versions.every((version, at) => at === 0 || version > (versions[at - 1] ?? 0))
    return rising ? [] : [{ law: 'versions of a name count up', what: `${name}: ${versions.join()}` }]
  })
}

function checkStamps(state: State): Breach[] {
  const { index } = countersOf(state)
  const rows = [state.jobs, state.allocations, state.agents, state.submissions].flatMap(table => [...table.rows()])
  return rows
    .filter(row => !(row.createIndex > 0 && row.modifyIndex >= row.createIndex && row.modifyIndex <= index))
    .map(row => ({ law: 'rows know their index', what: `${row.createIndex} ${row.modifyIndex} of ${index}` }))
}

// what is removed stays only as long as something of it runs
function checkPurged(state: State): Breach[] {
  return [...state.jobs.rows()].flatMap(job => {
    const open = [...state.tasks.find('job', job.id)].filter(task => !isEnded(task.status))
    return job.purged && open.length === 0 ? [{ law: 'what is removed vanishes', what: job.status }] : []
  })
}

// nobody sees what is removed, by whatever way they look
function checkSeen(state: State): Breach[] {
  const gone = [...state.jobs.rows()].filter(job => job.purged)
  if (gone.length === 0) return []
  const ids = new Set(gone.map(job => job.id))
  const seen = [
    ...findJobs(state, { limit: 1_000 }).items.map(job => job.id),
    ...findJobs(state, { limit: 1_000, status: ['queued', 'running', 'stopped', 'failed', 'lost'] }).items.map(
      job => job.id,
    ),
    ...findAllocations(state, {}).flatMap(id => toAllocation(state, id).map(one => one.job.id)),
    ...findNames(state, { limit: 1_000 }).names.flatMap(name => toNamed(state, name)?.jobs.map(job => job.id) ?? []),
    ...findNamedTasks(state, {}).rows.map(row => row.jobId),
    ...gone.flatMap(job => findNamedTasks(state, { name: job.name }).rows.map(row => row.jobId)),
  ].filter(id => ids.has(id))
  const looked = gone.flatMap(job => [
    toCode(() => findJob(state, job.id)),
    toCode(() => findJob(state, String(job.number))),
    ...Array.from(state.tasks.find('job', job.id), task => toCode(() => findTask(state, task.id))),
    ...Array.from(state.tasks.find('job', job.id)).map(task =>
      findNamedTasks(state, { taskId: task.id }).rows.length === 0 ? 'TASK_NOT_FOUND' : undefined,
    ),
  ])
  const found = looked.filter(code => code !== 'JOB_NOT_FOUND' && code !== 'TASK_NOT_FOUND')
  return [...seen, ...found].map(what => ({ law: 'what is removed is seen by nobody', what: String(what) }))
}

function toCode(deed: () => unknown): string | undefined {
  try {
    deed()
    return undefined
  } catch (thrown) {
    return toErrorCode(thrown)
  }
}

/** Rows as they were, so that it shows which changed. Who hears of a job is no change of it. */
export function rememberRows(state: State) {
  const before = new Map<string, JobRow | AllocationRow>(
    [...state.jobs.rows(), ...state.allocations.rows()].map(row => [row.id, row]),
  )
  const isSame = (row: JobRow | AllocationRow): boolean =>
    before.get(row.id) === row || toWork(before.get(row.id)) === toWork(row)
  const { index } = countersOf(state)
  return (): Breach[] =>
    [...state.jobs.rows(), ...state.allocations.rows()]
      .filter(row => row.modifyIndex <= index && !isSame(row))
      .map(row => ({ law: 'every change raises the index', what: `${row.modifyIndex} of ${index}` }))
}

function toWork(row: JobRow | AllocationRow | undefined): string {
  return JSON.stringify({ ...row, askers: undefined, toldHalfway: undefined })
}
