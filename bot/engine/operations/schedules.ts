// verbs on schedules: make, change, look, pause, run, backfill
import { ACTIONS } from '../../../shared/actions.ts'
import { AppError, shown } from '../../../shared/errors.ts'
import type { Actor } from '../../../shared/job.ts'
import { MOST_BACKFILL, type Preview, type ScheduleRequest } from '../../../shared/schedule.ts'
import { toInstant, toMs } from '../../../shared/time.ts'
import type { Firing } from '../../core/schedule-commands.ts'
import type { ScheduleRow, SlotRow } from '../../core/state.ts'
import { findSchedule, slotsOf, toRun, toSchedule } from '../queries/schedules.ts'
import type { OperationsDeps } from './deps.ts'
import { pageByNumber } from './number-pages.ts'
import { permit } from './permission.ts'
import { readSchedule } from './schedule-draft.ts'
import type { ScheduleHow, ScheduleVerbs } from './schedule-port.ts'

/** Verbs on schedules. What needs a clock on the wall is computed here, by the calendar, and handed to the core. */
export function createScheduleOperations(deps: OperationsDeps): ScheduleVerbs {
  const { state, engine, calendar, clock } = deps
  const show = (row: ScheduleRow) => toSchedule({ state, calendar, now: clock.now() }, row)
  const slotOf = (id: string): SlotRow => {
    const slot = state.slots.get(id)
    if (slot === undefined) throw new AppError('NOT_FOUND', `The run ${shown(id)} is gone.`)
    return slot
  }
  const put = async (actor: Actor, request: ScheduleRequest, { how = {}, row }: Putting): Promise<ScheduleRow> => {
    const draft = readSchedule(deps, request, how)
    permit(actor, 'write', row === undefined ? 'making a schedule' : 'changing a schedule')
    if (draft.work.kind === 'ask') permit(actor, ACTIONS[draft.work.action].effect, draft.work.action)
    const planned = row === undefined ? [] : [...state.slots.find('waiting', row.id)]
    const dated = { ...draft, id: row?.id ?? '', name: draft.name ?? row?.name ?? '' }
    const replanned = planned.map(slot => ({ slotId: slot.id, firing: calendar.toFiring(dated, toMs(slot.slot)) }))
    const { scheduleId = '' } = await engine.dispatch({
      ...{ type: 'schedule.put', actor, draft, replanned, distinct: how.sameName !== true },
      ...(row !== undefined && { scheduleId: row.id }),
    })
    return findSchedule(state, scheduleId)
  }
  return {
    createSchedule: async (actor, request, how = {}) => show(await put(actor, request, { how })),
    async replaceSchedule(actor, request, { ref, ...how }) {
      permit(actor, 'write', 'changing a schedule')
      return show(await put(actor, request, { how, row: findSchedule(state, ref) }))
    },
    async removeSchedule(actor, ref) {
      permit(actor, 'destroy', 'removing a schedule')
      const row = findSchedule(state, ref)
      const shownBefore = show(row)
      await engine.dispatch({ type: 'schedule.remove', actor, scheduleId: row.id })
      return shownBefore
    },
    async getSchedule(actor, ref) {
      permit(actor, 'read', 'reading schedules')
      return show(findSchedule(state, ref))
    },
    async listSchedules(actor, query) {
      permit(actor, 'read', 'reading schedules')
      const { name, prefix, owner, paused } = query
      const rows = name === undefined ? [...state.schedules.rows()] : [...state.schedules.find('name', name)]
      const wanted = rows.filter(
        row =>
          (prefix === undefined || row.name.startsWith(prefix)) &&
          (owner === undefined || row.owner === owner) &&
          (paused === undefined || row.paused === paused),
      )
      const { items, ...more } = pageByNumber(wanted, query, 'oldest first')
      return { items: items.map(show), ...more }
    },
    async findSchedules(actor, { prefix = '' }) {
      permit(actor, 'read', 'reading schedules')
      const rows = [...state.schedules.rows()].filter(row => row.name.startsWith(prefix))
      return rows.sort((a, b) => a.number - b.number).map(show)
    },
    async documentOf(actor, ref) {
      permit(actor, 'read', 'reading schedules')
      return findSchedule(state, ref).document
    },
    async pauseSchedules(actor, refs, paused) {
      permit(actor, 'write', paused ? 'pausing a schedule' : 'resuming a schedule')
      const scheduleIds = refs.map(ref => findSchedule(state, ref).id)
      await engine.dispatch({ type: 'schedule.pause', actor, scheduleIds, paused })
      return scheduleIds.map(id => show(findSchedule(state, id)))
    },
    async runSchedule(actor, ref, slot) {
      permit(actor, 'write', 'running a schedule')
      const row = findSchedule(state, ref)
      const firing = calendar.toFiring(row, slot === undefined ? clock.now() : toMs(slot))
      const { slotIds = [], jobId } = await engine.dispatch({ type: 'schedule.run', actor, scheduleId: row.id, firing })
      // told again, it is the run that the same message began
      const id = slotIds[0] ?? (jobId === undefined ? undefined : [...state.slots.find('job', jobId)][0]?.id)
      return toRun(slotOf(id ?? ''), state)
    },
    async backfillSchedule(actor, ref, request) {
      permit(actor, 'write', 'running a schedule')
      const row = findSchedule(state, ref)
      const { only } = request
      const firings = toFirings(deps, row, request)
      const { slotIds = [] } = await engine.dispatch({
        type: 'schedule.backfill',
        actor,
        scheduleId: row.id,
        firings,
        only,
      })
      return slotIds.map(id => toRun(slotOf(id), state))
    },
    async listRuns(actor, ref, query) {
      permit(actor, 'read', 'reading schedules')
      const runs = slotsOf(state, findSchedule(state, ref).id).map(slot => toRun(slot, state))
      const { status } = query
      return pageByNumber(
        status === undefined ? runs : runs.filter(run => status.includes(run.status)),
        query,
        'newest first',
      )
    },
    async findRuns(actor, ref) {
      permit(actor, 'read', 'reading schedules')
      return slotsOf(state, findSchedule(state, ref).id).map(slot => toRun(slot, state))
    },
    async previewSchedule(actor, request) {
      permit(actor, 'read', 'reading schedules')
      return preview(deps, request)
    },
  }
}

