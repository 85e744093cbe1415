// the words of view 000 for how a task ended: Go's ProcessState strings (those for a whole group: shared/group.ts)
import type { Exit, Status } from '../../../../shared/allocation.ts'
import type { NamedTask } from '../../../engine/operations/port.ts'

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

/** How a task's newest run ended; empty while it has not, its verdict included. */
export function toExitString({ task, willRunAgain }: Pick<NamedTask, 'task' | 'willRunAgain'>): string {
  if (willRunAgain) return 'restarted'
  if (task.status === 'queued' || task.status === 'running') return ''
  return task.exit === undefined ? STATUS_WORDS[task.status] : EXIT_WORDS[task.exit.reason](task.exit)
}

function toSignalWord(signal: string | undefined): string {
  return SIGNAL_WORDS[signal ?? 'SIGTERM'] ?? String(signal)
}
