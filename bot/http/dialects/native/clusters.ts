// agents and clusters in the native API
import { toJson } from '../../answer.ts'
import { type Endpoint, endpoint } from '../../endpoint.ts'
import { Agent, AgentPage, ClusterPage, IdRef, NameRef, Report } from './schemas.ts'

const agents = endpoint({
  method: 'GET',
  path: '/api/v1/agents',
  summary: 'Agents and what they can do',
  effect: 'read',
  answers: { 200: AgentPage },
  handler: async ({ room, actor }) => toJson(await room.operations.listAgents(actor)),
})

const drain = endpoint({
  method: 'POST',
  path: '/api/v1/agents/:id/drain',
  summary: 'Place nothing new on an agent; what runs there goes on',
  effect: 'manage',
  params: IdRef,
  answers: { 200: Agent },
  handler: async ({ room, actor, params }) => toJson(await room.operations.drainAgent(actor, params.id, true)),
})

const resume = endpoint({
  method: 'POST',
  path: '/api/v1/agents/:id/resume',
  summary: 'Place on a drained agent again',
  effect: 'manage',
  params: IdRef,
  answers: { 200: Agent },
  handler: async ({ room, actor, params }) => toJson(await room.operations.drainAgent(actor, params.id, false)),
})

const clusters = endpoint({
  method: 'GET',
  path: '/api/v1/clusters',
  summary: 'Clusters and what runs on them',
  effect: 'read',
  answers: { 200: ClusterPage },
  handler: async ({ room, actor }) => toJson(await room.operations.listClusters(actor)),
})

const report = endpoint({
  method: 'GET',
  path: '/api/v1/clusters/:name/report',
  summary: 'Capacity and workers of a cluster, as its own report shows them',
  effect: 'read',
  params: NameRef,
  answers: { 200: Report },
  handler: async ({ room, actor, params, signal }) => {
    const answer = await room.operations.clusterReport(actor, params.name, signal)
    return toJson(answer, { notes: answer.notes })
  },
})

export const clusterEndpoints: readonly Endpoint[] = [agents, drain, resume, clusters, report]
