// what calls about schedules in the native API take and answer beside the shared nouns
import * as z from 'zod'
import { Run, RunStatus, Schedule } from '../../../../shared/schedule.ts'
import { AskedInstant } from '../../../../shared/time.ts'
import { queryFlag, queryWords } from '../../query-values.ts'
import { pageOf, paging } from './schemas.ts'

/** So many may be paused or resumed in one go. */
const MOST_REFS = 1_000

export const ScheduleRef = z.object({
  ref: z.string().meta({ description: "the schedule's UUID, its number or its name" }),
})
export type Ref = z.infer<typeof ScheduleRef>

export const SchedulesQuery = z.strictObject({
  name: z.string().optional(),
  prefix: z.string().optional().meta({ description: 'names that begin so' }),
  owner: z.string().optional(),
  paused: queryFlag().optional(),
  ...paging,
})
export const RunsQuery = z.strictObject({ status: queryWords(RunStatus.options).optional(), ...paging })
export const RefsBody = z
  .strictObject({
    ids: z
      .array(z.string().min(1))
      .min(1)
      .max(MOST_REFS)
      .meta({ description: 'UUIDs, numbers or names; all of them are changed, or none' }),
  })
  .meta({ id: 'SchedulesRequest' })
export const RunBody = z
  .strictObject({
    slot: AskedInstant.optional().meta({ description: 'date macros are filled in for it; default: now' }),
  })
  .default({})
  .meta({ id: 'RunRequest' })

export const SchedulePage = pageOf(Schedule, 'SchedulePage')
export const RunPage = pageOf(Run, 'RunPage')
export const Schedules = z.object({ items: z.array(Schedule) }).meta({ id: 'Schedules' })
export const Runs = z.object({ items: z.array(Run) }).meta({ id: 'Runs' })
