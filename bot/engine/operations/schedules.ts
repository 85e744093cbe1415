// verbs on schedules: make, change, look, pause, run, backfill
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ACTIONS } from '../../../shared/actions.ts'
import { AppError, shown } from '../../../shared/errors.ts'
import type { Actor } from '../../../shared/job.ts'
import type { Schedule, ScheduleRequest } from '../../../shared/schedule.ts'
import { toMs } from '../../../shared/time.ts'
import { findMade } from '../../core/decide/idempotency.ts'
import type { Idempotency, ScheduleRow, SlotRow } from '../../core/state.ts'
import { findSchedule, slotsOf, toRun, toSchedule } from '../queries/schedules.ts'
import type { OperationsDeps } from './deps.ts'
import { pageByNumber } from './number-pages.ts'
import { permit } from './permission.ts'
import { readSchedule } from './schedule-draft.ts'
import { demandName } from './schedule-names.ts'
import type { ScheduleHow, ScheduleVerbs } from './schedule-port.ts'
import { fireAll, preview, toFirings } from './schedule-slots.ts'
import { toFingerprint } from './submission.ts'

/** Each costs up to a tenth of a millisecond. */
const SHOWN_A_TURN = 200

/** Verbs on schedules. What needs a clock on the wall is computed here, by the calendar, and handed to the core. */
export function createScheduleOperations(deps: OperationsDeps): ScheduleVerbs {
  const { state, engine, calendar, clock, settings } = deps
  const show = (row: ScheduleRow) => toSchedule({ state, calendar, settings, now: clock.now() }, row)
  const slotOf = (id: string): SlotRow => {
    const slot = state.slots.get(id)
    if (slot === undefined) throw new AppError('NOT_FOUND', `The run ${shown(id)} is gone.`)
    return slot
  }
  const put = async (actor: Actor, request: ScheduleRequest, { how = {}, row, idempotency }: Putting): Promise<Put> => {
    const draft = readSchedule(deps, request, how)
    demandName(draft.name, { how, row })
    permit(actor, 'write', row === undefined ? 'making a schedule' : 'changing a schedule')
    if (draft.work.kind === 'ask') permit(actor, ACTIONS[draft.work.action].effect, draft.work.action)
    const planned = row === undefined ? [] : [...state.slots.find('waiting', row.id)]
    const dated = { ...draft, id: row?.id ?? '', name: draft.name ?? row?.name ?? '' }
    const slots = planned.map(({ slot }) => toMs(slot))
    const filling = { calendar, dated, field: 'paths for the runs that wait' }
    // nothing happens in between where nothing waits
    const firings = slots.length === 0 ? [] : await fireAll(filling, slots)
    const replanned = firings.map((firing, at) => ({ slotId: planned[at]?.id ?? '', firing }))
    const { scheduleId = '', repeated = false } = await engine.dispatch({
      ...{ type: 'schedule.put', actor, draft, replanned, distinct: how.sameName !== true },
      ...(row !== undefined && { scheduleId: row.id }),
      ...(idempotency !== undefined && { idempotency }),
    })
    return { put: findSchedule(state, scheduleId), repeated }
  }
  return {
    createSchedule: async (actor, request, how = {}) => show((await put(actor, request, { how })).put),
    async createScheduleOnce(actor, request, key) {
      permit(actor, 'write', 'making a schedule')
      const idempotency = { key, fingerprint: toFingerprint(request) }
      // what was good then may be refused now, such as an end that is over since
      const made = findMade(state, { actor, idempotency })
      if (made !== undefined) return { schedule: show(made), repeated: true }
      const { put: row, repeated } = await put(actor, request, { idempotency })
      return { schedule: show(row), repeated }
    },
    async replaceSchedule(actor, request, { ref, ...how }) {
      permit(actor, 'write', 'changing a schedule')
      return show((await put(actor, request, { how, row: findSchedule(state, ref) })).put)
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
      const found: Schedule[] = []
      for (const row of rows.sort((a, b) => a.number - b.number)) {
        found.push(show(row))
        // there may be tens of thousands
        if (found.length % SHOWN_A_TURN === 0) await nextTurn()
      }
      return found
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
      const { id: scheduleId, version } = row
      const asked = { type: 'schedule.run', actor, scheduleId, version, firing } as const
      const { slotIds = [], jobId } = await engine.dispatch(asked)
      // told again, it is the run that the same message began
      const id = slotIds[0] ?? (jobId === undefined ? undefined : [...state.slots.find('job', jobId)][0]?.id)
      return toRun(slotOf(id ?? ''), state)
    },
    async backfillSchedule(actor, ref, request) {
      permit(actor, 'write', 'running a schedule')
      const row = findSchedule(state, ref)
      const { only } = request
      const { version } = row
      const firings = await toFirings(deps, row, request)
      const { slotIds = [] } = await engine.dispatch({
        type: 'schedule.backfill',
        actor,
        scheduleId: row.id,
        version,
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

type Putting = { readonly how?: ScheduleHow; readonly row?: ScheduleRow; readonly idempotency?: Idempotency }
type Put = { readonly put: ScheduleRow; readonly repeated: boolean }
