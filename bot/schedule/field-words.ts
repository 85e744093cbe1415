// what a field of a canonical expression holds, as people list it: steps that come out even, runs, and the rest one by one

import { FIELDS } from './expression/fields.ts'
import { type Content, readContent } from './expression/items.ts'
import type { Words } from './plain-words.ts'

export type Held = {
  readonly values: readonly number[]
  readonly special: readonly string[]
  readonly isAll: boolean
  /** Every so many, from the first to the last and on to the next first. */
  readonly step?: number
}

/** What seven canonical fields hold. */
export function readHeld(cron: string): readonly Held[] {
  const texts = cron.split(' ')
  return FIELDS.map((field, at) => {
    const text = texts[at] ?? '*'
    const content = readContent({ text, at: 0 }, { field, dialect: 'standard' })
    const step = stepOf(content, field.max - field.min + 1)
    return { ...content, isAll: text === '*', ...(step !== undefined && { step }) }
  })
}

function stepOf({ values, text }: Content, size: number): number | undefined {
  const step = Number(/^\*\/(\d+)$/.exec(text)?.[1])
  return values.length > 1 && size % step === 0 ? step : undefined
}

const LONGEST_LIST = 6
const SHORTEST_RUN = 3

type Name = (value: number) => string

/** `0, 7, …, 56`, `9 to 17`, `1, 3 and 7`. */
export function toListed(values: readonly number[], name: Name = String): Words {
  const [first = 0, second = 0] = values
  const last = values.at(-1) ?? 0
  const by = second - first
  const isEven = values.every((value, at) => value === first + at * by)
  if (isEven && by > 1 && values.length > LONGEST_LIST) {
    const [one, two, end] = [name(first), name(second), name(last)]
    return { en: `${one}, ${two}, …, ${end}`, zh: `${one}、${two}、…、${end}` }
  }
  const runs = toRuns(values)
  return {
    en: listed(runs.map(run => toRun(run, name, ' to '))),
    zh: runs.map(run => toRun(run, name, '至')).join('、'),
  }
}

type Run = readonly [first: number, last: number]

function toRun([first, last]: Run, name: Name, between: string): string {
  return first === last ? name(first) : `${name(first)}${between}${name(last)}`
}

/** What follows each other, where that is shorter than a list. */
function toRuns(values: readonly number[]): readonly Run[] {
  const runs: [number, number][] = []
  for (const value of values) {
    const run = runs.at(-1)
    if (run !== undefined && run[1] + 1 === value) run[1] = value
    else runs.push([value, value])
  }
  return runs.flatMap(([first, last]): Run[] =>
    last - first + 1 >= SHORTEST_RUN
      ? [[first, last]]
      : Array.from({ length: last - first + 1 }, (_, at): Run => [first + at, first + at]),
  )
}

export const listed = (items: readonly string[]): string =>
  items.length < 2 ? items.join() : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
