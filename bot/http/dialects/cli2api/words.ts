// the words of view 000 for how tasks are: Go's ProcessState strings, and one word for the whole
import { type Exit, type Status, Status as StatusName } from '../../../../shared/allocation.ts'
import type { NamedTask } from '../../../engine/operations/port.ts'
import type { GroupStatus, State } from './schemas.ts'

// what Go's syscall.Signal prints on Linux
const SIGNAL_WORDS: Readonly<Record<string, string>> = {
  SIGHUP: 'hangup',
  SIGINT: 'interrupt',
  SIGQUIT: 'quit',
  SIGILL: 'illegal instruction',
  SIGTRAP: 'trace/breakpoint trap',
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGKILL: 'killed',
  SIGUSR1: 'user defined signal 1',
  SIGSEGV: 'segmentation fault',
  SIGUSR2: 'user defined signal 2',
  SIGPIPE: 'broken pipe',
  SIGALRM: 'alarm clock',
  SIGTERM: 'terminated',
}

const EXIT_WORDS: Readonly<Record<Exit['reason'], (exit: Exit) => string>> = {
  exited: exit => `exit status ${exit.code ?? 0}`,
  signalled: exit => `signal: ${toSignalWord(exit.signal)}`,
  timeout: () => 'signal: killed',
  stopped: exit => `signal: ${toSignalWord(exit.signal)}`,
  'spawn-failed': () => 'exit status 127',
  refused: () => 'exit status 126',
  lost: () => 'restarted',
}

// a task that never had a run of its own: attached to another's, or stopped while it waited
const STATUS_WORDS: Readonly<Record<Status, string>> = {
  queued: '',
  running: '',
  succeeded: 'exit status 0',
  failed: 'exit status 1',
  stopped: 'signal: terminated',
  lost: 'restarted',
}

const STATES: Readonly<Record<Status, State>> = {
  queued: 'running',
  running: 'running',
  succeeded: 'success',
  failed: 'failed',
  stopped: 'failed',
  lost: 'failed',
}

/** How a task's newest run ended; empty while it has not, its verdict included. */
export function toExitString({ task, willRunAgain }: Pick<NamedTask, 'task' | 'willRunAgain'>): string {
  if (willRunAgain) return 'restarted'
  if (task.status === 'queued' || task.status === 'running') return ''
  return task.exit === undefined ? STATUS_WORDS[task.status] : EXIT_WORDS[task.exit.reason](task.exit)
}

/** The statuses that the filter `status=` means. What will run again is queued. */
export function toStatuses(state: State): Status[] {
  return StatusName.options.filter(status => STATES[status] === state)
}

/** One word for all of them. What only estimated says nothing of a group that has loads. */
export function toGroupState(tasks: readonly NamedTask[]): GroupStatus['status'] {
  const real = tasks.filter(({ task }) => task.options.dryRun !== true)
  const counted = real.length > 0 ? real : tasks
  const states = new Set(counted.map(({ task, willRunAgain }) => (willRunAgain ? 'running' : STATES[task.status])))
  if (states.has('running')) return 'running'
  if (!states.has('failed')) return 'success'
  return states.has('success') ? 'notallsuccess' : 'failed'
}

function toSignalWord(signal: string | undefined): string {
  return SIGNAL_WORDS[signal ?? 'SIGTERM'] ?? String(signal)
}
