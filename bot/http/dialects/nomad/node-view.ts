// an agent as a Nomad node: the driver is its CLI, the datacenter its cluster
import type { AgentView } from '../../../engine/operations/port.ts'
import { DRIVER } from './config.ts'
import { toNanos } from './read.ts'
import type { NodeStub } from './run-shapes.ts'

/** A node in a list. */
export function toNodeStub(agent: AgentView): NodeStub {
  return { ...toShared(agent), Address: agent.host, Version: agent.version }
}

/** The whole node. */
export function toNode(agent: AgentView): unknown {
  const { Drivers, ...shared } = toShared(agent)
  const attributes = { ...Drivers[DRIVER]?.Attributes, 'nomad.version': agent.version, 'unique.hostname': agent.host }
  return {
    ...shared,
    ...{ Drivers, HTTPAddr: '', TLSEnabled: false, Attributes: attributes, Resources: null, Reserved: null },
    ...{ NodeResources: null, ReservedResources: null, Links: {}, Meta: {}, CgroupParent: '', DrainStrategy: null },
    ...{ StatusUpdatedAt: Math.floor(toNanos(agent.silentSince ?? agent.since) / 1e9), Events: [] },
    ...{ HostVolumes: {}, HostNetworks: {}, CSIControllerPlugins: {}, CSINodePlugins: {} },
  }
}

function toShared(agent: AgentView): Omit<NodeStub, 'Address' | 'Version'> {
  const { id, name, cluster, status, createIndex, modifyIndex } = agent
  const draining = status === 'draining'
  return {
    ...{ ID: id, Datacenter: cluster, Name: name, NodeClass: '', NodePool: 'default', Drain: draining },
    SchedulingEligibility: draining ? 'ineligible' : 'eligible',
    Status: status === 'down' ? 'down' : 'ready',
    StatusDescription: '',
    Drivers: { [DRIVER]: toDriver(agent) },
    LastDrain: null,
    ...{ CreateIndex: createIndex, ModifyIndex: modifyIndex },
  }
}

function toDriver({ capabilities, status, since, cluster }: AgentView): NodeStub['Drivers'][string] {
  const { found, problem, version, brand, simulated } = capabilities
  const down = status === 'down' ? 'the agent is not connected' : undefined
  const missing = found ? undefined : 'the program was not found'
  const complaint = problem ?? missing ?? down
  return {
    Attributes: {
      ...{ 'driver.goosefs': 'true', 'driver.goosefs.cluster': cluster },
      ...(version !== undefined && { 'driver.goosefs.version': version, 'driver.goosefs.full_version': version }),
      ...(brand !== undefined && { 'driver.goosefs.brand': brand }),
      ...(simulated && { 'driver.goosefs.simulated': 'true' }),
    },
    Detected: found,
    Healthy: complaint === undefined,
    HealthDescription: complaint ?? 'Healthy',
    UpdateTime: since,
  }
}
