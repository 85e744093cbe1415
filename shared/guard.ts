// the capacity guard: what becomes of a load that the cache has no room for
import * as z from 'zod'

const GuardRule = z.enum(['refuse', 'warn', 'off'])

/** `gander.yaml`: `guard`. Bytes missing, times the copies, are held against the cache as its report shows it. */
export const Guard = z
  .strictObject({
    beyondCapacity: GuardRule.default('refuse').meta({
      description: 'the path cannot be cached whole, however much is freed',
    }),
    beyondFree: GuardRule.default('warn').meta({ description: 'something else would have to leave the cache' }),
  })
  .meta({ id: 'Guard' })
export type Guard = z.infer<typeof Guard>

export const GUARD: Guard = Guard.parse({})