type Putting = { readonly how?: ScheduleHow; readonly row?: ScheduleRow }

type Span = { readonly from: string; readonly to: string }

function toFirings({ calendar, clock }: OperationsDeps, row: ScheduleRow, { from, to }: Span): Firing[] {
  const now = clock.now()
  if (toMs(from) > toMs(to)) throw new AppError('INVALID_INPUT', `to must not be before from, got ${shown(to)}.`)
  if (toMs(to) > now) throw new AppError('INVALID_INPUT', `to must not be in the future, got ${shown(to)}.`)
  const span = { after: toMs(from) - 1, until: toMs(to), most: MOST_BACKFILL + 1 }
  // slots of the past are those of its expression, whenever it was made to begin
  const { startAt: _, endAt: __, ...timing } = row.timing
  const slots = calendar.between(timing, span)
  const between = `between ${from} and ${to}`
  if (slots.length === 0)
    throw new AppError('INVALID_INPUT', `from and to must have a slot between them, and there is none ${between}.`)
  if (slots.length > MOST_BACKFILL)
    throw new AppError(
      'INVALID_INPUT',
      `from and to must have at most ${MOST_BACKFILL} slots between them, and there are more ${between}.`,
    )
  return slots.map(slot => calendar.toFiring(row, slot))
}

const PREVIEW_ID = '00000000-0000-0000-0000-000000000000'

function preview(
  { calendar, clock }: OperationsDeps,
  request: Parameters<ScheduleVerbs['previewSchedule']>[1],
): Preview {
  const { paths = [], count, from, ...asked } = request
  const timing = calendar.read(asked)
  calendar.checkTemplates({ paths, zone: timing.zone })
  const policy = { overlap: 'skip', misfire: 'skip', notify: 'never' } as const
  const work = { kind: 'ask', action: 'load', paths, options: {} } as const
  const dated = { id: PREVIEW_ID, name: 'preview', work, timing, policy }
  const slots: number[] = []
  let after = (from === undefined ? clock.now() : toMs(from)) - (from === undefined ? 0 : 1)
  while (slots.length < count) {
    const next = calendar.next(timing, after)
    if (next === undefined) break
    slots.push(next)
    after = next
  }
  const items = slots.map(slot => {
    const { dueAt, quiet, plan } = calendar.toFiring(dated, slot)
    const due = quiet?.mode === 'wait' ? quiet.until : dueAt
    return {
      ...{ slot: toInstant(slot), local: calendar.toLocal(slot, timing.zone) },
      ...(toMs(due) !== slot && { dueAt: due }),
      ...(quiet?.mode === 'skip' && { skipped: 'quiet' as const }),
      ...(paths.length > 0 && 'paths' in plan && { paths: [...plan.paths] }),
    }
  })
  return { cron: timing.cron, words: calendar.describe(timing), zone: timing.zone, items }
}
