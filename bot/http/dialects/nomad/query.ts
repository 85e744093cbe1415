// the parameters that every read of view 002 takes, in the order in which Nomad finds mistakes in them
import * as z from 'zod'
import { got, shown } from '../../../../shared/errors.ts'
import { MINUTE } from '../../../../shared/time.ts'

const text = z.string().optional()

/** What the document tells of every read. */
const GIVEN = {
  index: text.meta({ description: 'answers when the state is beyond it, or after wait' }),
  wait: text.meta({ description: 'such as 30s or 1m30s; default 5m, at most 10m, and up to a sixteenth more' }),
  stale: text.meta({ description: 'accepted: there is one server' }),
  pretty: text.meta({ description: 'indents the answer' }),
  region: text.meta({ description: 'accepted: there is one region' }),
  namespace: text.meta({ description: 'default or *; in any other there is nothing' }),
  prefix: text.meta({ description: 'of the ID' }),
  per_page: text.meta({ description: 'a whole number; 0 or none: all' }),
  next_token: text.meta({ description: 'the header X-Nomad-NextToken of the page before' }),
  reverse: text.meta({ description: 'true: the other way round' }),
  filter: text.meta({ description: 'refused: expressions are not supported' }),
}
type Given = z.output<z.ZodObject<typeof GIVEN>>

const DEFAULT_WAIT_MS = 5 * MINUTE
const LONGEST_WAIT_MS = 10 * MINUTE
const MOST_PER_PAGE = 2 ** 31 - 1
const BIGGEST_INDEX = 2n ** 64n - 1n
const BOOLEANS: Readonly<Record<string, boolean>> = Object.fromEntries([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map(word => [word, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map(word => [word, false] as const),
])

/** A boolean as Go reads it; undefined when it is none. */
export function readBoolean(word: string): boolean | undefined {
  return Object.hasOwn(BOOLEANS, word) ? BOOLEANS[word] : undefined
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ...{ ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 },
}

/** A duration as Go writes it, in milliseconds; undefined when it is none. */
export function readDurationMs(word: string): number | undefined {
  const match = /^([+-]?)(0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.exec(word)
  if (match === null) return undefined
  const parts = word.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)
  const sum = [...parts].reduce((ms, [, amount, unit]) => ms + Number(amount) * (UNITS_MS[unit ?? ''] ?? 0), 0)
  return match[1] === '-' ? -sum : sum
}

/** Sentences are fixed as a whole: no field goes before them. */
export const WHOLE = { whole: true } as const

type Rule = { readonly broken: (given: Given) => boolean; readonly message: (given: Given) => string }
const RULES: readonly Rule[] = [
  {
    broken: ({ stale }) => stale !== undefined && stale !== '' && readBoolean(stale) === undefined,
    message: () => 'Expect `true` or `false` for `stale` query string parameter',
  },
  {
    broken: ({ per_page }) =>
      !!per_page && !(/^[+-]?\d{1,10}$/.test(per_page) && Math.abs(Number(per_page)) <= MOST_PER_PAGE),
    message: () => 'Expect a number for `per_page` query string parameter',
  },
  {
    broken: ({ filter }) => !!filter,
    message: ({ filter }) => `filter must be left out: expressions are not supported, ${got(filter)}`,
  },
  {
    broken: ({ next_token }) => !!next_token && fromToken(next_token) === undefined,
    message: ({ next_token }) =>
      `next_token must be the X-Nomad-NextToken of an earlier answer, got ${shown(next_token)}`,
  },
  { broken: ({ wait }) => !!wait && readDurationMs(wait) === undefined, message: () => 'Invalid wait time' },
  {
    broken: ({ index }) => !!index && !(/^\d{1,20}$/.test(index) && BigInt(index) <= BIGGEST_INDEX),
    message: () => 'Invalid index',
  },
]

/** What a read asks for, besides the thing itself. */
export type Asked = {
  /** Waits until the state is beyond it; 0 does not wait. */
  readonly index: number
  readonly waitMs: number
  readonly pretty: boolean
  /** A namespace in which there is nothing. */
  readonly elsewhere: boolean
  readonly prefix: string
  readonly perPage: number | undefined
  /** Where the page begins: behind this one. */
  readonly after: string | undefined
  readonly reverse: boolean
}

/** The query of a read; `more` are parameters of its own, which stay as they came. */
export function toQuery<const More extends Readonly<Record<string, z.ZodOptional<z.ZodString>>>>(more: More) {
  return z.object({ ...GIVEN, ...more }).transform((given, context): Asked & { readonly own: typeof given } => {
    const sent = given as Given
    const rule = RULES.find(({ broken }) => broken(sent))
    if (rule !== undefined) {
      context.addIssue({ code: 'custom', message: rule.message(sent), params: WHOLE })
      return z.NEVER
    }
    return { ...toAsked(sent), own: given }
  })
}

export const ReadQuery = toQuery({})

function toAsked(given: Given): Asked {
  const perPage = Number(given.per_page || 0)
  return {
    index: Number(given.index || 0),
    waitMs: toWaitMs(readDurationMs(given.wait || '0') ?? 0),
    pretty: isPretty(given),
    elsewhere: !!given.namespace && given.namespace !== 'default' && given.namespace !== '*',
    prefix: given.prefix ?? '',
    perPage: perPage > 0 ? perPage : undefined,
    after: given.next_token ? fromToken(given.next_token) : undefined,
    reverse: readBoolean(given.reverse ?? '') === true,
  }
}

/** `pretty` alone, or with anything but 0. */
export function isPretty({ pretty }: { readonly pretty?: string | undefined }): boolean {
  return pretty !== undefined && pretty !== '0'
}

// who waits is let go at slightly different times, as Nomad does
function toWaitMs(asked: number): number {
  const waitMs = asked <= 0 ? DEFAULT_WAIT_MS : Math.min(asked, LONGEST_WAIT_MS)
  return Math.ceil(waitMs + (Math.random() * waitMs) / 16)
}

/** Where the next page begins, as the client hands it back. */
export function toToken(id: string): string {
  return Buffer.from(id).toString('base64url')
}

function fromToken(token: string): string | undefined {
  const id = Buffer.from(token, 'base64url').toString()
  return toToken(id) === token ? id : undefined
}

/** One page of what has an ID, in the order of the IDs. */
export function toPage<Item extends { readonly ID: string }>(
  items: readonly Item[],
  { prefix, perPage, after, reverse }: Asked,
): { readonly items: readonly Item[]; readonly next?: string } {
  const wanted = items.filter(item => item.ID.startsWith(prefix.toLowerCase()))
  const sorted = wanted.sort((a, b) => (a.ID < b.ID ? -1 : 1))
  const ordered = reverse ? sorted.reverse() : sorted
  const left = after === undefined ? ordered : ordered.filter(({ ID }) => (reverse ? ID < after : ID > after))
  const page = left.slice(0, perPage)
  const last = page[page.length - 1]
  return page.length < left.length && last !== undefined ? { items: page, next: last.ID } : { items: page }
}
