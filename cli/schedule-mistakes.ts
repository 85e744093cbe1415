// refusals of the daemon in the words of the command line: flags, what was typed, and a mark below the place of a mistake
import * as z from 'zod'
import { Failure } from './failure.ts'
import type { Options } from './options.ts'
import { toOffsetTime } from './schedule-time.ts'
import { toWidth } from './table.ts'
import { toDuration, toPrintable } from './words.ts'

/** What was asked, as it went to the daemon, and as it was typed. */
export type Typed = {
  readonly body: unknown
  readonly options?: Options
  /** Instants that nobody typed are told on its clock. */
  readonly zone?: string | undefined
}

/** Asks with a body; a refusal that names a place in one of its texts shows the text with a mark below that place. */
export async function asTyped<T>(typed: Typed, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    const failure = new Failure(thrown.exit, `${inFlags(thrown.message, typed)}${toMark(typed.body, thrown)}`, thrown)
    failure.details = thrown.details
    throw failure
  }
}

const Misplaced = z.object({ field: z.string(), position: z.int().min(1) })

function toMark(body: unknown, { details }: Failure): string {
  const place = Misplaced.safeParse(details)
  const text = place.success ? textAt(body, place.data.field) : undefined
  if (!place.success || text === undefined) return ''
  const before = toPrintable([...text].slice(0, place.data.position - 1).join(''))
  return `\n  ${toPrintable(text)}\n  ${' '.repeat(toWidth(before))}^`
}

// a field as mistakes name it, such as `paths[1]`
function textAt(body: unknown, field: string): string | undefined {
  let at = body
  for (const key of field.match(/[^.[\]]+/g) ?? []) at = Object(at)[key]
  return typeof at === 'string' ? at : undefined
}

/** Fields that no sentence has for another reason. */
const FLAGS: Readonly<Record<string, string>> = {
  ...{ startAt: '--start', endAt: '--end', jitterSeconds: '--jitter', readyBy: '--ready-by' },
  ...{ quietHours: '--quiet', 'quietHours.from': '--quiet', 'quietHours.to': '--quiet' },
  ...{ misfireWithinSeconds: '--misfire-within', waitFor: '--wait-for', 'waitFor.path': '--wait-for' },
  ...{ 'waitFor.stableMinutes': '--stable', stableMinutes: '--stable' },
  ...{ 'waitFor.withinMinutes': '--within', withinMinutes: '--within' },
  ...{ 'options.replication': '--replicas', 'options.timeoutSeconds': '--timeout' },
}
/** Fields that are also plain words: only where a sentence begins with them. */
const SUBJECTS =
  /^(from and to|from|to|slot|name|description|zone|cluster|overlap|misfire|notify)(?= must )|(?<=^to must not be before )from/g
const FIELD = new RegExp(
  `(?<![\\w.-])(${Object.keys(FLAGS).sort(byLength).join('|').replaceAll('.', '\\.')})(?![\\w.])`,
  'g',
)
const QUOTED = /("(?:[^"\\]|\\.)*")/
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g
const TAIL_UNITS: readonly (readonly [start: RegExp, unitMs: number])[] = [
  [/^--(jitter|misfire-within|timeout)/, 1_000],
  [/^--(stable|within)/, 60_000],
]

function byLength(a: string, b: string): number {
  return b.length - a.length
}

function inFlags(message: string, typed: Typed): string {
  const spoken = message
    .replace(SUBJECTS, words => words.replace(/\b(?!and\b)\w+/g, word => `--${word}`))
    .split(QUOTED)
    .map((part, at) => (at % 2 === 1 ? part : part.replace(FIELD, field => FLAGS[field] ?? field)))
    .join('')
  const unit = TAIL_UNITS.find(([start]) => start.test(spoken))?.[1]
  const told =
    unit === undefined
      ? spoken
      : spoken.replace(/\b\d+(?=(?:, got \d+)?\.$)/g, count => toDuration(Number(count) * unit))
  const known = toTypedInstants(typed)
  return told.replace(INSTANT, at => known.get(at) ?? (typed.zone === undefined ? at : toOffsetTime(at, typed.zone)))
}

const SENT = { startAt: 'start', endAt: 'end', from: 'from', to: 'to', slot: 'slot' } as const

// each instant that went to the daemon, with the text it was read from
function toTypedInstants({ body, options = {} }: Typed): ReadonlyMap<unknown, string> {
  const pairs = Object.entries(SENT).map(([field, flag]) => [Object(body)[field], options[flag]] as const)
  return new Map(pairs.filter((pair): pair is [string, string] => pair[0] !== undefined && pair[1] !== undefined))
}
