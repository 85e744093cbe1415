// verbs on agents and clusters: list, drain, report, and asks that are answered at once
import { AppError, shown } from '../../../shared/errors.ts'
import { toAgent, toAgentStatus } from '../queries/views.ts'
import type { OperationsDeps } from './deps.ts'
import type { JobOperations } from './jobs.ts'
import type { OutputOperations } from './output.ts'
import { permit, permitAdmin } from './permission.ts'
import type { ClusterView, Operations } from './port.ts'
import { createRunNow, report } from './run-now.ts'

type ClusterOperations = Pick<Operations, 'listAgents' | 'drainAgent' | 'listClusters' | 'clusterReport' | 'runNow'>

/** Verbs on what stands beside the clusters. */
export function createClusterOperations(
  deps: OperationsDeps,
  verbs: JobOperations & OutputOperations,
): ClusterOperations {
  const { state, engine } = deps
  const runNow = createRunNow(deps, verbs)
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
      return report(deps, runNow, { actor, name, signal })
    },
  }
}

/** Configured clusters, and those that agents have named. */
export function clusterNames({ state, settings }: Pick<OperationsDeps, 'state' | 'settings'>): string[] {
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
