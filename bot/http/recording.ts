// what the book of writes is told of a request: who asked for what, from where, and what was answered
import type { Actor } from '../../shared/job.ts'
import { createRedactor, STARS } from '../../shared/log.ts'
import { isSecretName } from '../../shared/secret-name.ts'
import { type Clock, toInstant } from '../../shared/time.ts'
import type { AuditBook } from '../engine/ports.ts'
import { type Headers, viaOf } from './auth.ts'
import type { Endpoint } from './endpoint.ts'

/** A request on its way through the checks: who it turned out to be, and whether it only reads. */
export type Asked = {
  actor?: Actor
  isMild: boolean
  /** What it said, once it was read. */
  body?: unknown
  readonly from: string | undefined
}

/** A request and its end. */
export type Written = {
  readonly endpoint: Pick<Endpoint, 'effect' | 'method'>
  readonly view: string
  readonly url: string
  readonly header: Headers
  readonly asked: Asked
  readonly end: { readonly status: number; readonly code?: string | undefined }
}

/** Resolves when it is in the book; asks that only read are passed over. */
export type Recorder = (written: Written) => Promise<void>

const WRITES: ReadonlySet<string> = new Set(['own', 'write', 'manage'])
const LONGEST = 1_024
const LONGEST_SAID = 400
/** Characters of a body that are looked at: more than can be told. */
const MOST_LOOKED_AT = 4_096
const MOST_SAID = 5
/** Tokens that this daemon made, wherever somebody typed one. */
const OWN_TOKEN = /gander_[\w-]{20,}/g

/** Makes the recorder. `secrets` become stars wherever they stand in an address. */
export function createRecorder(given: {
  readonly book: Pick<AuditBook, 'record'> | undefined
  readonly secrets: readonly string[]
  readonly clock: Clock
}): Recorder {
  const { book, clock } = given
  const redact = createRedactor(given.secrets)
  const inText = (text: string): string => String(redact(text.replace(OWN_TOKEN, STARS)))
  return async ({ endpoint, view, url, header, asked, end }) => {
    if (book === undefined || asked.isMild || !WRITES.has(endpoint.effect) || endpoint.method === 'GET') return
    const { actor, from } = asked
    await book.record({
      at: toInstant(clock.now()),
      user: actor?.name ?? '',
      role: actor?.role ?? '',
      via: actor?.via ?? viaOf(header),
      view,
      what: `${endpoint.method} ${toPlace(url, inText)}`,
      ...toSaid(asked.body, inText),
      status: end.status,
      ...(end.code !== undefined && { code: end.code }),
      ...(from !== undefined && { from }),
    })
  }
}

/** The beginning of a body, with stars for values whose key sounds secret; a kept document may be large. */
function toSaid(body: unknown, inText: (text: string) => string): { said?: string } {
  if (body === undefined) return {}
  let left = MOST_LOOKED_AT
  const toTold = (key: string, value: unknown): unknown => {
    if (left <= 0) return undefined
    const told = toPlainTold(key, value)
    // before it is written as JSON, which would hide a secret with quotes in it
    const shown = typeof told === 'string' ? inText(told) : told
    left -= key.length + (typeof shown === 'string' ? shown.length : 4)
    return shown
  }
  // names of keys may be secrets too
  const text = inText(JSON.stringify(body, toTold))
  return { said: text.length <= LONGEST_SAID ? text : `${text.slice(0, LONGEST_SAID)}…` }
}

// of ten thousand paths the first ones tell enough
function toPlainTold(key: string, value: unknown): unknown {
  if (isSecretName(key) && value !== null) return STARS
  if (!Array.isArray(value) || value.length <= MOST_SAID) return value
  return [...value.slice(0, MOST_SAID), `and ${value.length - MOST_SAID} more`]
}

/** Path and query as they came, with stars for what may be a secret. */
function toPlace(url: string, inText: (text: string) => string): string {
  const { pathname, search } = new URL(url)
  const query = search.replace(/([?&])([^=&]*)=([^&]*)/g, (pair, mark: string, name: string) =>
    isSecretName(toPlain(name)) ? `${mark}${name}=${STARS}` : pair,
  )
  const text = `${pathname}${query}`
  const plain = toPlain(text)
  // percent signs must not hide a secret; where there is none, the address is told as it came
  const told = inText(plain) === plain ? inText(text) : inText(plain)
  return told.length <= LONGEST ? told : `${told.slice(0, LONGEST)}…`
}

function toPlain(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // not well encoded: then it is read as it stands
    return text
  }
}
