// the batches of an export task in view 004
import { toJson } from '../../answer.ts'
import { endpoint } from '../../endpoint.ts'
import { toPage } from './pages.ts'
import { Histories, HistoryQuery, TaskRef } from './schemas.ts'
import { findTask } from './tasks.ts'
import { toHistory } from './words.ts'

export const history = endpoint({
  method: 'GET',
  path: '/api/v1/export/task/:id/history',
  summary: 'A page of the batches of a task whose status begins with a prefix',
  effect: 'read',
  params: TaskRef,
  query: HistoryQuery,
  answers: { 200: Histories },
  find: call => findTask(call, call.params.id),
  handler: async call => {
    const { sort, prefix, ...paging } = call.query
    const { id } = await findTask(call, call.params.id)
    const runs = await call.room.operations.findRuns(call.actor, id)
    const items = runs.map(toHistory).filter(({ status }) => status.startsWith(prefix))
    const page = toPage({ items, by: item => item[sort], tie: ({ count }) => count }, paging)
    return toJson({ total: page.total, pageNo: page.pageNo, pageSize: page.pageSize, histories: page.items })
  },
})
