// who is told what when a job has ended: by the configured routes, or by what holds without any
import { changes } from '../../shared/actions.ts'
import { type Place, ROBOT, toConversation, toStaff } from '../../shared/chat.ts'
import { SECOND, toInstant } from '../../shared/time.ts'
import type { Context } from './commands.ts'
import { matches } from './pattern.ts'
import type { Route } from './routes.ts'
import type { JobNotice, JobRow, Scheduled, Settings, State } from './state.ts'

/** An end has to last so long before it is told. */
export const END_LASTS_MS = 5 * SECOND

type Told = Pick<JobNotice, 'place' | 'form' | 'alarm'>
type Ended = Pick<JobRow, 'status' | 'desired' | 'via' | 'name' | 'named' | 'askers' | 'scheduled'>

/** What is to be told of the end of a job, each place once; `job` is as it ends. */
export function toEndNotices(state: State, job: JobRow, { now, ids, settings }: Context): JobNotice[] {
  if (job.purged || !isWorthTelling(state, job)) return []
  const at = toInstant(now)
  const dueAt = toInstant(now + END_LASTS_MS)
  return toTold(job, settings).map(told => ({
    ...{ id: ids.next(now), place: told.place, jobId: job.id, about: 'ended', form: told.form, alarm: told.alarm },
    ...{ endedAt: at, at, dueAt },
  }))
}

/** Who is told of a job that ended so, each place once: the summary goes before the text about a named one. */
export function toTold(job: Ended, settings: Pick<Settings, 'routes' | 'robot'>): Told[] {
  const all = job.scheduled === undefined ? ofJob(job, settings) : ofSchedule(job, job.scheduled, settings)
  const places = new Map<Place, Told>()
  for (const told of all) {
    if (told.place === ROBOT && settings.robot !== true) continue
    if (!places.has(told.place)) places.set(told.place, told)
  }
  return [...places.values()]
}

/** Everything but success is one, unless a person wanted it so. Without a measurement a success is none. */
export function isAlarm(job: Pick<Ended, 'status' | 'desired'>): boolean {
  return job.status !== 'succeeded' && !isStoppedByPerson(job)
}

function isStoppedByPerson({ status, desired }: Pick<Ended, 'status' | 'desired'>): boolean {
  return status === 'stopped' && desired === 'stop'
}

function ofJob(job: Ended, { routes }: Pick<Settings, 'routes'>): Told[] {
  if (routes !== undefined) return routes.flatMap(route => follow(job, route))
  const alarm = isAlarm(job)
  return [...toRequesters(job).map(place => toSummary(place, alarm)), ...toNamed(job)]
}

// whoever asked for this run hears of it; else what the schedule says goes before all routes. Where it was made an alarm is
// told, and that somebody stopped it
function ofSchedule(job: Ended, { notify, home, name }: Scheduled, { routes }: Pick<Settings, 'routes'>): Told[] {
  const alarm = isAlarm(job)
  const toAll = (places: readonly Place[]): Told[] => places.map(place => toSummary(place, alarm))
  const asked = toRequesters(job)
  const homes = home === undefined ? [] : [home.place]
  if (notify === 'never') return toAll(asked)
  if (isStoppedByPerson(job)) return toAll([...asked, ...homes])
  if (!alarm && notify === 'alarm') return toAll(asked)
  const more = toScheduleTargets(routes, { name, alarm, homes, notify })
  return toAll([...asked, ...homes, ...more])
}

/**
 * Where something about a schedule goes beside where it was made: the robot, or where the routes say. `always` tells the robot
 * too, and so does an alarm that would reach nobody.
 */
export function toScheduleTargets(
  routes: readonly Route[] | undefined,
  about: Scheduling & Pick<Scheduled, 'notify'>,
): Place[] {
  if (routes === undefined) return [ROBOT]
  const routed = toRouted(routes, about)
  const isNobody = about.alarm && routed.length === 0 && about.homes.length === 0
  return about.notify === 'always' || isNobody ? [...routed, ROBOT] : routed
}

// the text that reference document 000 sends about a name; a stop is a failure there
function toNamed(job: Ended): Told[] {
  return job.named ? [{ place: ROBOT, form: 'named', alarm: job.status !== 'succeeded' }] : []
}

type Scheduling = { readonly name: string; readonly alarm: boolean; readonly homes: readonly Place[] }

/** Where the routes send something about a schedule. */
function toRouted(routes: readonly Route[], { name, alarm, homes }: Scheduling): Place[] {
  const meant = routes.filter(
    ({ when, via, name: pattern }) =>
      (when === 'ended' || alarm) &&
      (via === undefined || via.includes('schedule')) &&
      (pattern === undefined || matches(pattern, name)),
  )
  return meant.flatMap(({ to }) => to.flatMap(target => (target === 'requester' ? homes : [toPlace(target)])))
}

function follow(job: Ended, { when, via, name, to }: Route): Told[] {
  const alarm = isAlarm(job)
  if (when === 'alarm' && !alarm) return []
  if (via !== undefined && !via.includes(job.via)) return []
  // a name that was made up is nobody's to route by
  if (name !== undefined && !(job.named && matches(name, job.name))) return []
  const wanted = isStoppedByPerson(job) ? to.filter(target => target === 'requester') : to
  return wanted.flatMap(target => toPlaces(job, target)).map(place => toSummary(place, alarm))
}

const STAFF = 'staff:'

function toPlaces(job: Ended, target: string): Place[] {
  if (target === 'requester') return toRequesters(job)
  return [toPlace(target)]
}

function toPlace(target: string): Place {
  if (target === 'robot') return ROBOT
  return target.startsWith(STAFF) ? toStaff(target.slice(STAFF.length)) : toConversation(target)
}

function toRequesters({ askers = [] }: Pick<Ended, 'askers'>): Place[] {
  return [...new Set(askers.map(asker => asker.place))]
}

function toSummary(place: Place, alarm: boolean): Told {
  return { place, form: 'summary', alarm }
}

// what only looks, or only finds out, is its own answer
function isWorthTelling(state: State, job: JobRow): boolean {
  for (const task of state.tasks.find('job', job.id)) if (changes(task)) return true
  return false
}
