// what a row of the table of options is, and the kinds of values that several rows have
import * as z from 'zod'
import { readDurationMs } from './words.ts'

export type Row<T> = {
  readonly flags: string
  readonly summary: string
  readonly schema: z.ZodType<T, unknown>
  /** The only values there are, when they are few: completion offers them. */
  readonly values?: readonly string[]
}

/** A row of the table of options. */
export function row<T>(flags: string, summary: string, schema: z.ZodType<T, unknown>): Row<T> {
  return { flags, summary, schema }
}

/** An option whose value is one of a few words. */
export function choice<T extends string>(flags: string, summary: string, schema: z.ZodEnum<{ [K in T]: K }>): Row<T> {
  const values = schema.options
  return { ...row(flags, summary, z.enum(values, `must be ${values.join(' or ')}`)), values }
}

export const flag = z.boolean()

/** A whole number in these bounds. */
export function whole(min: number, max: number): z.ZodType<number, unknown> {
  const expected = `must be a whole number from ${min} to ${max}`
  return z
    .string()
    .refine(text => /^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max, expected)
    .transform(Number)
}

/** A duration, in milliseconds. */
export const duration: z.ZodType<number, unknown> = z
  .string()
  .refine(text => readDurationMs(text) !== undefined, 'must be a duration such as 90s, 15m or 2h')
  .transform(text => readDurationMs(text) ?? 0)

const SEVEN_DAYS_MS = 604_800_000

/** How long one run may take, in milliseconds. */
export const runTime = duration.refine(ms => ms >= 1_000 && ms <= SEVEN_DAYS_MS, 'must be from 1s to 7d')
