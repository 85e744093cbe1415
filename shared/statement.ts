// the line that people write: a word, paths, bare words and key=value, in whatever width their keyboard gave it
import { isPathAt, readTokens, type Token, toRepeatedKey } from './statement-tokens.ts'
import { toHalfWidth, toHalfWidthPath, withHalfWidthMacros, withoutNothing } from './width.ts'

export type { StatementProblem } from './statement-tokens.ts'

export type Statement = {
  /** The first word, as typed but normalised; empty when the line begins with a path. */
  readonly word: string
  /** What is no path and no `key=value`, in order, quotes taken off. */
  readonly words: readonly string[]
  readonly paths: readonly string[]
  /** Keys as typed, but normalised and in lower case. */
  readonly options: Readonly<Record<string, string>>
  /** The whole line, normalised: what a question repeats. */
  readonly line: string
}

type Part =
  | { readonly kind: 'first' | 'word' | 'path'; readonly text: string }
  | { readonly kind: 'pair'; readonly key: string; readonly value: string }

/**
 * Reads a line (or several) as a statement. Pure, in linear time, and its `line` is read as the same statement again.
 *
 * What is normalised: characters without width go everywhere; leading `@robot`s go; blanks of any width separate, and so do
 * `,，、;；` before a blank, a quote, a path or the end. Bare words and keys are folded to half width whole, bare values in
 * letters and digits. What is in quotes stays as it is (`"…"` knows `\"` and `\\`). Of a path only its beginning is changed:
 * a scheme, the host and port behind it, the first slash. A path that begins with a full-width slash was typed by a keyboard
 * in full-width mode: its letters, digits and `／．－＿＝` are folded too. All else of a path may be part of a file's name:
 * `/数据：2024，上` stays. A Chinese word may touch what it is about: `预热：/a`, `停止17`.
 *
 * Throws INVALID_INPUT, with a `StatementProblem` as its details, for a quote that is not closed and a key given twice.
 */
export function parseStatement(text: string): Statement {
  const parts = toParts(readTokens(withoutNothing(text)))
  const options = new Map<string, string>()
  for (const part of parts) {
    if (part.kind !== 'pair') continue
    if (options.has(part.key)) throw toRepeatedKey(part.key)
    options.set(part.key, part.value)
  }
  const textsOf = (kind: Part['kind']): string[] =>
    parts.flatMap(part => (part.kind === kind && part.kind !== 'pair' ? [part.text] : []))
  return {
    word: textsOf('first')[0] ?? '',
    words: textsOf('word'),
    paths: textsOf('path'),
    options: Object.fromEntries(options),
    line: parts.map(write).join(' '),
  }
}

function toParts(tokens: readonly Token[]): Part[] {
  const begin = tokens.findIndex(token => token.kind !== 'bare' || !/^[@＠]/.test(token.text))
  const [first, ...rest] = begin < 0 ? [] : tokens.slice(begin)
  if (first === undefined) return []
  const [head, ...more] = first.kind === 'bare' ? toFirst(first.text) : [toPart(first)]
  const named: Part[] = head?.kind === 'word' ? [{ ...head, kind: 'first' }] : head === undefined ? [] : [head]
  return [...named, ...more, ...rest.map(toPart)]
}

function toPart(token: Token): Part {
  if (token.kind === 'pair') return token
  if (isPathAt(token.text)) return { kind: 'path', text: withHalfWidthMacros(toPath(token.text)) }
  return { kind: 'word', text: token.kind === 'bare' ? toHalfWidth(token.text) : token.text }
}

const TOUCHING = /^(\p{L}[\p{L}\p{N}_-]*)[:：](.*)$/su
const TOUCHING_HAN = /^(\p{Script=Han}+)(.+)$/su
const TOUCHED = /^[#＃]?[\w\uff10-\uff19\uff21-\uff3a\uff41-\uff5a-]+$/

/** The first word, and what touches it: `预热：/a`, `预热/a`, `停止17`, `确认AB2C`, `load:`. */
function toFirst(text: string): Part[] {
  const bare = (one: string): Part => toPart({ kind: 'bare', text: one })
  if (isPathAt(text)) return [bare(text)]
  for (const touching of [TOUCHING_HAN, TOUCHING]) {
    const [, word = '', rest = ''] = touching.exec(text) ?? []
    if (word !== '' && (isPathAt(rest) || TOUCHED.test(rest))) return [bare(word), bare(rest)]
    if (word !== '' && rest === '') return [bare(word)]
  }
  return [bare(text)]
}

const URI = /^([^:：]*)[:：]([/／]{2})([^/／]*)(.*)$/s

function toPath(text: string): string {
  if (/^[/／]/.test(text)) return toTail(text)
  const [, scheme = '', slashes = '', authority = '', tail = ''] = URI.exec(text) ?? []
  const isWide = slashes.includes('／')
  return `${toHalfWidth(scheme).toLowerCase()}://${toHalfWidth(authority)}${isWide ? toHalfWidthPath(tail) : toTail(tail)}`
}

const toTail = (tail: string): string => (tail.startsWith('／') ? toHalfWidthPath(tail) : tail)

// what reads as itself without quotes
const PLAIN_FIRST = /^(?:[\p{L}\p{N}_-]+|\?)$/u
const PLAIN_WORD = /^(?:[\p{L}\p{N}_#?.+%*-][\p{L}\p{N}_#?.+%*:-]*|\*\/\d+)$/u
const PLAIN_VALUE = /^[\p{L}\p{N}_#?.+%*:/=@-]*$/u
const PLAIN_PATH = /^[^\s"'“”„‟＂‘’‚‛＇,，、;；\u0085\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+$/

function write(part: Part): string {
  if (part.kind === 'pair') return `${part.key}=${writeText(part.value, PLAIN_VALUE)}`
  if (part.kind === 'path') return PLAIN_PATH.test(part.text) ? part.text : quote(part.text)
  if (part.kind === 'word') return writeText(part.text, PLAIN_WORD)
  const [, , rest = ''] = TOUCHING_HAN.exec(part.text) ?? []
  return TOUCHED.test(rest) ? quote(part.text) : writeText(part.text, PLAIN_FIRST)
}

function writeText(text: string, plain: RegExp): string {
  return plain.test(text) && toHalfWidth(text) === text ? text : quote(text)
}

const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`
