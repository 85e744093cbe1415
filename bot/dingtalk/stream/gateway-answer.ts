// what the gateway's answer means: an address to dial, or the class of what is wrong
import type { TroubleCode } from './trouble.ts'

export type Opening =
  | { readonly ok: true; readonly url: string }
  /** `detail` is for the log: an HTTP status or a system's error code, never a text from outside. */
  | { readonly ok: false; readonly code: TroubleCode; readonly detail?: string }

export type GatewayAnswer = {
  readonly status: number
  readonly text: string
  /** The gateway was asked over TLS; then the ticket does not leave without it either. */
  readonly secure: boolean
}

type Fields = Readonly<Record<string, unknown>>

const LIMITED = /Qps|Qpm|ApiCountLimit/
/** The number that DingTalk's shield puts into a body of its own when an address is banned. */
const BANNED = 1111

const CODE_OF_STATUS: Readonly<Record<number, TroubleCode>> = { 401: 'auth', 429: 'rate' }

/** Reads the answer to `connections/open`; it never throws, and nothing of the body goes on. */
export function readGatewayAnswer(answer: GatewayAnswer): Opening {
  const body = parse(answer.text)
  const code = readRefusal(answer.status, body)
  if (code !== undefined) return { ok: false, code, detail: `HTTP ${answer.status}` }
  if (body === undefined) return { ok: false, code: answer.text.trim() === '' ? 'empty' : 'proxy' }
  return readAddress(body, answer.secure)
}

function readRefusal(status: number, body: Fields | undefined): TroubleCode | undefined {
  if (body?.['status'] === BANNED) return 'banned'
  if (status >= 200 && status < 300) return undefined
  const known = CODE_OF_STATUS[status]
  if (known !== undefined) return known
  if (status >= 500) return 'unavailable'
  if (status === 403) return LIMITED.test(String(body?.['code'])) ? 'rate' : 'forbidden'
  if (status === 400) return body === undefined ? 'proxy' : 'refused'
  return status < 400 ? 'proxy' : 'unexpected'
}

function readAddress(body: Fields, secure: boolean): Opening {
  const { endpoint, ticket } = body
  if (typeof endpoint !== 'string' || typeof ticket !== 'string') return { ok: false, code: 'empty' }
  if (endpoint === '' || ticket === '') return { ok: false, code: 'empty' }
  const url = parseUrl(endpoint)
  if (url === undefined || !(url.protocol === 'wss:' || (url.protocol === 'ws:' && !secure)))
    return { ok: false, code: 'endpoint' }
  url.hash = ''
  url.searchParams.set('ticket', ticket)
  return { ok: true, url: url.href }
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    // no address: the caller says so
    return undefined
  }
}

function parse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    // HTML, XML or nothing: told apart by the caller
    return undefined
  }
}
