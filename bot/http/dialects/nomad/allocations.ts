// allocations in view 002: the list of all, and one
import * as z from 'zod'
import { Id } from '../../../../shared/ids.ts'
import type { Endpoint } from '../../endpoint.ts'
import { toAllocation, toAllocationStub } from './allocation-view.ts'
import { findNamed } from './job.ts'
import { JobRef, NoParams } from './jobs.ts'
import { ReadQuery, readBoolean, toPage, toQuery } from './query.ts'
import { notFound, read } from './read.ts'
import { Allocation, AllocationStubs } from './run-shapes.ts'

const list = read({
  path: '/v1/allocations',
  summary: 'All allocations, oldest first',
  params: NoParams,
  query: toQuery({
    task_states: z.string().optional().meta({ description: 'false: without TaskStates' }),
    resources: z.string().optional().meta({ description: 'accepted: nothing is reserved' }),
  }),
  shape: AllocationStubs,
  find: async ({ room, actor, query }) => {
    const views = query.elsewhere ? [] : await room.operations.listAllocations(actor, {})
    const withStates = readBoolean(query.own.task_states ?? '') !== false
    // ids are ordered by age
    const { items, next } = toPage(
      views.map(view => ({ ID: view.id, view })),
      query,
    )
    return { value: items.map(({ view }) => toAllocationStub(view, withStates)), next }
  },
})

const get = read({
  path: '/v1/allocation/:id',
  summary: 'One allocation, with its job',
  params: JobRef,
  query: ReadQuery,
  shape: Allocation,
  find: async call => {
    const { room, actor, params, query } = call
    const known = Id.safeParse(params.id).success && !query.elsewhere
    const [view] = known ? await room.operations.listAllocations(actor, { id: params.id }) : []
    const named = view === undefined ? undefined : await findNamed(call, view.job.name)
    if (view === undefined || named === undefined) throw notFound('alloc')
    return { value: toAllocation(view, named) }
  },
})

export const allocationEndpoints: readonly Endpoint[] = [list, get]
