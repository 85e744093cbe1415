// allocations in view 002: the list of all, and one
import * as z from 'zod'
import { Id } from '../../../../shared/ids.ts'
import type { Endpoint } from '../../endpoint.ts'
import { toAllocation, toAllocationStub, toJobOf } from './allocation-view.ts'
import { findNamed } from './job.ts'
import { JobRef, NoParams } from './jobs.ts'
import { toList } from './long-list.ts'
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
    const withStates = readBoolean(query.own.task_states ?? '') !== false
    let next: string | undefined
    // ids are ordered by age
    const choose = (ids: readonly string[]): readonly string[] => {
      const page = toPage(
        ids.map(ID => ({ ID })),
        query,
      )
      next = page.next
      return page.items.map(({ ID }) => ID)
    }
    const views = query.elsewhere ? [] : await room.operations.listAllocations(actor, { choose })
    return { list: toList(views, view => toAllocationStub(view, withStates)), next }
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
    return { value: toAllocation(view, toJobOf(view, named)) }
  },
})

export const allocationEndpoints: readonly Endpoint[] = [list, get]
