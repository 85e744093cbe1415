// tells the load that the capacity guard refused from other refusals
import type { Task } from '../shared/job.ts'

/** Whether the run was refused because the cache has no room for it: whoever refuses earlier has measured nothing. */
export function isBeyondRoom(task: Task): boolean {
  if (task.exit?.reason !== 'refused') return false
  const { before, after } = task.verdict ?? {}
  // what was measured afterwards, if anything, is what was there before
  const untouched = before !== undefined && (after === undefined || after.at === before.at)
  return untouched || task.steps.some(({ name }) => name === 'guard')
}
