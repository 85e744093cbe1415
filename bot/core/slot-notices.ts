// who is told what when something is wrong around a slot of a schedule
import { type Place, ROBOT } from '../../shared/chat.ts'
import { SECOND, toInstant } from '../../shared/time.ts'
import type { Context } from './commands.ts'
import type { Event } from './events.ts'
import { END_LASTS_MS, toScheduleTargets } from './notices.ts'
import type { ScheduleRow, SlotNotice, SlotRow, SlotTrouble, State } from './state.ts'

/** An agent that comes back so soon is not told to be away: after a restart of the daemon each is away for a moment. */
const AWAY_LASTS_MS = 30 * SECOND

type Told = Pick<SlotNotice, 'count' | 'expectedAt' | 'path' | 'message' | 'cluster'> & {
  readonly schedule: ScheduleRow
  readonly slot: SlotRow
  readonly trouble: SlotTrouble
}

/** An alarm about a slot, for each place that is told of its schedule; gathered with others for some seconds. */
export function tellSlot(told: Told, { now, ids, settings }: Context): Event[] {
  const { schedule, slot, trouble, ...facts } = told
  const places = toPlaces(schedule, settings)
  if (places.length === 0) return []
  const saidAt = trouble === 'no-agent' ? now + AWAY_LASTS_MS : now
  const at = toInstant(saidAt)
  return places.map(place => ({
    type: 'notice.queued',
    notice: {
      ...{ id: ids.next(now), place, alarm: true, at, dueAt: toInstant(saidAt + END_LASTS_MS) },
      ...{ about: 'slot', form: 'summary', slotId: slot.id, trouble, slot: slot.slot },
      schedule: { id: schedule.id, number: schedule.number, name: schedule.name, zone: schedule.timing.zone },
      ...facts,
      ...(slot.jobNumber !== undefined && { jobNumber: slot.jobNumber }),
      ...(slot.readyBy !== undefined && { readyBy: slot.readyBy }),
      ...(schedule.home !== undefined && schedule.home.place === place && { staffId: schedule.home.staffId }),
    },
  }))
}

/** Nobody was there at its time, and now it is not run either. */
export function tellPassed(of: Pick<Told, 'schedule' | 'slot'>, context: Context): Event[] {
  return of.slot.late === undefined ? [] : tellSlot({ ...of, trouble: 'missed', count: of.slot.late }, context)
}

/** An agent of that cluster has come: that there was none is not told any more, when nobody has heard it yet. */
export function unsayAway(state: State, cluster: string): Event[] {
  const noticeIds = Array.from(state.notices.rows()).flatMap(notice => {
    const isMeant = notice.about === 'slot' && notice.trouble === 'no-agent' && notice.cluster === cluster
    return isMeant ? [notice.id] : []
  })
  return noticeIds.length === 0 ? [] : [{ type: 'notice.dropped', noticeIds, why: 'void' }]
}

// where it was made, and the robot or whom the routes name
function toPlaces({ policy, home, name }: ScheduleRow, settings: Context['settings']): Place[] {
  if (policy.notify === 'never') return []
  const homes = home === undefined ? [] : [home.place]
  const more = toScheduleTargets(settings.routes, { name, alarm: true, homes, notify: policy.notify })
  return [...new Set([...homes, ...more])].filter(place => place !== ROBOT || settings.robot === true)
}
