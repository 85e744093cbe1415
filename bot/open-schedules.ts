// opens the calendar, and the clock of the schedules with its watch over markers
import type { Log } from '../shared/log.ts'
import { chooseCluster } from './core/decide/permit.ts'
import type { Calendar } from './engine/calendar.ts'
import type { ClusterCalls } from './engine/ports.ts'
import { createScheduleDesk } from './engine/schedule-desk.ts'
import type { Opened } from './open-state.ts'
import { createCalendar } from './schedule/calendar.ts'
import { createMarkerWatch } from './schedule/marker-watch.ts'
import { createScheduleTimer, type TimerStatus } from './schedule/timer.ts'
import type { Told } from './told.ts'

export type Schedules = {
  /** After `daemon.started`, and when jobs can be taken in. */
  start(): void
  close(): Promise<void>
  status(): TimerStatus
}

/** The calendar of the daemon: in its own zone, unless a schedule names another. */
export function openCalendar({ config, file }: Told, { clock }: Pick<Opened, 'clock'>): Calendar {
  return createCalendar({
    zone: config.tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    dialect: file.compat?.cronDialect ?? 'standard',
    now: clock.now,
  })
}

type Around = {
  readonly opened: Opened
  readonly calendar: Calendar
  readonly calls: ClusterCalls
  readonly log: Log
}

/** Makes both; nothing happens before `start`. */
export function openSchedules({ opened, calendar, calls, log }: Around): Schedules {
  const { state, clock, settings } = opened
  const desk = createScheduleDesk(opened)
  const timer = createScheduleTimer({ desk, calendar, clock, log })
  const watch = createMarkerWatch({
    ...{ desk, calls, clock, log },
    clusterOf: ({ work }) => chooseCluster(state, work.kind === 'unreadable' ? undefined : work.cluster, { settings }),
  })
  return {
    start() {
      timer.start()
      watch.start()
    },
    async close() {
      watch.close()
      await timer.close()
    },
    status: timer.status,
  }
}
