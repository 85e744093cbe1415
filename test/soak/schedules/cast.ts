// the schedules of the soak: every policy, due so often that no life of the daemon is without a slot
import type { ScheduleRequest } from '../../../shared/schedule.ts'
import { MINUTE, SECOND, toInstant } from '../../../shared/time.ts'

export type Cast = {
  readonly name: string
  /** Its slots are the instants that can be divided by it: what the judge holds against the daemon's calendar. */
  readonly everyMs: number
  readonly request: ScheduleRequest
}

const toCast = (name: string, seconds: number, rules: Partial<ScheduleRequest>): Cast => ({
  ...{ name, everyMs: seconds * SECOND },
  request: {
    ...{ name, expression: seconds === 1 ? '* * * * * *' : `*/${seconds} * * * * *`, zone: 'UTC', action: 'load' },
    ...{ paths: [`/soak/${name}/\${yyyyMMdd}/\${HHmmss}`], ...rules },
  },
})

/** Without an agent no job ends by itself: what is at work stays so, until a later run stops it. */
export function toCasts(nowMs: number): readonly Cast[] {
  const from = toInstant(nowMs).slice(11, 16)
  const to = toInstant(nowMs + 2 * MINUTE).slice(11, 16)
  return [
    toCast('allow', 1, { overlap: 'allow' }),
    toCast('skip', 1, { overlap: 'skip' }),
    toCast('queue', 2, { overlap: 'queue' }),
    toCast('stop-old', 2, { overlap: 'stop-old' }),
    toCast('never-late', 5, { overlap: 'allow', misfire: 'skip' }),
    toCast('not-too-late', 1, { overlap: 'allow', misfireWithinSeconds: 90 }),
    toCast('jitter', 3, { overlap: 'allow', jitterSeconds: 2 }),
    toCast('marker', 10, {
      overlap: 'allow',
      waitFor: { path: '/soak/_SUCCESS', withinMinutes: 1, everySeconds: 10, otherwise: 'load' },
    }),
    toCast('quiet', 4, { overlap: 'allow', quietHours: { from, to, mode: 'skip' } }),
  ]
}
