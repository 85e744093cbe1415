// the rules of a schedule: what becomes of slots that overlap, come late, in quiet hours, or before their marker; and its work
import * as z from 'zod'
import type { ActionName, AskedOptions } from './actions.ts'
import { got, shown } from './errors.ts'

function oneOf<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, { error: ({ input }) => `must be one of ${words.join(', ')}, ${got(input)}` })
}

/** A slot is due while an earlier run is still at work. `queue`: one waits. `stop-old`: it waits until the old one is stopped. */
export const Overlap = oneOf(['skip', 'queue', 'allow', 'stop-old']).meta({ id: 'Overlap' })
export type Overlap = z.infer<typeof Overlap>

/** What becomes of slots whose time passed while nobody was there: the newest is run late, or none. */
export const Misfire = oneOf(['run-once', 'skip']).meta({ id: 'Misfire' })
export type Misfire = z.infer<typeof Misfire>

export const NotifyPolicy = z.enum(['alarm', 'always', 'never']).meta({ id: 'NotifyPolicy' })
export type NotifyPolicy = z.infer<typeof NotifyPolicy>

/** A time of day on the schedule's own clock. */
export const ClockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, {
    error: issue => `must be a time of day from 00:00 to 23:59, ${got(issue.input)}`,
  })
  .meta({ id: 'ClockTime', examples: ['08:30'] })

export const QuietHours = z
  .strictObject({
    from: ClockTime,
    to: ClockTime,
    mode: z.enum(['wait', 'skip']).default('wait').meta({ description: 'wait: one run when the window is over' }),
  })
  .refine(({ from, to }) => from !== to, {
    error: ({ input }) => `must have different from and to, got ${shown((input as { from: string }).from)} for both`,
  })
  .meta({ id: 'QuietHours', description: 'a daily window on the schedule’s clock; it may go over midnight' })
export type QuietHours = z.infer<typeof QuietHours>

export const TemplatePath = z.string().min(1).max(4_096)

export const WaitFor = z
  .strictObject({
    path: TemplatePath.meta({
      description: 'a marker such as /data/db1/_SUCCESS (date macros are filled in), or what has to stand still',
    }),
    stableMinutes: z
      .int()
      .min(1)
      .max(1_440)
      .optional()
      .meta({ description: 'its size has to stay the same so long; absent: it only has to be there' }),
    withinMinutes: z
      .int()
      .min(1)
      .max(10_080)
      .default(120)
      .meta({ description: 'it has to come so soon after the slot' }),
    everySeconds: z.int().min(10).max(3_600).default(60).meta({ description: 'how often an agent looks' }),
    otherwise: z.enum(['skip', 'load']).default('skip').meta({ description: 'when it did not come in time' }),
  })
  .meta({ id: 'WaitFor' })
export type WaitFor = z.infer<typeof WaitFor>

/** Units of a schedule's work: an ask with macros in its paths, everything that was ever loaded, or a line nobody can read. */
export type Work =
  | {
      readonly kind: 'ask'
      readonly action: ActionName
      /** As they were written, date macros included. */
      readonly paths: readonly string[]
      readonly options: AskedOptions
      readonly cluster?: string
      readonly statement?: string
    }
  | { readonly kind: 'warmed'; readonly cluster?: string; readonly statement: string }
  | { readonly kind: 'unreadable'; readonly statement: string; readonly problem: string }
