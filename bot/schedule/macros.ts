// date macros as they are written: `${yyyyMMdd-1d}`, ranges such as `${yyyyMMdd-6d..0d}`, and `$${` for a literal `${`
import { positionOf } from '../../shared/errors.ts'
import { checkMinute, checkNoNumber, UNCLOSED, whatIsAllowed } from './macro-mistakes.ts'

/** Years and months are constrained (31 March - 1M = 29 February), days are of the calendar, hours and minutes are real ones. */
export type Unit = 'y' | 'M' | 'w' | 'd' | 'h' | 'm'
export type Shift = { readonly unit: Unit; readonly by: number }
/** Several instants, oldest first, one unit apart. */
export type Range = { readonly unit: Unit; readonly from: number; readonly to: number }

export type Macro = {
  /** Fields and literals in their order. */
  readonly format: readonly string[]
  readonly shifts: readonly Shift[]
  readonly range?: Range
}

export type Template = {
  readonly parts: readonly (string | Macro)[]
  /** The different ranges of its macros, in the order in which they come; macros of the same one move together. */
  readonly ranges: readonly Range[]
}

/**
 * What stands where a macro should: its text, and where it begins, counted in characters from 1. `allowed`: what may stand
 * there; absent: it is in order, but there are too many texts.
 */
export type Misreading = { readonly got: string; readonly position: number; readonly allowed?: string }

/** The most texts that one template stands for. */
export const MOST_TEXTS = 1_000

const FIELDS: ReadonlySet<string> = new Set(['yyyy', 'yy', 'MM', 'M', 'dd', 'd', 'HH', 'H', 'mm', 'ss'])
const TOKEN = /([A-Za-z])\1*|[-/_.: ]/y
const SHIFT = /([+-]\d{1,6})([yMwdhm])/y
const RANGE_END = /\.\.([+-]?\d{1,6})([yMwdhm])$/y

/** Reads a text that may hold macros. */
export function readTemplate(text: string): Template | Misreading {
  const parts: (string | Macro)[] = []
  const ranges = new Map<string, Range>()
  let literal = ''
  for (let at = 0; at < text.length; ) {
    const open = text.indexOf('${', at)
    if (open < 0 || text[open - 1] === '$') {
      const end = open < 0 ? text.length : open + 2
      literal += open < 0 ? text.slice(at) : `${text.slice(at, open - 1)}\${`
      at = end
      continue
    }
    const close = text.indexOf('}', open)
    const inner = text.slice(open + 2, close < 0 ? text.length : close)
    const macro = close < 0 ? undefined : readMacro(inner)
    const got = { got: close < 0 ? text.slice(open) : text.slice(open, close + 1), position: positionOf(text, open) }
    if (macro === undefined) return { ...got, allowed: close < 0 ? UNCLOSED : whatIsAllowed(inner, KNOWING) }
    if (macro.range !== undefined) ranges.set(keyOf(macro.range), macro.range)
    if (countOf([...ranges.values()]) > MOST_TEXTS) return got
    parts.push(literal + text.slice(at, open), macro)
    literal = ''
    at = close + 1
  }
  return { parts: [...parts, literal].filter(part => part !== ''), ranges: [...ranges.values()] }
}

/** Ranges with the same key move together. */
export function keyOf({ unit, from, to }: Range): string {
  return `${from}..${to}${unit}`
}

/** How many texts a template with these ranges stands for. */
export function countOf(ranges: readonly Range[]): number {
  return ranges.reduce((product, { from, to }) => product * (to - from + 1), 1)
}

function readMacro(text: string): Macro | undefined {
  const shiftsAt = text.search(/[+-]\d/)
  const format = readFormat(shiftsAt < 0 ? text : text.slice(0, shiftsAt))
  if (format === undefined || checkMinute(text) || checkNoNumber(format.join(''), KNOWING)) return undefined
  const shifts: Shift[] = []
  let at = shiftsAt < 0 ? text.length : shiftsAt
  for (let found = matchAt(SHIFT, text, at); found !== undefined; found = matchAt(SHIFT, text, at)) {
    shifts.push({ by: Number(found[1]), unit: found[2] as Unit })
    at += found[0].length
  }
  if (at === text.length) return { format, shifts }
  const end = matchAt(RANGE_END, text, at)
  const start = shifts.pop()
  if (end === undefined || start === undefined || start.unit !== end[2]) return undefined
  const [from = 0, to = 0] = [start.by, Number(end[1])].sort((a, b) => a - b)
  return { format, shifts, range: { unit: start.unit, from, to } }
}

function readFormat(text: string): readonly string[] | undefined {
  const tokens: string[] = []
  for (let at = 0; at < text.length; ) {
    const found = matchAt(TOKEN, text, at)
    if (found === undefined || (found[1] !== undefined && !FIELDS.has(found[0]))) return undefined
    tokens.push(found[0])
    at += found[0].length
  }
  return tokens.some(token => FIELDS.has(token)) ? tokens : undefined
}

const KNOWING = {
  isMacro: (text: string): boolean => readMacro(text) !== undefined,
  isFormat: (text: string): boolean => readFormat(text) !== undefined,
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}
