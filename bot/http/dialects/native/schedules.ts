// schedules in the native API: keep them, pause them, ask for their runs, read what became of their slots
import {
  BackfillRequest,
  Preview,
  PreviewRequest,
  Run,
  Schedule,
  ScheduleRequest,
} from '../../../../shared/schedule.ts'
import { type Answer, toJson } from '../../answer.ts'
import { type Call, type Endpoint, endpoint } from '../../endpoint.ts'
import {
  type Ref,
  RefsBody,
  RunBody,
  RunPage,
  Runs,
  RunsQuery,
  SchedulePage,
  ScheduleRef,
  Schedules,
  SchedulesQuery,
} from './schedule-schemas.ts'

const ROOT = '/api/v1/schedules'
const ONE = `${ROOT}/:ref`

const list = endpoint({
  method: 'GET',
  path: ROOT,
  summary: 'Schedules by number, oldest first',
  effect: 'read',
  query: SchedulesQuery,
  answers: { 200: SchedulePage },
  handler: async ({ room, actor, query }) => toJson(await room.operations.listSchedules(actor, query)),
})

const create = endpoint({
  method: 'POST',
  path: ROOT,
  summary: 'Make a schedule: when, and either action and paths or a statement',
  effect: 'write',
  body: ScheduleRequest,
  headers: {
    'Idempotency-Key':
      'a repeated ask answers 200 and the same schedule; kept as long as that, apart from the keys of jobs',
  },
  answers: { 201: Schedule, 200: Schedule },
  handler: async ({ room, actor, body, header }) => {
    const key = header('idempotency-key')
    if (key === undefined) return toWritten(await room.operations.createSchedule(actor, body), 201)
    const { schedule, repeated } = await room.operations.createScheduleOnce(actor, body, key)
    return toWritten(schedule, repeated ? 200 : 201)
  },
})

const preview = endpoint({
  method: 'POST',
  path: `${ROOT}/preview`,
  summary: 'The next slots of an expression, with their paths where some are given; nothing is kept',
  effect: 'read',
  body: PreviewRequest,
  answers: { 200: Preview },
  handler: async ({ room, actor, body }) => toJson(await room.operations.previewSchedule(actor, body)),
})

const get = endpoint({
  method: 'GET',
  path: ONE,
  summary: 'One schedule, with its next slot and its last run',
  effect: 'read',
  params: ScheduleRef,
  answers: { 200: Schedule },
  handler: async ({ room, actor, params }) => toJson(await room.operations.getSchedule(actor, params.ref)),
})

const replace = endpoint({
  method: 'PUT',
  path: ONE,
  summary: 'Replace what a schedule is; its id, number and runs stay, and whether it is paused unless the body says so',
  effect: 'write',
  params: ScheduleRef,
  body: ScheduleRequest,
  answers: { 200: Schedule },
  find: findSchedule,
  handler: async ({ room, actor, params, body }) =>
    toWritten(await room.operations.replaceSchedule(actor, body, { ref: params.ref }), 200),
})

const remove = endpoint({
  method: 'DELETE',
  path: ONE,
  summary: 'Remove a schedule and its history; what is at work goes on. The answer is what it was',
  effect: 'write',
  params: ScheduleRef,
  answers: { 200: Schedule },
  handler: async ({ room, actor, params }) => toJson(await room.operations.removeSchedule(actor, params.ref)),
})

const run = endpoint({
  method: 'POST',
  path: `${ONE}/run`,
  summary: 'Run it now, whatever its rules say',
  effect: 'write',
  params: ScheduleRef,
  body: RunBody,
  answers: { 202: Run },
  find: findSchedule,
  handler: async ({ room, actor, params, body }) =>
    toJson(await room.operations.runSchedule(actor, params.ref, body.slot), { status: 202 }),
})

const backfill = endpoint({
  method: 'POST',
  path: `${ONE}/backfill`,
  summary: 'Run slots of the past, one after the other, oldest first',
  effect: 'write',
  params: ScheduleRef,
  body: BackfillRequest,
  answers: { 202: Runs },
  find: findSchedule,
  handler: async ({ room, actor, params, body }) => {
    const items = await room.operations.backfillSchedule(actor, params.ref, body)
    return toJson({ items }, { status: 202 })
  },
})

const runs = endpoint({
  method: 'GET',
  path: `${ONE}/runs`,
  summary: 'What became of its slots, newest first',
  effect: 'read',
  params: ScheduleRef,
  query: RunsQuery,
  answers: { 200: RunPage },
  find: findSchedule,
  handler: async ({ room, actor, params, query }) => toJson(await room.operations.listRuns(actor, params.ref, query)),
})

export const scheduleEndpoints: readonly Endpoint[] = [
  ...[list, create, preview, ...toPauses('pause', true), ...toPauses('resume', false)],
  ...[get, replace, remove, run, backfill, runs],
]

/** One verb twice: for one schedule, and for many of which all are changed or none. */
function toPauses(verb: 'pause' | 'resume', paused: boolean): Endpoint[] {
  const what = paused ? 'Begin no more slots' : 'Go on with the slots to come'
  const many = endpoint({
    method: 'POST',
    path: `${ROOT}/${verb}`,
    summary: `${what} of several schedules: all of them, or none when one cannot be`,
    effect: 'write',
    body: RefsBody,
    answers: { 200: Schedules },
    handler: async ({ room, actor, body }) =>
      toJson({ items: await room.operations.pauseSchedules(actor, body.ids, paused) }),
  })
  const one = endpoint({
    method: 'POST',
    path: `${ONE}/${verb}`,
    summary: what,
    effect: 'write',
    params: ScheduleRef,
    answers: { 200: Schedule },
    handler: (call): Promise<Answer> => pauseOne(call, paused),
  })
  return [many, one]
}

async function pauseOne({ room, actor, params }: Call<Ref, unknown, unknown>, paused: boolean): Promise<Answer> {
  const [schedule] = await room.operations.pauseSchedules(actor, [params.ref], paused)
  return toJson(schedule)
}

function toWritten(schedule: Schedule, status: 200 | 201): Answer {
  return toJson(schedule, { status, notes: schedule.notes ?? [] })
}

function findSchedule({ room, actor, params }: Call<Ref, unknown, unknown>): Promise<unknown> {
  return room.operations.getSchedule(actor, params.ref)
}
