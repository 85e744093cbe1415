// how work is asked for and named in view 001: by a list of paths and its alias, or by a file that lists them
import * as z from 'zod'
import { AppError, got } from '../../../../shared/errors.ts'
import { JobName, Paths } from '../../../../shared/job.ts'
import { CachePath } from '../../../../shared/path.ts'
import { Flag, givenOf, optional, Word, whole, wholeNumber } from './schemas.ts'

const SOME = Paths.min(1, 'must have at least one path, got none')
const names = { index: optional(CachePath), paths: optional(SOME), alias: optional(JobName) }

/** What both kinds of work may say; options are those of loads. */
export type Ask = {
  readonly index?: string | undefined
  readonly paths?: readonly string[] | undefined
  readonly alias?: string | undefined
  readonly options?: LoadOptions | undefined
}

const LoadOptions = z
  .object({
    batchSize: optional(wholeNumber(1, 1_000_000)),
    fileFilterRegex: optional(Word).meta({ description: 'RE2; only files whose whole path fits are loaded' }),
    replicas: optional(wholeNumber(1, 100)),
    skipIfExists: optional(Flag),
    loadPolicy: optional(z.literal('IF_CHANGED', { error: ({ input }) => `must be IF_CHANGED, ${got(input)}` })),
  })
  .meta({ id: 'AlluxioLoadOptions' })
type LoadOptions = z.output<typeof LoadOptions>

/** Keys that are not known are not looked at: other editions have more. */
export const LoadRequest = z
  .object({ ...names, options: optional(LoadOptions) })
  .superRefine(checkNames)
  .meta({ id: 'AlluxioLoadRequest' })
export const FreeRequest = z.object(names).superRefine(checkNames).meta({ id: 'AlluxioFreeRequest' })

function checkNames({ index, paths, alias }: Ask, context: z.core.$RefinementCtx): void {
  if (index === undefined && paths === undefined)
    context.addIssue(whole(`${alias === undefined ? 'index or paths' : 'paths'} must be given, but is missing`))
  if (index !== undefined && paths !== undefined) context.addIssue(whole('index and paths must not both be given'))
  if (index !== undefined && alias !== undefined)
    context.addIssue(whole('alias must come with paths: an index is its own name'))
}

/** The name of the work; undefined when one has to be made up, as editions since 3.8 do. */
export function toName({ index, alias }: Ask, edition: string): string | undefined {
  const name = index ?? alias
  if (name === undefined && !makesAliases(edition))
    throw new AppError('INVALID_INPUT', 'alias must come with paths, but is missing')
  return name
}

function makesAliases(edition: string): boolean {
  const [major = 0, minor = 0] = edition.split('.').map(Number)
  return major > 3 || (major === 3 && minor >= 8)
}

const KEYS = ['alias', 'index', 'id', 'paths'] as const
/** What names work that is there: one of these; paths may stand beside their alias. */
export type Key = {
  readonly alias?: string | undefined
  readonly index?: string | undefined
  readonly id?: string | undefined
  readonly paths?: readonly string[] | undefined
}

export const StopRequest = z
  .object({ alias: optional(Word), index: optional(Word), id: optional(Word), paths: optional(SOME) })
  .transform((key): Key => (key.alias === undefined ? key : { ...key, paths: undefined }))
  .superRefine((key, context) => {
    const given = givenOf(KEYS, key)
    if (given.length !== 1)
      context.addIssue(whole(`one of ${KEYS.join(', ')} must be given, got ${given.join(' and ') || 'none'}`))
  })
  .meta({ id: 'AlluxioStopRequest' })

/** What is kept of an ask with its job, as far as it is shown again. */
export const Kept = z.object({
  index: z.string().optional(),
  paths: z.array(z.string()).optional(),
  alias: z.string().optional(),
  options: z.object({ skipIfExists: z.boolean().optional() }).optional(),
})
export type Kept = z.output<typeof Kept>
