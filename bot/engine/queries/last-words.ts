// the last line that a task's command printed: what it said of its own failure
import type { State } from '../../core/state.ts'
import type { OutputStore } from '../ports.ts'
import { newestOf } from './views.ts'

/** A few lines hold one that is not blank, and a line is not longer than this. */
const LINES = 5
const MOST_BYTES = 4_096

/** Undefined when nothing was printed, or nothing of it is left. */
export async function readLastWords(
  { state, output }: { readonly state: State; readonly output: Pick<OutputStore, 'tailOffset' | 'read'> },
  taskId: string,
): Promise<string | undefined> {
  const task = state.tasks.get(taskId)
  const run = task === undefined ? undefined : newestOf(state, task)
  if (run === undefined) return undefined
  const stream = { allocation: run.id, kind: 'output' } as const
  const bytes = await output.read(stream, await output.tailOffset(stream, LINES), MOST_BYTES)
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/)
  return lines.map(line => line.trim()).findLast(line => line !== '')
}
