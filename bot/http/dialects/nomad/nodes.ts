// nodes in view 002: the agents, and what each of them has run
import * as z from 'zod'
import type { AgentView } from '../../../engine/operations/port.ts'
import type { Call, Endpoint } from '../../endpoint.ts'
import { toAllocation } from './allocation-view.ts'
import { findNamed } from './job.ts'
import { JobRef, NoParams } from './jobs.ts'
import { toNode, toNodeStub } from './node-view.ts'
import { ReadQuery, toPage, toQuery } from './query.ts'
import { notFound, read } from './read.ts'
import { Allocation, Node, NodeStubs } from './run-shapes.ts'

const list = read({
  path: '/v1/nodes',
  summary: 'Agents, with what their driver can do',
  params: NoParams,
  query: toQuery({
    resources: z.string().optional().meta({ description: 'accepted: nothing is reserved' }),
    os: z.string().optional().meta({ description: 'accepted' }),
  }),
  shape: NodeStubs,
  // nodes belong to no namespace
  find: async ({ room, actor, query }) => {
    const { items, next } = toPage((await room.operations.listAgents(actor)).items.map(toNodeStub), query)
    return { value: items, next }
  },
})

const get = read({
  path: '/v1/node/:id',
  summary: 'One agent',
  params: JobRef,
  query: ReadQuery,
  shape: Node,
  find: async call => ({ value: toNode(await getAgent(call)) }),
})

const allocations = read({
  path: '/v1/node/:id/allocations',
  summary: 'What an agent has run',
  params: JobRef,
  query: ReadQuery,
  shape: z.array(Allocation),
  find: async call => {
    const views = await call.room.operations.listAllocations(call.actor, { agentId: (await getAgent(call)).id })
    const names = new Map([...new Set(views.map(({ job }) => job.name))].map(name => [name, findNamed(call, name)]))
    const whole = views.map(async view => {
      const named = await names.get(view.job.name)
      return named === undefined ? [] : [toAllocation(view, named)]
    })
    return { value: (await Promise.all(whole)).flat() }
  },
})

async function getAgent({ room, actor, params }: Call<{ id: string }, unknown, unknown>): Promise<AgentView> {
  const { items } = await room.operations.listAgents(actor)
  const agent = items.find(({ id }) => id === params.id.toLowerCase())
  if (agent === undefined) throw notFound('node')
  return agent
}

export const nodeEndpoints: readonly Endpoint[] = [list, get, allocations]
