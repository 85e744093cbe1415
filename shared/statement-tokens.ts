// a written line taken apart: bare words, quoted texts and key=value, before anybody says what they mean
import { AppError, positionOf, shown } from './errors.ts'
import {
  isBlank,
  isEdge,
  macroAt,
  toHalfWidth,
  toHalfWidthLetters,
  withHalfWidthMacros,
  withoutEdges,
} from './width.ts'

export type Token =
  | { readonly kind: 'bare' | 'quoted'; readonly text: string }
  | { readonly kind: 'pair'; readonly key: string; readonly value: string }

/** What cannot be read as a statement; positions count the characters that people see, from 1. */
type QuoteProblem = 'unclosed-quote' | 'behind-quote'
export type StatementProblem =
  | { readonly problem: QuoteProblem; readonly position: number; readonly from: string }
  | { readonly problem: 'repeated-key'; readonly key: string }

const SEPARATORS = new Set([',', '，', '、', ';', '；'])
const ODD_DOUBLE = ['“', '”', '„', '‟', '＂']
const ODD_SINGLE = ['‘', '’', '‚', '‛', '＇']
/**
 * What opens a quote, and what closes it: the first of the first group on the line, else of the second. A straight quote is
 * closed by its like, so that odd ones may stand in it; phones pair the odd ones as they please.
 */
const CLOSERS = new Map<string, readonly (readonly string[])[]>([
  ['"', [['"'], ODD_DOUBLE]],
  ["'", [["'"], ODD_SINGLE]],
  ...ODD_DOUBLE.map((char): [string, string[][]] => [char, [ODD_DOUBLE, ['"']]]),
  ...ODD_SINGLE.map((char): [string, string[][]] => [char, [ODD_SINGLE, ["'"]]]),
])
const KEY = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}_.-]*$/u
const HAN = /\p{Script=Han}/u
const SCHEME_START =
  /[a-z\uff21-\uff3a\uff41-\uff5a][a-z\d+.\-\uff0b\uff0d\uff0e\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]*[:：][/／]{2}/iy
const LONGEST_QUOTED = 20

type Line = { readonly text: string; readonly toMistake: (problem: QuoteProblem, at: number) => AppError }
type Read<What> = { readonly what: What; readonly end: number }

/** Whether a path begins there: a slash of either width, or a scheme with two of them. */
export function isPathAt(text: string, at = 0): boolean {
  const char = text[at]
  if (char === '/' || char === '／') return true
  SCHEME_START.lastIndex = at
  return SCHEME_START.test(text)
}

/** The tokens of a text of one or more lines, in linear time. Throws INVALID_INPUT with a `StatementProblem` as its details. */
export function readTokens(text: string): Token[] {
  const tokens: Token[] = []
  let from = 0
  for (const line of text.split('\n')) {
    const begin = from
    readLine({ text: line, toMistake: (problem, at) => toMistake(problem, text, begin + at) }, tokens)
    from += line.length + 1
  }
  return tokens
}

/** Two values for one key. */
export function toRepeatedKey(key: string): AppError {
  const details: StatementProblem = { problem: 'repeated-key', key }
  return new AppError('INVALID_INPUT', `The key ${shown(key)} must be given once.`, { details })
}

function readLine(line: Line, tokens: Token[]): void {
  const { text } = line
  for (let at = 0; at < text.length; ) {
    const char = text.charAt(at)
    if (isBlank(char) || isEdge(char) || SEPARATORS.has(char)) {
      at += 1
      continue
    }
    const { what, end } = CLOSERS.has(char) ? readQuotedToken(line, at) : readBare(line, at)
    // quotes around nothing say nothing
    if (what.kind === 'pair' || what.text !== '') tokens.push(what)
    at = end
  }
}

function readQuotedToken(line: Line, at: number): Read<Token> {
  const { what: text, end } = readQuoted(line, at)
  return { what: { kind: 'quoted', text }, end }
}

function readBare(line: Line, at: number): Read<Token> {
  const { text } = line
  let equals = -1
  let isHan = true
  let end = at
  for (; end < text.length; end += 1) {
    const char = text.charAt(end)
    const macro = macroAt(text, end)
    if (macro > 0) {
      end += macro - 1
      isHan = false
      continue
    }
    // 预热“/a b” is a word and a path
    if (isBlank(char) || isEnd(text, end) || (end > at && isHan && CLOSERS.has(char))) break
    isHan &&= HAN.test(char) || char === ':' || char === '：'
    if (equals >= 0 || (char !== '=' && char !== '＝')) continue
    equals = end
    const key = toKey(text.slice(at, end))
    if (key === undefined || !CLOSERS.has(text.charAt(end + 1))) continue
    const { what: value, end: behind } = readQuoted(line, end + 1)
    return { what: { kind: 'pair', key, value }, end: behind }
  }
  const key = equals < 0 ? undefined : toKey(text.slice(at, equals))
  if (key === undefined) return { what: { kind: 'bare', text: withoutEdges(text.slice(at, end)) }, end }
  const value = withHalfWidthMacros(toHalfWidthLetters(withoutEdges(text.slice(equals + 1, end))))
  return { what: { kind: 'pair', key, value }, end }
}

/** A separator ends a token where something can begin behind it: `/a，/b` are two paths, `/a，b` is one. */
function isEnd(text: string, at: number): boolean {
  if (!SEPARATORS.has(text.charAt(at))) return false
  const next = text.charAt(at + 1)
  return next === '' || isBlank(next) || CLOSERS.has(next) || isPathAt(text, at + 1)
}

function toKey(raw: string): string | undefined {
  const key = toHalfWidth(raw).toLowerCase()
  return KEY.test(key) ? key : undefined
}

function readQuoted(line: Line, at: number): Read<string> {
  const { text } = line
  const isEscaping = text.charAt(at) === '"'
  for (const closers of CLOSERS.get(text.charAt(at)) ?? []) {
    const close = findClose(text, { from: at + 1, closers, isEscaping })
    if (close < 0) continue
    const next = text.charAt(close + 1)
    if (next !== '' && !isBlank(next) && !isEdge(next) && !SEPARATORS.has(next) && !CLOSERS.has(next))
      throw line.toMistake('behind-quote', close + 1)
    const inner = text.slice(at + 1, close)
    return { what: isEscaping ? inner.replace(/\\(["\\])/g, '$1') : inner, end: close + 1 }
  }
  throw line.toMistake('unclosed-quote', at)
}

function findClose(
  text: string,
  { from, closers, isEscaping }: { from: number; closers: readonly string[]; isEscaping: boolean },
): number {
  for (let at = from; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (closers.includes(char)) return at
    if (isEscaping && char === '\\' && /["\\]/.test(text.charAt(at + 1))) at += 1
  }
  return -1
}

const SENTENCES: Readonly<Record<QuoteProblem, string>> = {
  'unclosed-quote': 'must be closed on its line',
  'behind-quote': 'must be apart from the quote before it',
}

function toMistake(problem: QuoteProblem, text: string, at: number): AppError {
  const position = positionOf(text, at)
  const rest = [...text.slice(at, at + 2 * LONGEST_QUOTED)].slice(0, LONGEST_QUOTED).join('').split('\n')[0] ?? ''
  const details: StatementProblem = { problem, position, from: rest }
  const what = problem === 'unclosed-quote' ? 'The quote' : 'The text'
  return new AppError('INVALID_INPUT', `${what} at character ${position} ${SENTENCES[problem]}, got ${shown(rest)}.`, {
    details,
  })
}
