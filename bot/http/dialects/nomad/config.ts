// the Config of a task of the driver goosefs: an action of ours and its options, never arguments of a command
import * as z from 'zod'
import { ACTIONS, type ActionName, AskedOptions } from '../../../../shared/actions.ts'
import { got } from '../../../../shared/errors.ts'
import { CachePath } from '../../../../shared/path.ts'

/** The only driver that runs here. */
export const DRIVER = 'goosefs'

// our own names, and those of reference document 000
const NAMES: Readonly<Record<string, ActionName>> = {
  ...{ load: 'load', forceload: 'forceload', metadata: 'metadata', free: 'free', list: 'list' },
  ...{ GooseFSDistributeLoad: 'load', GooseFSForceLoad: 'forceload', GooseFSLoadMetadata: 'metadata' },
  ...{ GooseFSFree: 'free', GooseFSList: 'list' },
}

const toActionMistake = (given: unknown): string => `must be one of ${Object.keys(NAMES).join(', ')}, ${got(given)}`
const Action = z.string({ error: issue => toActionMistake(issue.input) }).transform((word, context): ActionName => {
  const name = Object.hasOwn(NAMES, word) ? NAMES[word] : undefined
  if (name !== undefined) return name
  context.addIssue({ code: 'custom', message: toActionMistake(word) })
  return z.NEVER
})

/** Parses a Config; `restart` is the group's RestartPolicy, and nothing of this. */
export const Config = z
  .strictObject({ action: Action, path: CachePath, ...AskedOptions.omit({ restart: true }).shape })
  .refine(({ action, dryRun }) => dryRun !== true || ACTIONS[action].verified, {
    path: ['dryRun'],
    error: 'must be left out: it is for load and forceload, got true',
  })
  .transform(({ action, path, ...options }) => ({ action, path, options }))

/** One second in Nomad's own unit. */
export const NANOS = 1_000_000_000
const MOST_ATTEMPTS = 100
const LONGEST_DELAY = 86_400 * NANOS

/** What a policy does not tell, as Nomad has it for batch jobs. */
export const POLICY = { Attempts: 3, Interval: 86_400 * NANOS, Delay: 15 * NANOS, Mode: 'fail' } as const
/** What a group without a policy does: nothing is tried again because of an exit. */
export const NO_POLICY = { ...POLICY, Attempts: 0 } as const

/** Parses a RestartPolicy of a group; durations are nanoseconds. */
export const RestartPolicy = z
  .object({
    Attempts: z.int().min(0).max(MOST_ATTEMPTS).nullish(),
    Interval: z.number().min(0).nullish(),
    Delay: z.number().min(0).max(LONGEST_DELAY).nullish(),
    Mode: z.enum(['fail', 'delay']).nullish(),
  })
  .transform(({ Attempts, Delay, Mode }) => ({
    restart: {
      attempts: Attempts ?? POLICY.Attempts,
      delaySeconds: Math.ceil((Delay ?? POLICY.Delay) / NANOS),
    },
    mode: Mode ?? POLICY.Mode,
  }))
