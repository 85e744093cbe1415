// tasks as they are looked for: by id, by job, by name, or all that fit
import type { ActionName } from '../../../shared/actions.ts'
import type { Id } from '../../../shared/ids.ts'
import type { Job, Task } from '../../../shared/job.ts'

/** Tasks by id, by name, or all that fit, as view 000 groups them: of one name only the newest of each action and path. */
export type TaskQuery = {
  readonly taskId?: Id | undefined
  /** All tasks of that job. */
  readonly jobId?: Id | undefined
  readonly name?: string | undefined
  readonly action?: ActionName | undefined
  readonly status?: readonly Task['status'][] | undefined
}

/** Oldest first; `cut` when only the newest were looked at or are told. */
export type FoundTasks = { readonly items: readonly NamedTask[]; readonly cut: boolean }

export type NamedTask = {
  readonly task: Task
  readonly job: Pick<Job, 'id' | 'name' | 'named'>
  readonly lines: { loaded: number; alreadyCached: number; failed: number }
  /** Its run was lost, and it will be placed again. */
  readonly willRunAgain: boolean
}
