// reading what commands printed, and which files are missing, from the daemon's own disk while it grows
import { isEnded } from '../../../shared/allocation.ts'
import { AppError, shown } from '../../../shared/errors.ts'
import { SECOND } from '../../../shared/time.ts'
import type { TaskRow } from '../../core/state.ts'
import type { OutputStore, StreamId, StreamKind } from '../ports.ts'
import { findJob, findTask, tasksInOrder } from '../queries/find.ts'
import { newestOf } from '../queries/views.ts'
import type { OperationsDeps } from './deps.ts'
import { permit } from './permission.ts'
import type { Operations, OutputReader } from './port.ts'

/** An agent that is connected brings the rest of an ended task's output within this, or the reader goes without. */
const LAST_BYTES_WITHIN_MS = 30 * SECOND

export type OutputOperations = Pick<Operations, 'openOutput'>

/** Verbs that read output. */
export function createOutputOperations(deps: OperationsDeps): OutputOperations {
  return {
    async openOutput(actor, of, kind) {
      permit(actor, 'read', 'reading output')
      return rowsOf(deps, of).map(task => createReader(deps, task, kind))
    },
  }
}

function rowsOf(
  deps: OperationsDeps,
  of: { readonly ref?: string | undefined; readonly taskId?: string | undefined },
): TaskRow[] {
  const job = of.ref === undefined ? undefined : findJob(deps.state, of.ref)
  if (of.taskId === undefined) return job === undefined ? [] : tasksInOrder(deps.state, job.id)
  const task = findTask(deps.state, of.taskId)
  if (job === undefined || task.jobId === job.id) return [task]
  throw new AppError('TASK_NOT_FOUND', `Job ${job.number} has no task ${shown(of.taskId)}.`)
}

// a task's output is its newest attempt's; a reader stays with the attempt it began with, unless nothing was there yet
function createReader(deps: OperationsDeps, row: TaskRow, kind: StreamKind): OutputReader {
  let pinned: string | undefined
  const stream = (): StreamId | undefined => {
    const task = deps.state.tasks.get(row.id)
    pinned ??= task === undefined ? undefined : newestOf(deps.state, task)?.id
    return pinned === undefined ? undefined : { allocation: pinned, kind }
  }
  const read = async <T>(nothing: T, ask: (output: OutputStore, of: StreamId) => Promise<T>): Promise<T> => {
    const of = stream()
    return of === undefined ? nothing : ask(deps.output, of)
  }
  const length = (): Promise<number> => read(0, (output, of) => output.length(of))
  return {
    task: row.id,
    path: row.path,
    length,
    read: (from, maxBytes) => read(new Uint8Array(), (output, of) => output.read(of, from, maxBytes)),
    tailOffset: lines => read(0, (output, of) => output.tailOffset(of, lines)),
    async more(from, signal) {
      for (;;) {
        const grew = watch(deps, row, signal)
        try {
          const over = isOver(deps, row)
          const bytes = await length()
          if (signal.aborted) return false
          if (bytes > from) return true
          // the last bytes may still be on their way from the agent when the last word is here already
          if (over && bytes >= finalOf(deps, pinned, kind)) return false
          const late = over ? deps.clock.after(LAST_BYTES_WITHIN_MS, grew.giveUp) : undefined
          const more = await grew.heard
          late?.()
          if (!more) return false
        } finally {
          grew.undo()
        }
      }
    },
  }
}

function isOver(deps: OperationsDeps, row: TaskRow): boolean {
  const task = deps.state.tasks.get(row.id)
  if (task === undefined) return true
  return task.endedAt !== undefined && isEnded(task.status)
}

/** `heard` is false when it was given up. */
type Watch = { readonly heard: Promise<boolean>; giveUp(): void; undo(): void }

// what the agent said that there is; nothing more is to come of an agent that is away
function finalOf(deps: OperationsDeps, allocation: string | undefined, kind: StreamKind): number {
  const row = allocation === undefined ? undefined : deps.state.allocations.get(allocation)
  if (row === undefined || deps.state.agents.get(row.agentId)?.connected !== true) return 0
  return (kind === 'output' ? row.outputBytes : row.missingBytes) ?? 0
}

// listens before it looks, so that nothing falls between the two
function watch(deps: OperationsDeps, row: TaskRow, signal: AbortSignal): Watch {
  let answer = (_: boolean): void => {}
  const heard = new Promise<boolean>(resolve => {
    answer = resolve
  })
  const wake = (): void => answer(true)
  const undoings = [
    deps.growth.subscribe(of => {
      if (deps.state.allocations.get(of.allocation)?.jobId === row.jobId || of.allocation === row.allocationId) wake()
      else if (row.attachedTo !== undefined) wake()
    }),
    deps.frames.subscribe(frame => {
      if (frame.changed.tasks.includes(row.id)) wake()
    }),
  ]
  signal.addEventListener('abort', wake)
  return {
    heard,
    giveUp: () => answer(false),
    undo() {
      for (const undo of undoings) undo()
      signal.removeEventListener('abort', wake)
    },
  }
}
