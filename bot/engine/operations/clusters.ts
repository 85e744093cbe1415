// verbs on agents and clusters: list, drain, report, and asks that are answered at once
import { AppError, shown } from '../../../shared/errors.ts'
import { SECOND, toInstant } from '../../../shared/time.ts'
import { newestOf, toAgent, toAgentStatus, toTask } from '../queries/views.ts'
import type { OperationsDeps } from './index.ts'
import type { JobOperations } from './jobs.ts'
import type { OutputOperations } from './output.ts'
import { permit, permitAdmin } from './permission.ts'
import type { ClusterView, Operations, RunOutcome } from './port.ts'

type ClusterOperations = Pick<Operations, 'listAgents' | 'drainAgent' | 'listClusters' | 'clusterReport' | 'runNow'>

const REPORT_WITHIN_MS = 30 * SECOND
/** Output of a synchronous ask is answered whole up to here; all of it stays readable by its task id. */
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024

/** Verbs on what stands beside the clusters. */
export function createClusterOperations(
  deps: OperationsDeps,
  verbs: JobOperations & OutputOperations,
): ClusterOperations {
  const { state, engine } = deps
  const runNow: Operations['runNow'] = (actor, request, wait) => run(deps, verbs, { actor, request, wait })
  return {
    runNow,
    async listAgents(actor) {
      permit(actor, 'read', 'listing agents')
      return { items: Array.from(state.agents.rows(), row => toAgent(state, row)) }
    },
    async drainAgent(actor, agentId, draining) {
      permitAdmin(actor, draining ? 'draining an agent' : 'resuming an agent')
      await engine.dispatch({ type: 'agent.drain', actor, agentId, draining })
      const row = state.agents.get(agentId)
      if (row === undefined) throw new AppError('AGENT_NOT_FOUND', `There is no agent ${shown(agentId)}.`)
      return toAgent(state, row)
    },
    async listClusters(actor) {
      permit(actor, 'read', 'listing clusters')
      return { items: clusterNames(deps).map(name => toCluster(deps, name)) }
    },
    async clusterReport(actor, name, signal) {
      if (!clusterNames(deps).includes(name))
        throw new AppError('CLUSTER_NOT_FOUND', `There is no cluster ${shown(name)}.`)
      const { task, output, exit } = await runNow(
        actor,
        { action: 'report', paths: [], cluster: name, options: {} },
        { waitMs: REPORT_WITHIN_MS, signal },
      )
      const text = Buffer.from(output).toString('utf8')
      if (task.status !== 'succeeded')
        throw new AppError(
          'COMMAND_FAILED',
          `The report of cluster ${name} failed: ${exit?.message ?? text.trim().slice(0, 200) ?? task.status}.`,
        )
      const row = state.tasks.get(task.id)
      const report = row === undefined ? undefined : newestOf(state, row)?.report
      return {
        cluster: name,
        ...(report !== undefined && { report }),
        text,
        at: task.endedAt ?? toInstant(deps.clock.now()),
      }
    },
  }
}

type Ask = {
  readonly actor: Parameters<Operations['runNow']>[0]
  readonly request: Parameters<Operations['runNow']>[1]
  readonly wait: Parameters<Operations['runNow']>[2]
}

async function run(
  deps: OperationsDeps,
  verbs: JobOperations & OutputOperations,
  { actor, request, wait }: Ask,
): Promise<RunOutcome> {
  const { job, tasks } = await verbs.submitJob(actor, request)
  await verbs.waitForJob(actor, job.id, wait)
  const id = tasks[0]?.id ?? ''
  const row = deps.state.tasks.get(id)
  if (row === undefined) throw new AppError('TASK_NOT_FOUND', `The task ${shown(id)} is gone.`)
  const task = toTask(deps.state, row)
  const [reader] = await verbs.openOutput(actor, { taskId: id }, 'output')
  const output = (await reader?.read(0, MOST_OUTPUT_BYTES)) ?? new Uint8Array()
  return { task, output, timedOut: task.endedAt === undefined, ...(task.exit !== undefined && { exit: task.exit }) }
}

function clusterNames({ state, settings }: OperationsDeps): string[] {
  return [...new Set([...settings.clusters, ...Array.from(state.agents.rows(), agent => agent.cluster)])].sort()
}

function toCluster({ state }: OperationsDeps, name: string): ClusterView {
  const agents = [...state.agents.find('cluster', name)]
  const open = [...state.tasks.find('open', name)]
  return {
    name,
    agents: agents.length,
    ready: agents.filter(agent => toAgentStatus(agent) === 'ready').length,
    simulated: agents.some(agent => agent.description.capabilities.simulated),
    running: open.filter(task => task.status === 'running').length,
    queued: open.filter(task => task.status === 'queued').length,
  }
}
