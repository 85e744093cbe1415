// names, paths and markers with date macros: checked at the door, and filled in for a slot
import { AppError, shown } from '../../shared/errors.ts'
import { JobName, MOST_PATHS } from '../../shared/job.ts'
import { CachePath } from '../../shared/path.ts'
import { fillTemplate, type Moment } from './fill.ts'
import { MOST_TEXTS, readTemplate, type Template } from './macros.ts'

/** A mistake in a text, as one sentence and for programs. */
export type Mistake = {
  readonly sentence: string
  readonly details: {
    readonly field: string
    readonly allowed: string
    readonly got: string
    readonly position?: number
  }
}

export type Texts = { readonly texts: readonly string[] } | { readonly mistake: Mistake }

/** A text that somebody wrote: where it stands, and what has to become of it. */
export type Written = { readonly field: string; readonly text: string; readonly as: 'path' | 'name' | 'text' }

const SCHEMAS = { path: CachePath, name: JobName, text: undefined } as const
const YEARS = 'the years 1000 to 9999'

/** All texts of one that was written, oldest first, each once; or the first mistake. */
export function fillWritten({ field, text, as }: Written, moment: Moment): Texts {
  const template = readOnce(text)
  if ('mistake' in template) return { mistake: template.mistake(field) }
  const filled = fillTemplate(template, moment)
  if (filled === undefined) return { mistake: toMistake(field, { verb: 'stay within', allowed: YEARS, got: text }) }
  const texts = [...new Set(filled)]
  if (as === 'name' && texts.length > 1)
    return { mistake: toMistake(field, { verb: 'stand for', allowed: 'one text', got: text }) }
  for (const one of texts) {
    const problem = SCHEMAS[as]?.safeParse(one).error?.issues[0]?.message
    if (problem === undefined) continue
    return { mistake: { sentence: `${field} ${problem}.`, details: { field, allowed: problem, got: text } } }
  }
  return { texts }
}

/** The paths of a firing, each once; or the first mistake. */
export function fillPaths(paths: readonly string[], moment: Moment): Texts {
  const all = new Set<string>()
  for (const [at, text] of paths.entries()) {
    const filled = fillWritten({ field: `paths[${at}]`, text, as: 'path' }, moment)
    if ('mistake' in filled) return filled
    for (const path of filled.texts) all.add(path)
    // far beyond it nobody needs the rest
    if (all.size > MOST_PATHS) return { mistake: toTooMany(all.size) }
  }
  return { texts: [...all] }
}

const OWN = /^(?:\/|(?:gfs|goosefs|alluxio):\/\/)/

/** The one path of a marker. */
export function fillMarker(text: string, moment: Moment): Texts {
  // an agent looks it up by its name in the cache; an address in the under storage has none of itself
  if (!OWN.test(text))
    return { mistake: toMistake('waitFor', { verb: 'begin with', allowed: '"/" or "gfs://"', got: text }) }
  const filled = fillWritten({ field: 'waitFor', text, as: 'path' }, moment)
  if ('mistake' in filled || filled.texts.length === 1) return filled
  return { mistake: toMistake('waitFor', { verb: 'stand for', allowed: 'one path', got: text }) }
}

type Asked = {
  readonly name?: string | undefined
  readonly paths: readonly string[]
  readonly marker?: string | undefined
  readonly zone: string
}

// what fails on some days only: leap days, ends of months and years
const SAMPLES = [Date.UTC(2024, 1, 29, 12), Date.UTC(2025, 11, 31, 23, 59, 59), Date.UTC(2038, 0, 1)]

/** Throws INVALID_INPUT for what cannot be filled in, or fills in to no path or name. */
export function checkTemplates({ name, paths, marker, zone }: Asked): void {
  for (const instant of SAMPLES) {
    const moment = { instant, zone }
    const filled = [
      ...(name === undefined ? [] : [fillWritten({ field: 'name', text: name, as: 'name' }, moment)]),
      fillPaths(paths, moment),
      ...(marker === undefined ? [] : [fillMarker(marker, moment)]),
    ]
    for (const one of filled) if ('mistake' in one) throw toError(one.mistake)
  }
}

/** A mistake as the caller hears of it. */
export function toError({ sentence, details }: Mistake): AppError {
  return new AppError('INVALID_INPUT', sentence, { details })
}

type Read = Template | { readonly mistake: (field: string) => Mistake }

const MOST_KEPT = 20_000
const kept = new Map<string, Read>()

// the same texts are filled in again and again
function readOnce(text: string): Read {
  const before = kept.get(text)
  if (before !== undefined) return before
  if (kept.size >= MOST_KEPT) kept.clear()
  const read = toRead(text)
  kept.set(text, read)
  return read
}

function toRead(text: string): Read {
  const read = readTemplate(text)
  if ('parts' in read) return read
  const { got, position, allowed } = read
  const rule =
    allowed === undefined ? { verb: 'stand for', allowed: `at most ${MOST_TEXTS} texts` } : { verb: 'hold', allowed }
  return { mistake: field => toMistake(field, { ...rule, got, position }) }
}

type Broken = { readonly verb: string; readonly allowed: string; readonly got: string; readonly position?: number }

function toMistake(field: string, { verb, allowed, got, position }: Broken): Mistake {
  const where = position === undefined ? '' : ` at character ${position}`
  return {
    sentence: `${field} must ${verb} ${allowed}, got ${shown(got)}${where}.`,
    details: { field, allowed, got, ...(position !== undefined && { position }) },
  }
}

function toTooMany(count: number): Mistake {
  const allowed = `at most ${MOST_PATHS} paths`
  return {
    sentence: `paths must stand for ${allowed}, got more.`,
    details: { field: 'paths', allowed, got: `${count} or more` },
  }
}
