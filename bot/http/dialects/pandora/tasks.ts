// export tasks of view 004: made, changed, removed, started and stopped, listed
import { AppError, shown } from '../../../../shared/errors.ts'
import type { Schedule, ScheduleRequest } from '../../../../shared/schedule.ts'
import type { ScheduleHow } from '../../../engine/operations/port.ts'
import { toJson } from '../../answer.ts'
import { type Call, endpoint } from '../../endpoint.ts'
import { toExpression } from './interval.ts'
import { toPage } from './pages.ts'
import { toStrictJson } from './relaxed-json.ts'
import { Batch, Done, TaskDocument, TaskRef, Tasks, TasksQuery, WriteQuery } from './schemas.ts'
import { toInterval, toTask } from './words.ts'

type Asking = Pick<Call<unknown, unknown, unknown>, 'room' | 'actor'>

export const createTask = endpoint({
  method: 'POST',
  path: '/api/v1/export/task',
  summary: 'Make an export task: it runs from now on',
  effect: 'write',
  query: WriteQuery,
  body: TaskDocument,
  relax: toStrictJson,
  tells: { Location: 'the path of the new task' },
  answers: { 200: Done },
  handler: async ({ room, actor, body, query }) => {
    const made = room.operations.createSchedule(actor, toRequest(body), toHow(body, query.validate))
    const { id, notes = [] } = await inWordsOf(body, made)
    const answer = toJson({}, { notes })
    return { ...answer, headers: { ...answer.headers, location: `/api/v1/export/task/${id}` } }
  },
})

export const changeTask = endpoint({
  method: 'PUT',
  path: '/api/v1/export/task/:id',
  summary: 'Say anew what a task does and when; its batches stay, and whether it is stopped',
  effect: 'write',
  params: TaskRef,
  query: WriteQuery,
  body: TaskDocument,
  relax: toStrictJson,
  answers: { 200: Done },
  find: call => findTask(call, call.params.id),
  handler: async call => {
    const { room, actor, body, query, params } = call
    const { id } = await findTask(call, params.id)
    const { notes = [] } = await inWordsOf(
      body,
      room.operations.replaceSchedule(actor, toRequest(body), { ref: id, ...toHow(body, query.validate) }),
    )
    return toJson({}, { notes })
  },
})

export const removeTask = endpoint({
  method: 'DELETE',
  path: '/api/v1/export/task/:id',
  summary: 'Remove a task with its history; the batch that is at work goes on',
  effect: 'write',
  params: TaskRef,
  answers: { 200: Done },
  handler: async call => {
    const { id } = await findTask(call, call.params.id)
    await call.room.operations.removeSchedule(call.actor, id)
    return toJson({})
  },
})

export const startOrStop = endpoint({
  method: 'PUT',
  path: '/api/v1/export/tasks/status',
  summary: 'Start or stop tasks: all of them or none',
  effect: 'write',
  body: Batch,
  relax: toStrictJson,
  answers: { 200: Done },
  handler: async call => {
    const { tasks, status } = call.body
    const found = await Promise.all([...new Set(tasks)].map(id => findTask(call, id)))
    const ids = found.map(({ id }) => id)
    if (ids.length > 0) await call.room.operations.pauseSchedules(call.actor, ids, status === 'stopped')
    return toJson({})
  },
})

export const listTasks = endpoint({
  method: 'GET',
  path: '/api/v1/export/task/list',
  summary: 'A page of the tasks whose name begins with a prefix',
  effect: 'read',
  query: TasksQuery,
  answers: { 200: Tasks },
  handler: async ({ room, actor, query }) => {
    const { sort, prefix, ...paging } = query
    const found = await room.operations.findSchedules(actor, { prefix })
    const items = found.map(schedule => ({ schedule, task: toTask(schedule, actor) }))
    const page = toPage({ items, by: ({ task }) => task[sort], tie: ({ schedule }) => schedule.number }, paging)
    const tasks = await Promise.all(
      page.items.map(async ({ schedule, task }) => {
        const { id, name, description, operations, spl, owner, ...rest } = task
        const interval = toInterval(schedule, await documentOf({ room, actor }, schedule))
        return { id, name, description, operations, spl, owner, interval, ...rest }
      }),
    )
    return toJson({ total: page.total, pageNo: page.pageNo, pageSize: page.pageSize, tasks })
  },
})

/** The schedule that a task's id names, or SCHEDULE_NOT_FOUND: numbers and names are none of this view's. */
export async function findTask({ room, actor }: Asking, id: string): Promise<Schedule> {
  const found = await room.operations.getSchedule(actor, id).catch(passUnknown)
  if (found?.id === id.toLowerCase()) return found
  throw new AppError('SCHEDULE_NOT_FOUND', `there is no export task ${shown(id)}`)
}

function passUnknown(thrown: unknown): undefined {
  // a name that none or several have is no id
  if (thrown instanceof AppError && ['SCHEDULE_NOT_FOUND', 'CONFLICT'].includes(thrown.code)) return
  throw thrown
}

async function documentOf({ room, actor }: Asking, { id }: Schedule): Promise<unknown> {
  // it may have been removed after it was found
  return room.operations.documentOf(actor, id).catch(passUnknown)
}

function toRequest({ name, description, spl, interval }: TaskDocument): ScheduleRequest {
  return {
    name,
    ...(description == null ? {} : { description }),
    expression: toExpression(interval),
    statement: spl,
    overlap: 'skip',
  }
}

function toHow(document: TaskDocument, validate: 'strict' | undefined): ScheduleHow {
  return { view: 'pandora', document, tolerant: validate !== 'strict', sameName: true }
}

// a mistake is told of the field that was sent, not of what it became
async function inWordsOf({ interval }: TaskDocument, written: Promise<Schedule>): Promise<Schedule> {
  const fields: Readonly<Record<string, string>> = { expression: `interval.${interval.type}`, statement: 'spl' }
  try {
    return await written
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'INVALID_INPUT') throw thrown
    const message = thrown.message.replace(/^(expression|statement)\b/, field => fields[field] ?? field)
    throw new AppError('INVALID_INPUT', message, { details: thrown.details, notes: thrown.notes, cause: thrown })
  }
}
