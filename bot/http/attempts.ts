// which attempt of a task an event's id speaks of: offsets of an earlier one mean nothing in a later
import type { Task } from '../../shared/job.ts'
import type { LiveEvent } from '../engine/operations/port.ts'
import type { Viewer } from './live.ts'

/** Tasks of which it is remembered; of others a later attempt is read from its start. */
const MOST_REMEMBERED = 10_000

/** From which index of the state on ids speak of a task's attempt, since this daemon began. */
export type AttemptMarks = {
  note(taskId: string, attempt: number, index: number): void
  /** Whether an id of that index was given when the task was in this attempt. */
  covers(taskId: string, attempt: number, index: number): boolean
}

/** Makes the memory of all streams. */
export function createAttemptMarks(): AttemptMarks {
  const marks = new Map<string, { readonly attempt: number; readonly since: number }>()
  return {
    note(taskId, attempt, index) {
      // there is nothing before the first one that an id could speak of
      if (attempt <= 1 || attempt <= (marks.get(taskId)?.attempt ?? 0)) return
      marks.delete(taskId)
      marks.set(taskId, { attempt, since: index })
      const [oldest] = marks.keys()
      if (marks.size > MOST_REMEMBERED && oldest !== undefined) marks.delete(oldest)
    },
    covers(taskId, attempt, index) {
      const mark = marks.get(taskId)
      return attempt <= 1 || (mark?.attempt === attempt && index >= mark.since)
    },
  }
}

export type Attempts = {
  /** The newest one that was heard of; at least 1. */
  readonly newest: number
  hear(event: LiveEvent): void
  /** Asks for the newest one. */
  attempts(): Promise<number>
  /** Resolves when there are more than `known`, or when aborted. */
  moreAttempts(known: number, signal: AbortSignal): Promise<void>
}

/** How many attempts the followed task had: asked once, then heard of. */
export function createAttempts({ room, actor }: Viewer, taskId: string | undefined, onNewer: () => void): Attempts {
  let newest = 1
  let changed = (): void => {}
  const note = (task: Task | undefined): void => {
    if (task === undefined || task.attempts <= newest) return
    newest = task.attempts
    onNewer()
    changed()
  }
  return {
    get newest() {
      return newest
    },
    hear(event) {
      if ('tasks' in event) note(event.tasks.find(({ id }) => id === taskId))
    },
    async attempts() {
      note((await room.operations.findTasks(actor, { taskId })).items[0]?.task)
      return newest
    },
    moreAttempts(known, signal) {
      return new Promise(resolve => {
        if (signal.aborted || newest > known) return resolve()
        changed = resolve
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    },
  }
}
