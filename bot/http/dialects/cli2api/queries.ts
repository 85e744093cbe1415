// status and output in view 000: of one task by id in the path, of a group by filters
import type * as z from 'zod'
import { AppError, shown } from '../../../../shared/errors.ts'
import { Id } from '../../../../shared/ids.ts'
import type { NamedTask } from '../../../engine/operations/port.ts'
import { toBytes, toJson } from '../../answer.ts'
import { type Call, endpoint } from '../../endpoint.ts'
import { toOffsetTime } from '../../offset-time.ts'
import { readOutputText, streamOutputs } from '../../output-text.ts'
import { Filter, GroupStatus, OneStatus, TaskRef, Texts } from './schemas.ts'
import { toExitString, toGroupState, toStatuses } from './words.ts'

export const oneStatus = endpoint({
  method: 'GET',
  path: '/api/v1/status/:task_id',
  summary: 'How a task ended: <nil> while it has not',
  effect: 'read',
  params: TaskRef,
  answers: { 200: OneStatus },
  handler: async call => {
    const found = await findOne(call, call.params.task_id)
    return toJson({ id: found.task.id, status: toExitString(found) || '<nil>' })
  },
})

export const oneOutput = endpoint({
  method: 'GET',
  path: '/api/v1/output/:task_id',
  summary: 'What a task printed so far, byte for byte',
  effect: 'read',
  params: TaskRef,
  answers: { 200: 'text' },
  handler: async call => {
    const { task } = await findOne(call, call.params.task_id)
    const readers = await call.room.operations.openOutput(call.actor, { taskId: task.id }, 'output')
    return toBytes(signal => streamOutputs(readers, {}, signal))
  },
})

export const groupStatus = endpoint({
  method: 'GET',
  path: '/api/v1/status',
  summary: 'How the tasks of a name are, and the whole of them',
  effect: 'read',
  query: Filter,
  answers: { 200: GroupStatus },
  handler: async call => {
    const { items, notes } = await find(call, call.query)
    return toJson(toGroup(items, call.room.tz), { notes })
  },
})

export const groupOutput = endpoint({
  method: 'GET',
  path: '/api/v1/output',
  summary: 'What the tasks of a name printed so far, by task id',
  effect: 'read',
  query: Filter,
  answers: { 200: Texts },
  handler: async call => {
    const { items, notes } = await find(call, call.query)
    return toJson(await readTexts(call, items), { notes })
  },
})

type Found = { readonly items: readonly NamedTask[]; readonly notes: readonly string[] }
const CUT = 'there are more tasks: only the newest were looked at, name a task_name for all of it'
type Asking = Pick<Call<unknown, unknown, unknown>, 'room' | 'actor'>

async function find({ room, actor }: Asking, filter: Filter): Promise<Found> {
  const { status, asked, ...query } = filter
  const known = query.taskId === undefined || Id.safeParse(query.taskId).success
  const states = status === undefined ? undefined : toStatuses(status)
  const { items, cut } = known
    ? await room.operations.findTasks(actor, { ...query, status: states })
    : { items: [], cut: false }
  if (items.length > 0) return { items, notes: cut ? [CUT] : [] }
  throw new AppError('TASK_NOT_FOUND', `there is no task with ${asked}`)
}

async function findOne(asking: Asking, taskId: string): Promise<NamedTask> {
  const [found] = (await find(asking, { taskId, status: undefined, asked: `id ${shown(taskId)}` })).items
  if (found === undefined) throw new AppError('TASK_NOT_FOUND', `there is no task with id ${shown(taskId)}`)
  return found
}

function toGroup(found: readonly NamedTask[], tz: string): GroupStatus {
  const rows = found.map(named => [named.task.id, toRow(named, tz)] as const)
  return { data: Object.fromEntries(rows), status: toGroupState(found), total_task: found.length }
}

function toRow(named: NamedTask, tz: string): GroupStatus['data'][string] {
  const { task, job, lines } = named
  return {
    task_name: job.named ? job.name : '',
    path: task.path,
    exit_code: toExitString(named),
    success_count: lines.loaded,
    total_file: lines.loaded + lines.alreadyCached + lines.failed,
    created_at: toOffsetTime(task.createdAt, tz),
  }
}

async function readTexts({ room, actor }: Asking, found: readonly NamedTask[]): Promise<z.infer<typeof Texts>> {
  const texts: Record<string, string> = {}
  for (const { task } of found) {
    const [reader] = await room.operations.openOutput(actor, { taskId: task.id }, 'output')
    texts[task.id] = reader === undefined ? '' : await readOutputText(reader)
  }
  return texts
}
