// asks one coordinator over HTTP: small questions, each with an end, whose failures are answers too
import { request as askHttp, type IncomingMessage } from 'node:http'
import { request as askHttps } from 'node:https'
import { urlToHttpOptions } from 'node:url'
import { errnoOf, toError } from '../../shared/errors.ts'
import { type Clock, SECOND } from '../../shared/time.ts'

/** What came back; `reached` false means that nobody knows whether it was heard, unless `refused` says that it was not. */
export type Reply =
  | { readonly reached: true; readonly status: number; readonly text: string }
  | { readonly reached: false; readonly refused: boolean; readonly why: string }

export type Question = {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below the base, such as `/api/v1/load`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export type Client = { ask(question: Question): Promise<Reply> }

type ClientDeps = {
  /** May have a path and a user with a password. */
  readonly base: URL
  readonly clock: Clock
  /** Its abort ends every question. */
  readonly signal: AbortSignal
  /** How long an answer may take; default 30 s. */
  readonly withinMs?: number | undefined
}

const MOST_BYTES = 8 * 1024 * 1024
const NOT_SENT: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

/** Makes a client. Each question has a connection of its own: a kept one may be closed by the time it is used again. */
export function createClient({ base, clock, signal, withinMs = 30 * SECOND }: ClientDeps): Client {
  const start = base.protocol === 'https:' ? askHttps : askHttp
  return {
    ask: ({ method, path, query = {}, body }) =>
      new Promise(resolve => {
        const { hostname, port, auth } = urlToHttpOptions(base)
        const words = new URLSearchParams(query).toString()
        const target = `${base.pathname.replace(/\/+$/, '')}${path}${words === '' ? '' : `?${words}`}`
        const data = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
        const request = start({
          ...{ hostname, port, method, path: target, signal, agent: false },
          headers: {
            accept: 'application/json',
            ...(data !== undefined && { 'content-type': 'application/json', 'content-length': data.length }),
          },
          ...(auth != null && { auth }),
        })
        const late = new Error(`it did not answer within ${withinMs / SECOND} s`)
        const stop = clock.after(withinMs, () => request.destroy(late))
        const fail = (thrown: unknown): void => {
          stop()
          const cause = toError(thrown)
          const code = errnoOf(cause)
          resolve({ reached: false, refused: NOT_SENT.has(code), why: code || cause.message })
        }
        request.on('error', fail)
        request.on('response', response => {
          read(response).then(text => {
            stop()
            resolve({ reached: true, status: response.statusCode ?? 0, text })
          }, fail)
        })
        request.end(data)
      }),
  }
}

async function read(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of response) {
    pieces.push(piece as Buffer)
    length += (piece as Buffer).length
    if (length > MOST_BYTES) throw new Error(`it answered with more than ${MOST_BYTES} bytes`)
  }
  return Buffer.concat(pieces).toString('utf8')
}
