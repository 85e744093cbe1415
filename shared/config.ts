// a process's environment to its frozen configuration, or every mistake at once
import * as z from 'zod'
import { STARS } from './log.ts'

/** One environment variable: its name, what it may hold (`undefined` when it is unset), and whether it may be shown. */
export type Setting<T> = {
  readonly variable: string
  readonly schema: z.ZodType<T, string | undefined>
  readonly secret: boolean
  /** An empty value is a value; otherwise it counts as unset. */
  readonly emptyCounts: boolean
}

// the settings of a table have different types; this is what they have in common
export type Settings = Readonly<Record<string, Setting<unknown>>>
export type ConfigOf<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never
}
export type Environment = Readonly<Record<string, string | undefined>>

/** The environment cannot be used; each mistake is one sentence that names the variable. Exit code 78. */
export class ConfigError extends Error {
  readonly mistakes: readonly string[]

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'))
    this.name = 'ConfigError'
    this.mistakes = mistakes
  }
}

/** Declares a variable. */
export function setting<T>(
  variable: string,
  schema: z.ZodType<T, string | undefined>,
  options: { secret?: boolean; emptyCounts?: boolean } = {},
): Setting<T> {
  return { variable, schema, secret: options.secret ?? false, emptyCounts: options.emptyCounts ?? false }
}

/** Reads all settings of a table. Throws a `ConfigError` with every mistake at once; the answer is frozen. */
export function parseSettings<S extends Settings>(settings: S, environment: Environment): ConfigOf<S> {
  const config: Record<string, unknown> = {}
  const mistakes: string[] = []
  for (const [name, row] of Object.entries(settings)) {
    const given = environment[row.variable]
    const parsed = row.schema.safeParse(given === '' && !row.emptyCounts ? undefined : given)
    if (parsed.success) config[name] = freeze(parsed.data)
    else mistakes.push(`${row.variable} ${toMistake(parsed.error, row.secret ? STARS : given)}`)
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes)
  // every name of the table was just filled from its own schema
  return Object.freeze(config) as ConfigOf<S>
}

/** The configuration as `NAME=value` lines for `--check`: secrets as stars, unset ones empty. */
export function showSettings<S extends Settings>(settings: S, config: ConfigOf<S>): string[] {
  return Object.entries(settings).map(([name, row]) => {
    const value = config[name]
    if (value === undefined) return `${row.variable}=`
    if (row.secret) return `${row.variable}=${STARS}`
    return `${row.variable}=${Array.isArray(value) ? value.join(',') : String(value)}`
  })
}

/** Values of secret settings, for the redaction of logs. */
export function secretsOf<S extends Settings>(settings: S, config: ConfigOf<S>): string[] {
  return Object.entries(settings)
    .filter(([, row]) => row.secret)
    .map(([name]) => config[name])
    .filter(value => typeof value === 'string')
}

/** Some text, or nothing. */
export const optionalText = z.string().optional()

/** Some text with a value for when it is unset. */
export function textOr(fallback: string): z.ZodType<string, string | undefined> {
  return z.string().default(fallback)
}

/** A whole number in a range with a value for when it is unset. */
export function numberOr(fallback: number, range: { min: number; max: number }): z.ZodType<number, string | undefined> {
  const expected = `must be a whole number from ${range.min} to ${range.max}`
  return z
    .string()
    .default(String(fallback))
    .refine(text => /^\d{1,15}$/.test(text) && Number(text) >= range.min && Number(text) <= range.max, expected)
    .transform(Number)
}

/** One of some words with a value for when it is unset. */
export function wordOr<const W extends string>(fallback: W, words: readonly W[]): z.ZodType<W, string | undefined> {
  const expected = `must be one of ${words.join(', ')}`
  return z
    .string()
    .default(fallback)
    .refine((text): text is W => words.some(word => word === text), expected) as z.ZodType<W, string | undefined>
}

/** An http or https address without a trailing slash, or nothing. */
export const optionalUrl: z.ZodType<string | undefined, string | undefined> = z
  .string()
  .refine(isHttpUrl, 'must be an address such as http://host:8080')
  .transform(text => text.replace(/\/+$/, ''))
  .optional()

/** An http or https address with a value for when it is unset. */
export function urlOr(fallback: string): z.ZodType<string, string | undefined> {
  return optionalUrl.transform(url => url ?? fallback)
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}

function toMistake(error: z.ZodError, given: string | undefined): string {
  const expected = error.issues.map(issue => issue.message).join(' and ')
  return `${expected}, ${given === undefined ? 'but is not set' : `not ${JSON.stringify(given)}`}`
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) freeze(item)
  return Object.freeze(value)
}
