// schedules and what is due of them, as the calendar would hand it to the core
import type { Firing, ScheduleDraft } from '../../bot/core/schedule-commands.ts'
import { courseOf, type SlotNotice, type SlotRow } from '../../bot/core/state.ts'
import type { Actor } from '../../shared/job.ts'
import { HOUR, toInstant, toMs } from '../../shared/time.ts'
import { ANN, must, START, type World } from './world.ts'

export type Rules = Partial<ScheduleDraft['policy']>

export function toScheduleDraft(rules: Rules = {}, more: Partial<ScheduleDraft> = {}): ScheduleDraft {
  return {
    name: 'nightly',
    work: { kind: 'ask', action: 'load', paths: ['/d'], options: {} },
    timing: { expression: '0 * * * *', cron: '0 0 * * * * *', zone: 'Asia/Shanghai', jitterSeconds: 0 },
    policy: { overlap: 'skip', misfire: 'run-once', notify: 'alarm', ...rules },
    view: 'native',
    ...more,
  }
}

/** The slot so many hours after the beginning. */
export const slotAt = (hours: number): string => toInstant(START + hours * HOUR)

export function firing(hours: number, more: Partial<Firing> = {}): Firing {
  const slot = slotAt(hours)
  return { slot, dueAt: slot, plan: { name: 'nightly', paths: [`/d/${hours}`] }, ...more }
}

export type Clockwork = ReturnType<typeof createClockwork>

/** One schedule in a world, with an agent beside it unless there is to be none. */
export function createClockwork(
  world: World,
  rules: Rules = {},
  more: { draft?: Partial<ScheduleDraft>; actor?: Actor } = {},
) {
  const { actor = ANN, draft } = more
  const scheduleId = must(world.ask({ type: 'schedule.put', actor, draft: toScheduleDraft(rules, draft) }).scheduleId)
  const row = () => must(world.state.schedules.get(scheduleId))
  const course = () => courseOf(world.state, row())
  const slots = (): SlotRow[] => [...world.state.slots.find('schedule', scheduleId)].sort((a, b) => a.number - b.number)
  const clockwork = {
    scheduleId,
    row,
    course,
    slots,
    slot: (number: number): SlotRow => must(slots().find(one => one.number === number)),
    /** Time goes on to the newest of these slots (and `lateMs`), and they are due. */
    due(firings: readonly Firing[], more: { lateMs?: number; others?: { count: number; since: string } } = {}) {
      const { lateMs = 0, others } = more
      world.skip(toMs(must(firings.at(-1)).dueAt) + lateMs - world.now)
      return clockwork.dueNow(firings, others)
    },
    /** They are due at this instant, whatever it is. */
    dueNow: (firings: readonly Firing[], others?: { count: number; since: string }) =>
      world.ask({
        type: 'schedule.due',
        due: [{ scheduleId, version: row().version, firings, ...(others !== undefined && { others }) }],
      }),
    /** How each slot stands: `fired`, `skipped overlap`, … */
    standing: () => slots().map(({ status, why }) => (why === undefined ? status : `${status} ${why}`)),
    /** Ends the run of a slot. */
    finish(number: number, more: Parameters<World['end']>[1] = {}) {
      const { jobId } = clockwork.slot(number)
      const [task] = [...world.state.tasks.find('job', must(jobId))]
      return world.end(must(task).id, more)
    },
  }
  return clockwork
}

export const troubles = (world: World): string[] =>
  [...world.state.notices.rows()].flatMap(notice =>
    notice.about === 'slot' ? [`${notice.trouble} ${notice.place}`] : [],
  )

export const slotNotices = (world: World): SlotNotice[] =>
  [...world.state.notices.rows()].filter(notice => notice.about === 'slot')
