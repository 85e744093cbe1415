// a list as an answer: a long one flows, made and told item by item, so that nobody else waits for it
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Answer, type Flow, toBytes, toJson } from '../../answer.ts'

/** What is told of a list; its items are made when they are told. */
export type List = {
  readonly length: number
  readonly items: () => Iterable<unknown> | AsyncIterable<unknown>
  /** What stands around the list, when it is not the whole answer. */
  readonly around?: (items: unknown) => unknown
}

/** Of so few the answer is written at once. */
const FEW = 20
const CHUNK_CHARACTERS = 65_536
const JSON_TYPE = 'application/json; charset=utf-8'
const INDENT = '    '
const PLACE = '@items@'
const encoder = new TextEncoder()

/** A JSON answer, indented when it is asked for. */
export function toBody(value: unknown, pretty: boolean, notes: readonly string[] = []): Answer {
  const made = toJson(value, { notes })
  return pretty ? { ...made, body: `${JSON.stringify(value, null, INDENT)}\n` } : made
}

/** Rows as a list of what `tell` makes of each. */
export function toList<Row>(rows: readonly Row[], tell: (row: Row) => unknown): List {
  return {
    length: rows.length,
    *items() {
      for (const row of rows) yield tell(row)
    },
  }
}

/** The list as JSON, indented when it is asked for. */
export async function toListAnswer(list: List, pretty: boolean): Promise<Answer> {
  if (list.length > FEW) return toBytes(signal => flow(list, pretty, signal), JSON_TYPE)
  const items: unknown[] = []
  for await (const item of list.items()) items.push(item)
  return toBody(list.around?.(items) ?? items, pretty)
}

async function* flow(list: List, pretty: boolean, signal: AbortSignal): Flow {
  const [head, tail] = toFrame(list, pretty)
  const depth = list.around === undefined ? 0 : 1
  const line = pretty ? `\n${INDENT.repeat(depth + 1)}` : ''
  const end = pretty ? `\n${INDENT.repeat(depth)}]${tail}\n` : `]${tail}`
  let text = `${head}[`
  let between = line
  for await (const item of list.items()) {
    text += between + (pretty ? JSON.stringify(item, null, INDENT).replaceAll('\n', line) : JSON.stringify(item))
    between = `,${line}`
    if (text.length < CHUNK_CHARACTERS) continue
    yield encoder.encode(text)
    text = ''
    await nextTurn()
    if (signal.aborted) return
  }
  yield encoder.encode(text + end)
}

function toFrame({ around = items => items }: List, pretty: boolean): readonly [string, string] {
  const [head = '', tail = ''] = JSON.stringify(around(PLACE), null, pretty ? INDENT : '').split(`"${PLACE}"`)
  return [head, tail]
}
