// what happened to one attempt, told as the events of a Nomad task
import { SIGNALS } from '../../../../shared/allocation.ts'
import type { AllocationView } from '../../../engine/operations/port.ts'
import { toNanos } from './read.ts'
import type { TaskEvent, TaskState } from './run-shapes.ts'

type Happened = Pick<TaskEvent, 'Type' | 'DisplayMessage'> & { readonly at: string } & Partial<
    Pick<
      TaskEvent,
      'DriverMessage' | 'Details' | 'ExitCode' | 'Signal' | 'KillReason' | 'RestartReason' | 'DriverError' | 'FailsTask'
    >
  >

const STATES: Readonly<Record<AllocationView['status'], TaskState['State']>> = {
  ...{ queued: 'pending', running: 'running', succeeded: 'dead', failed: 'dead', stopped: 'dead', lost: 'dead' },
}
// by the shells' way of telling them: 128 and the number
const NUMBERS: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(SIGNALS).map(([code, name]) => [name, Number(code) - 128]),
)

/** The state of the only task of an attempt. */
export function toTaskState(view: AllocationView): TaskState {
  return {
    State: STATES[view.status],
    Failed: view.status === 'failed',
    Restarts: 0,
    LastRestart: null,
    StartedAt: view.startedAt ?? null,
    FinishedAt: view.endedAt ?? null,
    Events: [...toBeginning(view), ...toEnding(view)].map(toEvent),
  }
}

function toBeginning({ placedAt, startedAt, stage }: AllocationView): Happened[] {
  const received = [
    { at: placedAt, Type: 'Received', DisplayMessage: 'Task received by client' },
    { at: placedAt, Type: 'Task Setup', DisplayMessage: 'Building Task Directory' },
  ]
  if (startedAt === undefined) return received
  const word = `job_stage_${stage}`
  return [
    ...received,
    { at: startedAt, Type: 'Driver', DisplayMessage: word, DriverMessage: word, Details: { driver_message: word } },
    { at: startedAt, Type: 'Started', DisplayMessage: 'Task started by client' },
  ]
}

function toEnding(view: AllocationView): Happened[] {
  const { endedAt, exit, desired, status } = view
  const at = endedAt ?? view.startedAt ?? view.placedAt
  const why = exit?.reason === 'timeout' ? 'timeout' : ''
  const interrupt = { at, Type: 'Killing', DisplayMessage: 'Sent interrupt', KillReason: why }
  if (endedAt === undefined) return desired === 'stop' ? [interrupt] : []
  if (status === 'lost' || exit === undefined || exit.reason === 'lost') return []
  if (exit.reason === 'spawn-failed' || exit.reason === 'refused') {
    const error = exit.message ?? 'the program could not be started'
    const failure = { Type: 'Driver Failure', DisplayMessage: error, Details: { driver_error: error } }
    return [{ at, ...failure, DriverError: error, FailsTask: true }, ...toAfter(view, at)]
  }
  const killed = exit.reason === 'stopped' || exit.reason === 'timeout'
  if (!killed) return [toTerminated(view, at), ...toAfter(view, at)]
  const end = { at, Type: 'Killed', DisplayMessage: 'Task successfully killed' }
  return [interrupt, ...(exit.code === undefined ? [] : [toTerminated(view, at)]), end, ...toAfter(view, at)]
}

function toTerminated({ exit }: AllocationView, at: string): Happened {
  const Signal = exit?.signal === undefined ? 0 : (NUMBERS[exit.signal] ?? 0)
  const ExitCode = exit?.code ?? (Signal === 0 ? 0 : 128 + Signal)
  const words = [`Exit Code: ${ExitCode}`, ...(Signal === 0 ? [] : [`Signal: ${Signal}`])]
  const Details = { exit_code: String(ExitCode), signal: String(Signal), exit_message: exit?.message ?? '' }
  return { at, Type: 'Terminated', DisplayMessage: words.join(', '), ExitCode, Signal, Details }
}

// each restart is an allocation of its own
function toAfter({ status, task, next }: AllocationView, at: string): Happened[] {
  if (status !== 'failed') return []
  const { restart } = task.options
  if (next !== undefined || task.status === 'queued') {
    const reason = 'Restart within policy'
    const wait = restart === undefined ? 'when what it waits for is there' : `in ${restart.delaySeconds}s`
    const Details = { restart_reason: reason }
    return [{ at, Type: 'Restarting', DisplayMessage: `Task restarting ${wait}`, RestartReason: reason, Details }]
  }
  const reason = restart?.attempts ? `Exceeded allowed attempts ${restart.attempts}` : 'Policy allows no restarts'
  const Details = { restart_reason: reason, fails_task: 'true' }
  return [{ at, Type: 'Not Restarting', DisplayMessage: reason, RestartReason: reason, Details, FailsTask: true }]
}

function toEvent({ at, ...happened }: Happened): TaskEvent {
  return {
    ...{ Type: '', Time: toNanos(at), DisplayMessage: '', Details: {}, Message: '', FailsTask: false },
    ...{ RestartReason: '', SetupError: '', DriverError: '', DriverMessage: '', ExitCode: 0, Signal: 0 },
    ...{ KillReason: '', KillTimeout: 0, KillError: '', StartDelay: 0, DownloadError: '', ValidationError: '' },
    ...{ DiskLimit: 0, FailedSibling: '', VaultError: '', TaskSignalReason: '', TaskSignal: '' },
    GenericSource: '',
    ...happened,
  }
}
