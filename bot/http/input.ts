// parameters, query and body read with an endpoint's schemas in one go, so that one error lists every mistake
import type * as z from 'zod'
import { AppError, got, shown } from '../../shared/errors.ts'
import type { Endpoint } from './endpoint.ts'

export type RawInput = { readonly params: unknown; readonly query: unknown; readonly body: unknown }
/** Every value of each parameter of a query. */
export type Queries = Readonly<Record<string, readonly string[]>>
export type Mistake = { readonly in: keyof RawInput; readonly field: string; readonly message: string }

const MOST_MISTAKES = 1_000
const MOST_IN_MESSAGE = 5
const PARTS = ['params', 'query', 'body'] as const

/** Reads all parts; parts without a schema are not looked at. Throws `INVALID_INPUT` with all mistakes in `details`. */
export function parseInput(
  endpoint: Pick<Endpoint, 'params' | 'query' | 'body'>,
  given: Omit<RawInput, 'query'> & { readonly queries: Queries },
): RawInput {
  const input: Record<keyof RawInput, unknown> = { params: undefined, query: undefined, body: undefined }
  const raw: RawInput = { params: given.params, query: toQuery(given.queries), body: given.body }
  const mistakes: Mistake[] = endpoint.query === undefined ? [] : findRepeated(given.queries)
  for (const part of PARTS) {
    const schema = endpoint[part]
    if (schema === undefined) continue
    const parsed = schema.safeParse(raw[part], { error: toSentence })
    if (parsed.success) input[part] = parsed.data
    else mistakes.push(...parsed.error.issues.slice(0, MOST_MISTAKES).map(issue => toMistake(part, issue)))
  }
  if (mistakes.length > 0) throw toError(mistakes)
  return input
}

function toQuery(queries: Queries): Record<string, string> {
  return Object.fromEntries(Object.entries(queries).map(([name, [first]]) => [name, first ?? '']))
}

// which of them was meant nobody knows
function findRepeated(queries: Queries): Mistake[] {
  return Object.entries(queries)
    .filter(([, values]) => values.length > 1)
    .map(([field, values]) => ({ in: 'query', field, message: `must be given once, ${got(values)}` }))
}

function toError(mistakes: readonly Mistake[]): AppError {
  const sentences = mistakes.slice(0, MOST_IN_MESSAGE).map(({ field, message }) => `${field} ${message}`.trim())
  const more = mistakes.length - sentences.length
  const message = sentences.join('; ') + (more > 0 ? `; and ${more} more` : '')
  return new AppError('INVALID_INPUT', message, { details: mistakes })
}

/** Of what fits none of several forms: the mistake within the form that was meant, when there is one. */
function toInner(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue
  const meant = issue.errors.map(([first]) => first).find(first => (first?.path.length ?? 0) > 0)
  return meant === undefined ? issue : toInner({ ...meant, path: [...issue.path, ...meant.path] })
}

function toMistake(part: keyof RawInput, outer: z.core.$ZodIssue): Mistake {
  const issue = toInner(outer)
  const field = issue.path.reduce<string>(
    (name, key) => (typeof key === 'number' ? `${name}[${key}]` : name === '' ? String(key) : `${name}.${String(key)}`),
    '',
  )
  // some words are fixed as a whole sentence
  const whole = issue.code === 'custom' && issue.params?.['whole'] === true
  return { in: part, field: field === '' && !whole ? `the ${part}` : field, message: issue.message }
}

type Issue = z.core.$ZodRawIssue

const SENTENCES: { readonly [code: string]: (issue: Issue) => string } = {
  invalid_type: issue => `must be ${'expected' in issue ? toKind(String(issue.expected)) : 'of another type'}`,
  invalid_value: issue => `must be one of ${'values' in issue ? (issue.values as unknown[]).join(', ') : ''}`,
  unrecognized_keys: issue => `must not have ${'keys' in issue ? (issue.keys as unknown[]).map(shown).join(', ') : ''}`,
  too_big: issue => `must be at most ${'maximum' in issue ? String(issue.maximum) : ''}${toUnit(issue)}`,
  too_small: issue => `must be at least ${'minimum' in issue ? String(issue.minimum) : ''}${toUnit(issue)}`,
  invalid_format: issue => `must be a valid ${'format' in issue ? String(issue.format) : 'value'}`,
  invalid_union: () => 'must have another form',
}

/** What a schema that has no words of its own says: the expectation and the value. */
export function toSentence(issue: Issue): string {
  const expectation = SENTENCES[issue.code ?? '']?.(issue) ?? 'is not acceptable'
  if (issue.code === 'unrecognized_keys') return expectation
  return `${expectation}, ${got(issue.input)}`
}

function toKind(expected: string): string {
  if (expected === 'int') return 'a whole number'
  return `${/^[aeiou]/.test(expected) ? 'an' : 'a'} ${expected}`
}

function toUnit(issue: Issue): string {
  const origin = 'origin' in issue ? issue.origin : ''
  if (origin === 'string') return ' characters long'
  return origin === 'array' ? ' items long' : ''
}
