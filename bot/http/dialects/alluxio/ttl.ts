// TTL rules of view 001: when the time is over the path leaves the cache, and only the cache
import * as z from 'zod'
import { got } from '../../../../shared/errors.ts'
import { CachePath } from '../../../../shared/path.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../../../shared/time.ts'
import { recode } from './offer.ts'
import { pathRules } from './path-rules.ts'
import { givenOf, optional, whole } from './schemas.ts'

const UNITS: Readonly<Record<string, number>> = { d: DAY, h: HOUR, m: MINUTE, s: SECOND, ms: 1 }
const toTimeMistake = ({ input }: { readonly input?: unknown }): string =>
  `must be a time such as 1h (ms, s, m, h, d; a bare number is milliseconds), ${got(input)}`

const Time = z
  .union([z.string(), z.number()], { error: toTimeMistake })
  .refine(given => toMs(given) > 0 && Number.isSafeInteger(toMs(given)), { error: toTimeMistake })
  .transform(toMs)
  .meta({ description: 'counted from when it is set; a coordinator of Alluxio 3 counts from when data was cached' })

const Request = z
  .object({ path: CachePath, time: optional(Time), ttl: optional(Time) })
  .superRefine((asked, context) => {
    const given = givenOf(['time', 'ttl'], asked).length
    if (given !== 1)
      context.addIssue(
        whole(
          given === 0 ? 'time must be given, but is missing' : 'time and ttl are the same and must not both be given',
        ),
      )
  })
  .transform(({ path, time, ttl }) => ({ path, value: time ?? ttl ?? 0 }))
  .meta({ id: 'AlluxioTtlRequest' })

export const ttl = pathRules<number>({
  kind: 'ttl',
  title: 'TTL',
  key: 'time',
  off: ({ cluster, ttl }) => (ttl === 'off' ? `TTL is not enabled on cluster ${cluster}` : undefined),
  Request,
  read: ({ ttlMs }) => (ttlMs === undefined ? undefined : toText(ttlMs)),
  show: ms => toText(Number(ms)),
  set: ({ room, actor, cluster }, path, ms) => room.operations.setTtl(actor, cluster.cluster, { path, ms }),
  unset: ({ room, actor, cluster }, path) =>
    room.operations.unsetTtl(actor, cluster.cluster, path).catch(recode({ NOT_FOUND: 'INVALID_INPUT' })),
})

function toMs(given: string | number): number {
  const [, amount, unit = 'ms'] = /^\s*(\d{1,16}(?:\.\d{1,6})?)\s*(ms|s|m|h|d)?\s*$/i.exec(String(given)) ?? []
  return amount === undefined ? Number.NaN : Math.round(Number(amount) * (UNITS[unit.toLowerCase()] ?? Number.NaN))
}

// in the largest unit that leaves nothing over
function toText(ms: number): string {
  const [unit = 'ms', size = 1] = Object.entries(UNITS).find(([, one]) => ms >= one && ms % one === 0) ?? []
  return `${ms / size}${unit}`
}
