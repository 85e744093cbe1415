// what an answer of DingTalk means: whether it is a success at all, and if not, the row of the table that fits
import type { Failed } from '../../../shared/chat.ts'
import { createRedactor, STARS } from '../../../shared/log.ts'
import type { Reply } from '../call.ts'
import { HINTS, type Matter } from './hints.ts'
import type { Way } from './port.ts'
import { REFUSALS, type Refusal, UNHEARD_OF } from './refusals.ts'

export type Json = Readonly<Record<string, unknown>>
/** No refusal: what it is a success of, its way has to look up. */
export type Answer = { readonly ok: true; readonly json: Json } | { readonly ok: false; readonly failed: Failed }

/** Why something failed, by the platform's code (or ours) and words. */
type Words = {
  readonly code: string
  readonly said?: string
  readonly status?: number
  readonly hide?: readonly string[]
}

/** Where the platform's own words say more than our hint. */
const QUOTED: ReadonlySet<Matter> = new Set(['ours', 'unheardOf', 'notDelivered'])
const LONGEST_QUOTE = 160

/** Reads what came back. Success is what says so: an unknown code, an empty body, a page are none. */
export function readAnswer(reply: Reply, way: Way): Answer {
  if (!reply.reached) return { ok: false, failed: toUnreached(reply, way) }
  const { status, text, hide } = reply
  const fine = status >= 200 && status < 300
  const json = parse(text)
  const refused = (code: string, said = ''): Answer => ({
    ok: false,
    failed: toFailed(way, { code, said, status, hide }),
  })
  if (json === undefined) return refused(toPageCode(status, text))
  const code = codeOf(json)
  if (code !== undefined) return refused(code, wordsOf(json))
  return fine ? { ok: true, json } : refused(`http-${status}`)
}

/** A refusal as the table knows it. */
export function toFailed(way: Way, words: Words): Failed {
  const { code, said = '', status = 0, hide = [] } = words
  const byStatus = status === 429 || status >= 500 ? find(way, `http-${status}`, '') : undefined
  return toHint(find(way, code, said) ?? byStatus ?? UNHEARD_OF, { code: scrub(code, hide), said: scrub(said, hide) })
}

/** A text of the platform's, or nothing. Numbers are texts to it now and then. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function find(way: Way, code: string, said: string): Refusal | undefined {
  return REFUSALS.find(row => {
    if (row.ways !== undefined && !row.ways.includes(way)) return false
    if (row.text !== undefined && !row.text.test(said)) return false
    if (row.code === undefined) return true
    return typeof row.code === 'string' ? row.code === code : row.code.test(code)
  })
}

function toHint(row: Refusal, { code, said }: { readonly code: string; readonly said: string }): Failed {
  const { en, zh } = HINTS[row.matter]
  const quote = QUOTED.has(row.matter) ? `${code} ${said}`.trim() : ''
  return {
    ...{ class: row.class, code },
    en: quote === '' ? en : `${en} (${quote})`,
    zh: quote === '' ? zh : `${zh}（${quote}）`,
    ...(row.waitMs !== undefined && { waitMs: row.waitMs }),
  }
}

/** Without an answer. Asking for a token sends nothing, so that nothing can have arrived. */
function toUnreached({ heard, why }: Extract<Reply, { reached: false }>, way: Way): Failed {
  const words = { code: why, said: '' }
  if (why === 'ABORT_ERR' && (!heard || way === 'token')) {
    return toHint({ class: 'busy', matter: 'closing' }, { ...words, code: 'closing' })
  }
  if (heard && way !== 'token') return toHint({ class: 'unknown', matter: 'noAnswer' }, words)
  return toHint(find(way, why, '') ?? { class: 'busy', matter: 'unreachable' }, words)
}

/** Of an answer that is no JSON. A page in place of a normal answer is how an address is barred. */
function toPageCode(status: number, text: string): string {
  const fine = status >= 200 && status < 300
  if (/^\s*</.test(text) && (fine || status === 403 || status === 405)) return '1111'
  return fine ? 'odd-answer' : `http-${status}`
}

/** The code of a refusal; undefined when there is none. 88 only says that the gateway refused, its sub-code why. */
function codeOf(json: Json): string | undefined {
  if (textOf(json['status']) === '1111') return '1111'
  const errcode = textOf(json['errcode'])
  if (errcode === '88' && textOf(json['sub_code']) !== '') return textOf(json['sub_code'])
  if (errcode !== '') return errcode === '0' ? undefined : errcode
  const code = textOf(json['code'])
  return code === '' ? undefined : code
}

function wordsOf(json: Json): string {
  return ['errmsg', 'sub_msg', 'message']
    .map(name => textOf(json[name]))
    .join(' ')
    .trim()
}

function parse(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJson(value) ? value : undefined
  } catch {
    // no JSON: what it is instead is told by its beginning
    return undefined
  }
}

/** Somebody else's words as they may be shown: without secrets and line breaks, and short. */
function scrub(said: string, hide: readonly string[]): string {
  const plain = String(createRedactor(hide)(said)).replace(
    /\b((?:session|ticket|sign|access_token)=)[^&\s"']+/gi,
    `$1${STARS}`,
  )
  const line = plain.replace(/[\s\p{Cc}]+/gu, ' ').trim()
  return line.length <= LONGEST_QUOTE ? line : `${line.slice(0, LONGEST_QUOTE - 1)}…`
}
