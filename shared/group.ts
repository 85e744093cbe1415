// a group of tasks in the words of view 000, which its own notice uses too: what they do, and one word for how they ended
import type { ActionName } from './actions.ts'
import { type Status, Status as StatusName } from './allocation.ts'
import type { Task } from './job.ts'

export const ACTION_WORDS: Readonly<Record<ActionName, string>> = {
  load: 'GooseFSDistributeLoad',
  metadata: 'GooseFSLoadMetadata',
  list: 'GooseFSList',
  forceload: 'GooseFSForceLoad',
  free: 'GooseFSFree',
  report: 'GooseFSReport',
}

export const GROUP_STATES = ['running', 'success', 'failed'] as const
/** How one task is. */
export type GroupState = (typeof GROUP_STATES)[number]

const STATES: Readonly<Record<Status, GroupState>> = {
  queued: 'running',
  running: 'running',
  succeeded: 'success',
  failed: 'failed',
  stopped: 'failed',
  lost: 'failed',
}

/** The statuses that a state means. What will run again is queued. */
export function toStatuses(state: GroupState): Status[] {
  return StatusName.options.filter(status => STATES[status] === state)
}

type Member = { readonly task: Pick<Task, 'status' | 'options'>; readonly willRunAgain?: boolean }

/** One word for all of them. What only estimated says nothing of a group that has loads. */
export function toGroupState(members: readonly Member[]): GroupState | 'notallsuccess' {
  const real = members.filter(({ task }) => task.options.dryRun !== true)
  const counted = real.length > 0 ? real : members
  const states = new Set(counted.map(({ task, willRunAgain }) => (willRunAgain ? 'running' : STATES[task.status])))
  if (states.has('running')) return 'running'
  if (!states.has('failed')) return 'success'
  return states.has('success') ? 'notallsuccess' : 'failed'
}
