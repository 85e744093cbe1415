// what a schedule is asked to be, read whole before anything changes: its work, its times, its rules
import { ACTIONS } from '../../../shared/actions.ts'
import { AppError, shown } from '../../../shared/errors.ts'
import { type ScheduleRequest, WaitFor, type Work } from '../../../shared/schedule.ts'
import { DAY, SECOND } from '../../../shared/time.ts'
import { readWork } from '../../../shared/work-statement.ts'
import { chooseCluster } from '../../core/decide/permit.ts'
import type { ScheduleDraft } from '../../core/schedule-commands.ts'
import type { Timing } from '../../core/state.ts'
import type { OperationsDeps } from './deps.ts'
import type { ScheduleHow } from './schedule-port.ts'

/** Reads a request. Throws INVALID_INPUT naming the field, what is expected and what came; CLUSTER_NOT_FOUND. */
export function readSchedule(deps: OperationsDeps, request: ScheduleRequest, how: ScheduleHow): ScheduleDraft {
  const { calendar, settings, state } = deps
  const { description, paused, overlap, misfire, misfireWithinSeconds, readyBy, notify } = request
  const { expression, zone, startAt, endAt, jitterSeconds, quietHours } = request
  const timing = calendar.read({ expression, zone, startAt, endAt, jitterSeconds, quietHours })
  demandTiming(deps, timing)
  const { work, name } = toWork(request, how)
  const waitFor = toWaitFor(request.waitFor)
  const paths = work.kind === 'ask' ? work.paths : []
  if (!(how.tolerant && request.statement !== undefined)) {
    calendar.checkTemplates({ name, paths, marker: waitFor?.path, zone: timing.zone })
    if (work.kind !== 'unreadable' && work.cluster !== undefined) chooseCluster(state, work.cluster, { settings })
  }
  return {
    ...{ work, timing, view: how.view ?? 'native' },
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(how.document !== undefined && { document: how.document }),
    ...(paused !== undefined && { paused }),
    policy: {
      overlap: overlap ?? settings.schedules?.overlap ?? 'skip',
      misfire: misfire ?? settings.schedules?.misfire ?? 'run-once',
      notify: notify ?? 'alarm',
      ...(misfireWithinSeconds !== undefined && { misfireWithinSeconds }),
      ...(waitFor !== undefined && { waitFor }),
      ...(readyBy !== undefined && { readyBy }),
    },
  }
}

function toWork(
  request: ScheduleRequest,
  { tolerant }: ScheduleHow,
): { readonly work: Work; readonly name: string | undefined } {
  const { statement, name, cluster } = request
  if (statement === undefined) return { work: toAsk(request), name }
  const read = readWork(statement)
  if (read.work.kind === 'unreadable' && !tolerant) throw new AppError('INVALID_INPUT', toUnreadable(read.work.problem))
  const named = cluster === undefined || read.work.kind === 'unreadable' ? read.work : { ...read.work, cluster }
  return { work: named, name: name ?? read.name }
}

// a problem is a sentence of its own
function toUnreadable(problem: string): string {
  const [, told] = /^The (statement .*)$/s.exec(problem) ?? []
  return told ?? `statement cannot be read: ${problem.charAt(0).toLowerCase()}${problem.slice(1)}`
}

function toAsk({ action, paths = [], options = {}, cluster }: ScheduleRequest): Work {
  if (action === undefined) throw new AppError('INVALID_INPUT', 'action must be given, or statement, but is missing.')
  const wanted = ACTIONS[action].paths
  if (wanted === 'none' && paths.length > 0)
    throw new AppError('INVALID_INPUT', `paths must be empty for ${action}, got ${paths.length}.`)
  if (wanted !== 'none' && paths.length === 0)
    throw new AppError('INVALID_INPUT', `paths must have at least one path for ${action}, got none.`)
  return { kind: 'ask', action, paths, options, ...(cluster !== undefined && { cluster }) }
}

/** What a timing has to be beside readable, for a schedule as for a preview. Throws INVALID_INPUT. */
export function demandTiming(deps: OperationsDeps, timing: Timing): void {
  demandSlots(deps, timing)
  demandShortJitter(deps, timing)
}

// whoever gives an end that is over, or a beginning behind all slots, has mistyped it
function demandSlots({ calendar, clock }: OperationsDeps, timing: Timing): void {
  const { startAt, endAt, ...endless } = timing
  const now = clock.now()
  if ((startAt ?? endAt) === undefined || calendar.next(timing, now) !== undefined) return
  const isStart = startAt !== undefined && calendar.next({ ...endless, startAt }, now) === undefined
  const [field, got, where] = isStart ? ['startAt', startAt, 'before the last'] : ['endAt', endAt, 'after the next']
  const details = { field, allowed: `an instant ${where} slot`, got }
  throw new AppError('INVALID_INPUT', `${field} must leave a slot to come, got ${shown(got ?? '')}.`, { details })
}

/** Slots to come that are looked at, and how far ahead. */
const MOST_LOOKED_AT = 50
const FURTHEST_MS = 400 * DAY

// a slot that is delayed beyond the next one would hold that back too, and one run would stand for both
function demandShortJitter({ calendar, clock }: OperationsDeps, timing: Timing): void {
  const { jitterSeconds } = timing
  if (jitterSeconds === 0) return
  const now = clock.now()
  const slots = calendar.between(timing, { after: now, until: now + FURTHEST_MS, most: MOST_LOOKED_AT })
  const gaps = slots.slice(1).map((slot, at) => slot - (slots[at] ?? slot))
  const shortest = Math.min(...gaps) / SECOND
  if (jitterSeconds < shortest) return
  const allowed = `less than the ${shortest} s between two slots`
  const details = { field: 'jitterSeconds', allowed, got: jitterSeconds }
  throw new AppError('INVALID_INPUT', `jitterSeconds must be ${allowed}, got ${jitterSeconds}.`, { details })
}

function toWaitFor(asked: ScheduleRequest['waitFor']): WaitFor | undefined {
  if (typeof asked === 'string') return WaitFor.parse({ path: asked })
  const { stableMinutes, withinMinutes = 0 } = asked ?? {}
  // it is looked at from its slot on: what has to stand still so long never does so in time
  if (stableMinutes === undefined || stableMinutes < withinMinutes) return asked
  const allowed = `less than waitFor.withinMinutes, ${withinMinutes}`
  const details = { field: 'waitFor.stableMinutes', allowed, got: stableMinutes }
  throw new AppError('INVALID_INPUT', `waitFor.stableMinutes must be ${allowed}, got ${stableMinutes}.`, { details })
}
