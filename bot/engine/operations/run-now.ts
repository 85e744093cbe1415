// asks that are answered at once: a run that somebody waits for, and the report of a cluster
import type { ActionName } from '../../../shared/actions.ts'
import { AppError, shown } from '../../../shared/errors.ts'
import type { Actor, JobRequest } from '../../../shared/job.ts'
import { SECOND, toInstant } from '../../../shared/time.ts'
import { chooseCluster } from '../../core/decide/permit.ts'
import { toAbsence } from '../queries/queue-notes.ts'
import { newestOf, toTask } from '../queries/views.ts'
import type { OperationsDeps } from './deps.ts'
import type { JobOperations } from './jobs.ts'
import type { OutputOperations } from './output.ts'
import type { ClusterAnswer, Operations, OutputReader, RunOutcome } from './port.ts'

const REPORT_WITHIN_MS = 30 * SECOND
const MOST_QUOTED = 200
/** Output of a synchronous ask is answered whole up to here; all of it stays readable by its task id. */
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024

/** Submits, waits, and answers what became of it; when the time is over it goes on. */
export function createRunNow(deps: OperationsDeps, verbs: JobOperations & OutputOperations): Operations['runNow'] {
  return async (actor, request, { how, ...wait }) => {
    demandCli(deps, request)
    const { job, tasks, notes } = await verbs.submitJob(actor, request, how)
    await verbs.waitForJob(actor, job.id, wait)
    const id = tasks[0]?.id ?? ''
    const row = deps.state.tasks.get(id)
    if (row === undefined) throw new AppError('TASK_NOT_FOUND', `The task ${shown(id)} is gone.`)
    const task = toTask(deps.state, row)
    const [reader] = await verbs.openOutput(actor, { taskId: id }, 'output')
    const listing = newestOf(deps.state, row)?.listing
    if (reader !== undefined && task.endedAt !== undefined) await arrival(reader, wait.signal)
    const output = (await reader?.read(0, MOST_OUTPUT_BYTES)) ?? new Uint8Array()
    return {
      task,
      output,
      timedOut: task.endedAt === undefined,
      notes: [...new Set([...job.notes, ...notes])],
      ...(task.exit !== undefined && { exit: task.exit }),
      ...(listing !== undefined && { listing }),
    }
  }
}

const NEED_CLI: ReadonlySet<ActionName> = new Set<ActionName>(['list', 'report'])

// what a coordinator has no call for is not begun where nobody else is
function demandCli({ state, settings }: OperationsDeps, asked: Pick<JobRequest, 'action' | 'cluster'>): void {
  if (!NEED_CLI.has(asked.action)) return
  const cluster = chooseCluster(state, asked.cluster, { settings })
  const agents = [...state.agents.find('cluster', cluster)]
  const areCoordinators = agents.every(({ description }) => description.capabilities.coordinator === true)
  if (agents.length === 0 || !areCoordinators) return
  const sentence = `Cluster ${cluster} has only a coordinator: a ${asked.action} needs an agent with a CLI.`
  throw new AppError('NOT_IMPLEMENTED', sentence)
}

// the last bytes may come a moment after the last word
async function arrival(reader: OutputReader, signal: AbortSignal): Promise<void> {
  let length = await reader.length()
  while (await reader.more(length, signal)) length = await reader.length()
}

type Ask = { readonly actor: Actor; readonly name: string; readonly signal: AbortSignal }

/** The report of a cluster. What would only wait is not begun, and what nobody waits for any more is stopped. */
export async function report(deps: OperationsDeps, runNow: Operations['runNow'], ask: Ask): Promise<ClusterAnswer> {
  const { actor, name, signal } = ask
  demandCli(deps, { action: 'report', cluster: name })
  const absence = toAbsence(deps.state, name)
  if (absence !== undefined) throw failed(name, absence, [absence])
  const request: JobRequest = { action: 'report', paths: [], cluster: name, options: {} }
  const outcome = await runNow(actor, request, { waitMs: REPORT_WITHIN_MS, signal })
  const { task, notes } = outcome
  if (outcome.timedOut) {
    // the asker may be a viewer, who stops nothing: it is the daemon that gives up
    await deps.engine.dispatch({ type: 'job.stop', actor: { ...actor, role: 'admin' }, jobId: task.job })
    throw failed(name, `it took longer than ${REPORT_WITHIN_MS / SECOND} s and was stopped`, notes)
  }
  const text = Buffer.from(outcome.output).toString('utf8')
  if (task.status !== 'succeeded') throw failed(name, toReason(outcome, text), notes)
  const row = deps.state.tasks.get(task.id)
  const parsed = row === undefined ? undefined : newestOf(deps.state, row)?.report
  const at = task.endedAt ?? toInstant(deps.clock.now())
  return { cluster: name, ...(parsed !== undefined && { report: parsed }), text, at, notes }
}

function failed(cluster: string, reason: string, notes: readonly string[]): AppError {
  const sentence = `The report of cluster ${cluster} failed: ${reason.replace(/[.\s]+$/, '')}.`
  return new AppError('COMMAND_FAILED', sentence, { notes })
}

function toReason({ exit, task }: RunOutcome, text: string): string {
  const ended = exit?.code === undefined ? task.status : `exit status ${exit.code}`
  return exit?.message || text.trim().slice(0, MOST_QUOTED) || ended
}
