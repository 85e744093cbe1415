// the numbers of schedules in `/metrics`: how many there are, what became of their slots, and how late they were fired
import type { LatenessCount } from '../engine/operations/port.ts'
import type { MetricRow } from './metric-rows.ts'

export const SCHEDULE_GAUGES: readonly MetricRow[] = [
  {
    ...{ name: 'gander_schedules', help: 'Schedules, by whether they are paused', labels: ['state'] },
    read: ({ schedules }) =>
      schedules === undefined
        ? []
        : [
            { at: { state: 'active' }, value: schedules.active },
            { at: { state: 'paused' }, value: schedules.paused },
          ],
  },
]

export const SCHEDULE_TOTALS: readonly MetricRow[] = [
  {
    ...{ name: 'gander_slots_total', help: 'Slots of schedules by what became of them', labels: ['status'] },
    read: ({ slots = [] }) => slots.map(({ status, count }) => ({ at: { status }, value: count })),
  },
]

const LATENESS = 'gander_slot_lateness_seconds'

/** How late slots were fired, as the text of a histogram: they are counted by bucket where they are fired. */
export function toLatenessLines(lateness: LatenessCount | undefined): string {
  if (lateness === undefined) return ''
  const { count, seconds, buckets } = lateness
  return [
    `# HELP ${LATENESS} How long after its time a slot of the clock was fired, where nothing held it back`,
    `# TYPE ${LATENESS} histogram`,
    ...buckets.map(bucket => `${LATENESS}_bucket{le="${bucket.seconds}"} ${bucket.count}`),
    `${LATENESS}_bucket{le="+Inf"} ${count}`,
    `${LATENESS}_sum ${seconds}`,
    `${LATENESS}_count ${count}`,
    '',
  ].join('\n')
}
