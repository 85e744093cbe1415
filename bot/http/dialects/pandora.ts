// reference document 004 (Pandora 2.0 export tasks): schedules as tasks with an interval, and their runs as batches
import { toJson } from '../answer.ts'
import type { Dialect } from '../endpoint.ts'
import { toPlainMessage } from '../failure.ts'
import { history } from './pandora/history.ts'
import { ErrorBody } from './pandora/schemas.ts'
import { changeTask, createTask, listTasks, removeTask, startOrStop } from './pandora/tasks.ts'

export const pandora: Dialect = {
  name: 'pandora',
  // the list goes before a task, of which it might be the id
  endpoints: [listTasks, createTask, startOrStop, changeTask, removeTask, history],
  fail: failure => toJson({ error: toPlainMessage(failure) }, { status: failure.status }),
  errorShape: ErrorBody,
}
