// values as they stand in a query: text that means a number, a list or a duration
import * as z from 'zod'

/** A whole number from `min` to `max`; the document tells it as the number that it is. */
export function queryNumber(min: number, max: number = Number.MAX_SAFE_INTEGER): z.ZodType<number, string> {
  return z
    .string()
    .refine(text => /^\d{1,16}$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: issue => `must be a whole number from ${min} to ${max}, got "${issue.input}"`,
    })
    .transform(Number)
    .meta({ type: 'integer', minimum: min, ...(max === Number.MAX_SAFE_INTEGER ? {} : { maximum: max }) })
}

/** Several words of a list, comma separated. */
export function queryWords<const W extends string>(words: readonly W[]): z.ZodType<W[], string> {
  const description = `some of ${words.join(', ')}; comma separated`
  const known = (text: string): text is W => words.some(word => word === text)
  return z
    .string()
    .transform(text => text.split(',').map(word => word.trim()))
    .refine((list): list is W[] => list.every(known), {
      error: issue => `must be some of ${words.join(', ')}, got "${String(issue.input)}"`,
    })
    .meta({ description }) as unknown as z.ZodType<W[], string>
}

const FLAGS: Readonly<Record<string, boolean>> = {
  ...{ '1': true, t: true, T: true, TRUE: true, true: true, True: true },
  ...{ '0': false, f: false, F: false, FALSE: false, false: false, False: false },
}

/** Yes or no, in every spelling that Go's `ParseBool` reads. */
export function queryFlag(): z.ZodType<boolean, string> {
  return z
    .string()
    .refine(text => Object.hasOwn(FLAGS, text), {
      error: issue => `must be true or false, got "${String(issue.input)}"`,
    })
    .transform(text => FLAGS[text] === true)
    .meta({ type: 'boolean' })
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
const LONGEST_WAIT_MS = 3_600_000

/** A duration such as `60s`, `1m30s` or a bare number of seconds, at most an hour; in milliseconds. */
export const QueryDuration = z
  .string()
  .refine(text => toDurationMs(text) <= LONGEST_WAIT_MS, {
    error: issue => `must be a duration up to 1h such as 60s, got "${issue.input}"`,
  })
  .transform(toDurationMs)
  .meta({ description: 'such as 500ms, 60s, 1m30s; at most 1h' })

function toDurationMs(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  if (!/^(?:\d{1,9}(?:\.\d{1,3})?(?:ms|s|m|h))+$/.test(text)) return Number.POSITIVE_INFINITY
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)
  return [...parts].reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? 0), 0)
}
