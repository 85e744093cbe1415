// status and output in view 000: of one task by id in the path, of a group by filters
import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError, shown } from '../../../../shared/errors.ts'
import { toGroupState, toStatuses } from '../../../../shared/group.ts'
import { Id } from '../../../../shared/ids.ts'
import { inTurns } from '../../../../shared/turns.ts'
import type { NamedTask } from '../../../engine/operations/port.ts'
import { type Flow, toBytes, toJson, toNoteHeader } from '../../answer.ts'
import { type Call, endpoint } from '../../endpoint.ts'
import { toOffsetTime } from '../../offset-time.ts'
import { readOutputText, streamOutputs } from '../../output-text.ts'
import { Filter, GroupStatus, OneStatus, TaskRef, Texts } from './schemas.ts'
import { toExitString } from './words.ts'

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
    return toJson(await toGroup(items, call.room.tz), { notes })
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
    const texts = pourTexts(call, items)
    const answer = toBytes(() => texts, 'application/json; charset=utf-8')
    const body = items.length > FEW ? answer.body : await gather(texts)
    return { ...answer, body, headers: { ...answer.headers, ...toNoteHeader(notes) } }
  },
})

const encoder = new TextEncoder()
/** Texts of so few tasks are answered at once. */
const FEW = 20

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

async function toGroup(found: readonly NamedTask[], tz: string): Promise<GroupStatus> {
  const rows = await inTurns(found, named => [[named.task.id, toRow(named, tz)] as const], nextTurn)
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

// one by one: many of them together may be more than there is room for
async function* pourTexts({ room, actor }: Asking, found: readonly NamedTask[]): Flow {
  for (const [at, { task }] of found.entries()) {
    const [reader] = await room.operations.openOutput(actor, { taskId: task.id }, 'output').catch(passGone)
    const text = reader === undefined ? '' : await readOutputText(reader)
    yield encoder.encode(`${at === 0 ? '{' : ','}${JSON.stringify(task.id)}:${JSON.stringify(text)}`)
  }
  yield encoder.encode('}')
}

async function gather(flow: Flow): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  for await (const part of flow) parts.push(part)
  return new Uint8Array(Buffer.concat(parts))
}

function passGone(thrown: unknown): readonly [] {
  // it was removed after it was found: it has no output any more
  if (thrown instanceof AppError && thrown.status === 404) return []
  throw thrown
}
