// what a handler answers: a status, headers, and a body that is whole or flows

export type Flow = AsyncIterable<Uint8Array>

/** A body that flows is made only when somebody reads it; `live` ones cut a viewer that does not read. */
export type Flowing = { readonly open: (signal: AbortSignal) => Flow; readonly live: boolean }

export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array<ArrayBuffer> | Flowing | undefined
}

type More = { readonly status?: number; readonly notes?: readonly string[] }

const JSON_TYPE = 'application/json; charset=utf-8'
const TEXT_TYPE = 'text/plain; charset=utf-8'
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
const FILE_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
const LONGEST_NOTE = 1_024
const LONE_SURROGATE = /\p{Cs}/gu

/** A JSON answer; `notes` are what has to be said beside its shape. */
export function toJson(value: unknown, more: More = {}): Answer {
  return whole(JSON.stringify(value), JSON_TYPE, more)
}

/** A plain text answer; bytes are passed through. */
export function toText(text: string | Uint8Array, more: More = {}): Answer {
  return whole(text, TEXT_TYPE, more)
}

/** A page that brings its own style and needs nothing else. */
export function toHtml(html: string): Answer {
  const answer = whole(html, 'text/html; charset=utf-8', {})
  return { ...answer, headers: { ...answer.headers, 'content-security-policy': PAGE_POLICY } }
}

/** A file of the page: it may load what this daemon serves, and nothing from elsewhere. */
export function toFile(file: { readonly type: string; readonly body: string | Uint8Array }): Answer {
  const answer = whole(file.body, file.type, {})
  return { ...answer, headers: { ...answer.headers, 'content-security-policy': FILE_POLICY } }
}

/** An answer without a body. */
export function toNothing(status: number): Answer {
  return { status, headers: {}, body: undefined }
}

/** Bytes that are passed through as they come. */
export function toBytes(open: (signal: AbortSignal) => Flow, type = TEXT_TYPE): Answer {
  return { status: 200, headers: { 'content-type': type }, body: { open, live: false } }
}

/** Server-sent events; `Cache-Control` and `X-Accel-Buffering` keep proxies from holding them back. */
export function toEvents(open: (signal: AbortSignal) => Flow): Answer {
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  }
  return { status: 200, headers, body: { open, live: true } }
}

function whole(body: string | Uint8Array, type: string, more: More): Answer {
  const note = toNoteHeader(more.notes ?? [])
  return {
    status: more.status ?? 200,
    headers: { 'content-type': type, ...note },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  }
}

/** Notes as a header: it holds printable ASCII only, the rest is percent-encoded as in a URL. */
export function toNoteHeader(notes: readonly string[]): Record<string, string> {
  if (notes.length === 0) return {}
  // half of a surrogate pair cannot be encoded
  const text = notes.join('; ').slice(0, LONGEST_NOTE).replace(LONE_SURROGATE, '?')
  const encoded = Array.from(text, character =>
    /[ -~]/.test(character) ? character : encodeURIComponent(character),
  ).join('')
  return { 'x-gander-note': encoded }
}
