// evaluations in view 002: what was asked about a job, and the allocations that came of it
import type { Endpoint } from '../../endpoint.ts'
import { toAllocationStub } from './allocation-view.ts'
import { toEvaluation } from './evaluation-view.ts'
import { findNamed } from './job.ts'
import { JobRef } from './jobs.ts'
import { toList } from './long-list.ts'
import { ReadQuery } from './query.ts'
import { notFound, read } from './read.ts'
import { AllocationStubs, Evaluation } from './run-shapes.ts'

const one = { params: JobRef, query: ReadQuery }

const get = read({
  ...one,
  path: '/v1/evaluation/:id',
  summary: 'One ask about a job',
  shape: Evaluation,
  find: async call => {
    const { room, actor, params, query } = call
    const [asked] = query.elsewhere ? [] : await room.operations.listSubmissions(actor, { id: params.id })
    const named = asked === undefined ? undefined : await findNamed(call, asked.name)
    const purged = query.elsewhere ? undefined : room.farewells.find(params.id)
    if (purged !== undefined) return { value: toEvaluation(purged) }
    if (asked === undefined || named === undefined) throw notFound('eval')
    return { value: toEvaluation(asked, named) }
  },
})

// the nomad command follows a registration by it
const allocations = read({
  ...one,
  path: '/v1/evaluation/:id/allocations',
  summary: 'The allocations that an ask has led to',
  shape: AllocationStubs,
  find: async ({ room, actor, params, query }) => {
    const [asked] = query.elsewhere ? [] : await room.operations.listSubmissions(actor, { id: params.id })
    const views = asked === undefined ? [] : await room.operations.listAllocations(actor, { name: asked.name })
    const own = views.filter(view => view.submission?.id === asked?.id)
    return { list: toList(own, view => toAllocationStub(view)) }
  },
})

export const evaluationEndpoints: readonly Endpoint[] = [get, allocations]
