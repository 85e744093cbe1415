// values that several asks of view 001 share, read tolerantly: numbers and switches may come as text
import * as z from 'zod'
import { got } from '../../../../shared/errors.ts'
import { CachePath } from '../../../../shared/path.ts'

export const ErrorBody = z.object({ status: z.string() }).meta({ id: 'AlluxioError' })
export const Nothing = z.strictObject({}).meta({ id: 'AlluxioDone' })

type Issue = { readonly input?: unknown }

/** A word of a query; an empty one counts as not given. */
export const queryWord = z
  .string()
  .transform(word => (word === '' ? undefined : word))
  .optional()

/** A key that may be left out or be null. */
export function optional<S extends z.ZodType>(schema: S) {
  return schema.nullish().transform(value => value ?? undefined)
}

/** A whole number, as a number or as text. */
export function wholeNumber(min: number, max: number) {
  const error = ({ input }: Issue): string => `must be a whole number from ${min} to ${max}, ${got(input)}`
  return z
    .union([z.number(), z.string()], { error })
    .refine(given => /^\d{1,16}$/.test(String(given)) && Number(given) >= min && Number(given) <= max, { error })
    .transform(Number)
}

const YES: ReadonlySet<unknown> = new Set([true, ...['1', 't', 'T', 'TRUE', 'true', 'True']])
const NO: ReadonlySet<unknown> = new Set([false, ...['0', 'f', 'F', 'FALSE', 'false', 'False']])
const toFlagMistake = ({ input }: Issue): string => `must be true or false, ${got(input)}`

/** A switch, as a boolean or as text. */
export const Flag = z
  .union([z.boolean(), z.string()], { error: toFlagMistake })
  .refine(given => YES.has(given) || NO.has(given), { error: toFlagMistake })
  .transform(given => YES.has(given))

/** A text that says something. */
export const Word = z.string({ error: toWordMistake }).refine(word => word !== '', { error: toWordMistake })

function toWordMistake({ input }: Issue): string {
  return `must be a text, ${got(input)}`
}

export const PathBody = z.object({ path: CachePath }).meta({ id: 'AlluxioPath' })
export const PathQuery = { path: queryWord.meta({ description: 'one of them; default: all' }) }

/** A list as every family answers it. */
export function resultsOf(item: z.ZodType, id: string) {
  return z.object({ results: z.array(item) }).meta({ id })
}

/** The same, or one item of it when the ask names one. */
export function resultsOrOne(item: z.ZodType, id: string) {
  return z.union([resultsOf(item, id), item])
}

/** Which of several keys were given. */
export function givenOf<K extends string>(keys: readonly K[], from: Partial<Record<K, unknown>>): K[] {
  return keys.filter(key => from[key] !== undefined)
}

/** An issue whose sentence is whole and needs no name of a field before it. */
export function whole(message: string) {
  return { code: 'custom' as const, message, path: [], params: { whole: true } }
}

/** An answer without what is empty; 0 and false say something. */
export function omitEmpty(answer: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(answer).filter(([, value]) => !isEmpty(value)))
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true
  if (typeof value !== 'object') return false
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0
}
