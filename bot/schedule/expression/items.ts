// one field of an expression: its list of values, ranges, steps and special days
import { allowedIn, type Dialect, type Field, readValue, SPECIAL, sizeOf } from './fields.ts'
import { type Piece, toMistake } from './mistake.ts'

/** What a field holds, in the canonical dialect. */
export type Content = {
  /** `*` when it holds everything. */
  readonly text: string
  /** Ascending; special days are not among them. */
  readonly values: readonly number[]
  /** `L`, `LW`, `15W`, `5L`, `1#2`. */
  readonly special: readonly string[]
  /** It was written as `*` or `?`. */
  readonly open: boolean
}

type Item = { readonly text: string; readonly values: readonly number[]; readonly isSpecial?: true }
type Context = { readonly field: Field; readonly dialect: Dialect }

/** Reads a field. Throws INVALID_INPUT with the position of what is wrong. */
export function readContent(piece: Piece, context: Context): Content {
  const { field } = context
  if (piece.text === '?') return { text: '*', values: allOf(field), special: [], open: true }
  const parts = split(piece, ',')
  const items = parts.map(part => readItem(part, context))
  const values = [...new Set(items.flatMap(item => item.values))].sort((one, other) => one - other)
  const special = items.filter(item => item.isSpecial).map(({ text }) => text)
  const open = parts.some(({ text }) => /^\*(\/0*1)?$/.test(text))
  if (values.length === sizeOf(field)) return { text: '*', values, special: [], open }
  return { text: toList(items), values, special: [...new Set(special)], open: false }
}

const allOf = ({ min, max }: Field): number[] => count({ from: min, to: max, step: 1 })

/** Plain values in their order, special days after them. */
function toList(items: readonly Item[]): string {
  const first = ({ values }: Item): number => values[0] ?? Number.POSITIVE_INFINITY
  const sorted = [...items].sort((one, other) => {
    const [a, b] = [first(one), first(other)]
    if (a !== b) return a < b ? -1 : 1
    return one.text < other.text ? -1 : 1
  })
  return [...new Set(sorted.map(({ text }) => text))].join(',')
}

function split({ text, at }: Piece, by: string): Piece[] {
  let next = at
  return text.split(by).map(part => {
    const piece = { text: part, at: next }
    next += part.length + by.length
    return piece
  })
}

function refuse(got: Piece, { field, dialect }: Context): never {
  throw toMistake({ field: field.name, must: `have ${allowedIn(field, dialect)}`, got })
}

function readItem(piece: Piece, context: Context): Item {
  const special = readSpecial(piece, context)
  if (special !== undefined) return { text: special, values: [], isSpecial: true }
  const [base = piece, step, more] = split(piece, '/')
  if (more !== undefined) refuse(piece, context)
  if (checkSpecial(piece, context)) throw toMistake(toNotAlone(piece, context))
  const by = step === undefined ? undefined : readStep(step, { piece, ...context })
  if (base.text === '*') return toItem({ from: context.field.min, to: context.field.max, step: by ?? 1 }, context)
  const ends = split(base, '-')
  // what is no value but may stand somewhere would contradict what is said to be allowed
  if (ends.length > 2 || ends.some(({ text }) => text === '' || text === '*')) refuse(base, context)
  const [from = 0, to] = ends.map(end => readValue(end.text, context.field, context.dialect) ?? refuse(end, context))
  if (to !== undefined) return toItem({ from, to: aheadOf({ from, to, base }, context), step: by ?? 1 }, context)
  if (by === undefined) return toItem({ from, to: from, step: 1 }, context)
  // a start and a step go on to the end
  const start = within(from, context.field)
  return toItem({ from: start, to: context.field.max, step: by }, context)
}

/** Whether a special day stands in a range or has a step: `L-2`, `1-LW`, `15W/2`. */
function checkSpecial(piece: Piece, { field }: Context): boolean {
  const special = SPECIAL[field.name]
  const parts = piece.text.split(/[-/]/)
  return special !== undefined && parts.length > 1 && parts.some(part => special.pattern.test(part))
}

function toNotAlone(got: Piece, { field }: Context): Parameters<typeof toMistake>[0] {
  return { field: field.name, must: `have ${SPECIAL[field.name]?.such} alone, not in a range or with a step`, got }
}

/** The end of a range; of one that goes round, so many steps ahead. */
function aheadOf({ from, to, base }: { from: number; to: number; base: Piece }, { field }: Context): number {
  if (to >= from) return to
  if (!field.round)
    throw toMistake({ field: field.name, must: `have a range of ${field.name}s that goes up`, got: base })
  return to + sizeOf(field)
}

function readStep(step: Piece, { field, piece }: Context & { readonly piece: Piece }): number {
  const most = sizeOf(field)
  const value = /^\d{1,4}$/.test(step.text) ? Number(step.text) : 0
  if (value >= 1 && value <= most) return value
  throw toMistake({
    field: field.name,
    must: `have a step from 1 to ${most} for the ${field.name}`,
    got: step.text === '' ? piece : step,
  })
}

const within = (value: number, field: Field): number => field.min + ((value - field.min) % sizeOf(field))

type Range = { readonly from: number; readonly to: number; readonly step: number }

function count({ from, to, step }: Range): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, at) => from + at * step)
}

function toItem(range: Range, { field }: Context): Item {
  const values = [...new Set(count(range).map(value => within(value, field)))]
  return { text: toText(range, values, field), values }
}

function toText({ from, to, step }: Range, values: readonly number[], field: Field): string {
  if (values.length === sizeOf(field)) return '*'
  if (values.length === 1) return String(values[0])
  const by = step === 1 ? '' : `/${step}`
  if (from === field.min && to >= field.max) return `*${by}`
  return `${within(from, field)}-${within(to, field)}${by}`
}

/** The canonical form of a special day; undefined when it is none. */
function readSpecial(piece: Piece, context: Context): string | undefined {
  const { name } = context.field
  const { text, at } = piece
  if (name === 'day of month') {
    if (text === 'L' || text === 'LW' || text === 'WL') return text === 'L' ? 'L' : 'LW'
    const near = /^(\d+)W$/.exec(text)?.[1]
    if (near === undefined) return undefined
    return `${readValue(near, context.field, context.dialect) ?? refuse(piece, context)}W`
  }
  if (name !== 'weekday') return undefined
  const [, day = '', mark] = /^([^#]+?)(L|#.*)$/.exec(text) ?? []
  if (mark === undefined) return undefined
  // APRIL is no weekday, but ends like one
  const weekday = readValue(day, context.field, context.dialect) ?? refuse(piece, context)
  if (mark === 'L') return `${weekday % 7}L`
  if (/^#[1-5]$/.test(mark)) return `${weekday % 7}${mark}`
  const got = { text: mark.slice(1), at: at + day.length + 1 }
  throw toMistake({ field: name, must: 'have a weekday’s turn in its month from #1 to #5', got })
}
