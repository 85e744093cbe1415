// one request to another server as it came, and its answer as a stream that waits for whoever reads it
import { request as askHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as askHttps } from 'node:https'
import { urlToHttpOptions } from 'node:url'
import { AppError, errnoOf, toError } from '../../shared/errors.ts'
import { type Clock, SECOND } from '../../shared/time.ts'
import type { Flow } from './answer.ts'

export type Ask = {
  /** Who it is in sentences, such as `the coordinator of cluster ai`. */
  readonly who: string
  /** May have a path, which goes before that of the target, and a user with a password. */
  readonly base: URL
  readonly method: string
  /** Path and query, byte for byte. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
  /** Its abort ends the request, whatever it is at. */
  readonly signal: AbortSignal
  readonly clock: Clock
  /** How long it may say nothing: until its headers are here, and between two pieces of its body. */
  readonly withinMs: number
}

export type Upstream = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Flow
  /** Lets the connection go; for whoever does not read the body. */
  drop(): void
}

/**
 * Asks, and answers when the headers are here; redirects are answers like any other. Whatever comes instead of an answer is
 * a COMMAND_FAILED of one sentence. The body fails when it breaks off, so that nobody takes a part for the whole.
 */
export async function askUpstream(ask: Ask): Promise<Upstream> {
  const response = await begin(ask)
  const { statusCode: status = 0, headers } = response
  return { status, headers, body: read(response, ask), drop: () => response.destroy() }
}

function begin(ask: Ask): Promise<IncomingMessage> {
  const { base, method, target, headers, body, signal } = ask
  const start = base.protocol === 'https:' ? askHttps : askHttp
  return new Promise((resolve, reject) => {
    const { hostname, port, auth } = urlToHttpOptions(base)
    const path = `${base.pathname.replace(/\/+$/, '')}${target}`
    const length = body === undefined ? {} : { 'content-length': String(body.length) }
    const request = start({
      ...{ hostname, port, path, method, signal, agent: false },
      headers: { ...headers, ...length },
      ...(auth != null && { auth }),
    })
    const stop = ask.clock.after(ask.withinMs, () => request.destroy(toLate(ask)))
    request.on('response', response => {
      stop()
      resolve(response)
    })
    request.on('error', thrown => {
      stop()
      reject(toFailure(ask, thrown))
    })
    request.end(body)
  })
}

async function* read(response: IncomingMessage, ask: Ask): Flow {
  const pieces = response[Symbol.asyncIterator]()
  try {
    for (;;) {
      // only the wait for the next piece is limited: a caller may take its time
      const stop = ask.clock.after(ask.withinMs, () => response.destroy(toLate(ask)))
      const next = await pieces.next().finally(stop)
      if (next.done === true) return
      yield next.value as Uint8Array
    }
  } finally {
    response.destroy()
  }
}

function toLate({ who, withinMs }: Ask): AppError {
  return new AppError('COMMAND_FAILED', `${who} did not answer within ${withinMs / SECOND} s`)
}

function toFailure({ who }: Ask, thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const cause = toError(thrown)
  return new AppError('COMMAND_FAILED', `${who} cannot be reached: ${errnoOf(cause) || cause.message}`, { cause })
}
