// the native API as the client calls it: headers, patience with a daemon that is away, errors as sentences
import { backoffMs } from '../shared/backoff.ts'
import { EXIT, Failure, toFailure } from './failure.ts'

export type Ask = {
  readonly body?: unknown
  /** Makes a POST harmless to repeat. */
  readonly key?: string
  readonly signal?: AbortSignal | undefined
  readonly headers?: Readonly<Record<string, string>>
  /** Whether asking again does no harm; reads and asks with a key always may. */
  readonly repeatable?: boolean
}

export type Api = {
  readonly url: string
  /** How long a daemon that answered before may be away, in milliseconds. */
  readonly patienceMs: number
  json(method: string, path: string, ask?: Ask): Promise<unknown>
  /** The open answer of a GET, for streams; its status is good. One try: what went wrong is thrown as it was. */
  open(path: string, ask?: Ask): Promise<Response>
  /** Repeats something harmless while the daemon is away, as long as the patience lasts. */
  patiently<T>(once: () => Promise<T>, signal?: AbortSignal): Promise<T>
}

export type ApiOptions = {
  readonly url: string
  readonly token: string | undefined
  readonly patienceMs: number
}

const BACKOFF = { minMs: 100, maxMs: 5_000 }
/** An answer cut off in the middle of a first, repeatable ask is asked for again this long. */
const FIRST_PATIENCE_MS = 2_000
const NOT_THERE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN'])
const AWAY: ReadonlySet<number> = new Set([502, 503, 504])

/** Makes the caller of one daemon. It throws `Failure` only. */
export function createApi(options: ApiOptions): Api {
  const base = options.url.replace(/\/+$/, '')
  let contacted = false

  async function attempt(method: string, path: string, ask: Ask): Promise<Response> {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: toHeaders(options.token, ask),
      // a redirect would carry an ask and its token elsewhere; its status is reported instead
      redirect: 'manual',
      ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
      ...(ask.signal === undefined ? {} : { signal: ask.signal }),
    })
    const wasContacted = contacted
    contacted = true
    if (response.ok) return response
    const failure = await readFailure(response, base)
    if (wasContacted && AWAY.has(response.status)) throw new Away(failure)
    throw failure
  }

  async function patiently<T>(method: string, ask: Ask, once: () => Promise<T>): Promise<T> {
    const repeatable = ask.repeatable ?? (method === 'GET' || ask.key !== undefined)
    const begun = Date.now()
    for (let round = 0; ; round++) {
      try {
        return await once()
      } catch (thrown) {
        if (thrown instanceof Failure || ask.signal?.aborted) throw thrown
        const patienceMs = contacted ? options.patienceMs : isAbsent(thrown) ? 0 : FIRST_PATIENCE_MS
        if (!repeatable || Date.now() - begun >= patienceMs) throw toUnreachable(base, thrown)
        await pause(backoffMs(round, BACKOFF, Math.random()), ask.signal)
      }
    }
  }

  return {
    url: base,
    patienceMs: options.patienceMs,
    json: (method, path, ask = {}) =>
      patiently(method, ask, async () => readJson(await attempt(method, path, ask), base)),
    open: (path, ask = {}) => attempt('GET', path, ask),
    patiently: (once, signal) => patiently('GET', { signal }, once),
  }
}

/** Waits, but not longer than until `signal` aborts. */
export function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, signal?.aborted ? 0 : delayMs)
    signal?.addEventListener('abort', done)
  })
}

/** The daemon cannot be reached: exit 5, with the address and how to start one. */
export function toUnreachable(url: string, cause: unknown): Failure {
  if (cause instanceof Away) return cause.failure
  const code = codeOf(cause)
  return new Failure(
    EXIT.unreachable,
    `The daemon at ${url} cannot be reached${code === undefined ? '' : ` (${code})`}. ` +
      'Start it with `node dist/bot/main.js`, or name another one with --url or GANDER_URL.',
    cause,
  )
}

/** An answer that says the daemon is not ready; worth asking again while it was there before. */
class Away extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

function toHeaders(token: string | undefined, ask: Ask): Record<string, string> {
  return {
    accept: 'application/json',
    'x-gander-via': 'cli',
    ...(ask.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(ask.key === undefined ? {} : { 'idempotency-key': ask.key }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...ask.headers,
  }
}

async function readJson(response: Response, base: string): Promise<unknown> {
  const text = await response.text()
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch (thrown) {
    throw new Failure(
      EXIT.failed,
      `${base} answered with something that is not JSON: is it the address of a Gander daemon?`,
      thrown,
    )
  }
}

async function readFailure(response: Response, base: string): Promise<Failure> {
  const text = await response.text().catch(() => '')
  const { message, details } = readTrouble(text) ?? {}
  return toFailure(response.status, message ?? `${base} answered with HTTP status ${response.status}`, details)
}

function readTrouble(text: string): { readonly message: string; readonly details?: unknown } | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || !('message' in parsed)) return undefined
    if (typeof parsed.message !== 'string' || parsed.message === '') return undefined
    return { message: parsed.message, ...('details' in parsed ? { details: parsed.details } : {}) }
  } catch {
    // not JSON: some other server or a proxy answered, and its page is nothing for a terminal
    return undefined
  }
}

function isAbsent(thrown: unknown): boolean {
  const code = codeOf(thrown)
  return code !== undefined && NOT_THERE.has(code)
}

// fetch hides the reason of the system one or two causes deep
function codeOf(thrown: unknown): string | undefined {
  for (let at: unknown = thrown, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string') return at.code
  }
  return undefined
}
