// nodes in view 002: the agents, and what each of them has run
import * as z from 'zod'
import type { AgentView, AllocationView } from '../../../engine/operations/port.ts'
import type { Call, Endpoint } from '../../endpoint.ts'
import { toAllocation, toJobOf } from './allocation-view.ts'
import { findNamed } from './job.ts'
import type { NomadJob } from './job-shapes.ts'
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
    return { list: { length: views.length, items: () => toWhole(call, views) } }
  },
})

/** Registrations that are kept at hand while their allocations are told. */
const MOST_AT_HAND = 50

// each has its job with it, but of that only its own group: a job of thousands of groups would be told thousands of times
async function* toWhole(call: Reading, views: readonly AllocationView[]): AsyncIterable<unknown> {
  const atHand = new Map<string, OneGroup | undefined>()
  for (const view of views) {
    const key = `${view.job.name}\n${view.submission?.id}`
    if (!atHand.has(key)) {
      if (atHand.size >= MOST_AT_HAND) atHand.clear()
      const named = await findNamed(call, view.job.name)
      atHand.set(key, named && toOneGroup(toJobOf(view, named)))
    }
    const jobOf = atHand.get(key)
    if (jobOf !== undefined) yield toAllocation(view, jobOf(view.label))
  }
}

type OneGroup = (label: string) => NomadJob
function toOneGroup(job: NomadJob): OneGroup {
  const groups = new Map(job.TaskGroups.map(group => [group.Name, group]))
  return label => ({ ...job, TaskGroups: [groups.get(label) ?? []].flat() })
}

type Reading = Parameters<typeof findNamed>[0]
async function getAgent({ room, actor, params }: Call<{ id: string }, unknown, unknown>): Promise<AgentView> {
  const { items } = await room.operations.listAgents(actor)
  const agent = items.find(({ id }) => id === params.id.toLowerCase())
  if (agent === undefined) throw notFound('node')
  return agent
}

export const nodeEndpoints: readonly Endpoint[] = [list, get, allocations]
